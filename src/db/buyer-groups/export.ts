import { type SQL, sql } from 'drizzle-orm';
import type { GroupRole, JobFunction, Move, Seniority } from '../../domain/buyer-group.ts';
import type { Queries } from '../database.ts';
import type { KnownPerson } from '../held-of-person.ts';
import { isoTime } from '../iso-time.ts';

const ofKeys = (column: SQL, keyIds: readonly string[]): SQL => sql`${column} = any(${sql.param([...keyIds])}::uuid[])`;

const company = sql`json_build_object('id', c.id, 'name', c.name, 'domain', c.domain) as company`;
type Company = { id: string; name: string | null; domain: string | null };

export type HeldPerson = { keyId: string; updatedAt: string; sealed: Buffer };

/** Who the person is, as events and providers told it. */
export async function readPeopleOf(queries: Queries, { keyIds }: KnownPerson, limit: number): Promise<HeldPerson[]> {
  const { rows } = await queries.execute<HeldPerson>(sql`
    select p.id as "keyId", ${isoTime(sql`p.updated_at`)} as "updatedAt", p.sealed from people p
    where ${ofKeys(sql`p.id`, keyIds)} order by p.updated_at desc, p.id limit ${limit}`);
  return rows;
}

export type HeldMembership = {
  keyId: string;
  company: Company;
  role: GroupRole | null;
  because: string;
  functions: JobFunction[];
  seniority: Seniority | null;
  confidence: number;
  sources: string[];
  titleSealed: Buffer | null;
  toldTitleSealed: Buffer | null;
  move: Move | null;
  movedAt: string | null;
  joinedAt: string | null;
  leftAt: string | null;
  firstSeenAt: string;
  lastSeenAt: string | null;
};

/** In which groups the person is or was, the latest first. */
export async function readMembershipsOf(
  queries: Queries,
  { keyIds }: KnownPerson,
  limit: number,
): Promise<HeldMembership[]> {
  const { rows } = await queries.execute<HeldMembership>(sql`
    select m.person_id as "keyId", ${company}, m.role, m.because, m.functions, m.seniority, m.confidence, m.sources,
      m.title_sealed as "titleSealed", m.told_title_sealed as "toldTitleSealed", m.move, ${isoTime(sql`m.moved_at`)} as "movedAt", ${isoTime(sql`m.joined_at`)} as "joinedAt",
      ${isoTime(sql`m.left_at`)} as "leftAt", ${isoTime(sql`m.first_seen_at`)} as "firstSeenAt", ${isoTime(sql`m.last_seen_at`)} as "lastSeenAt"
    from buyer_group_members m join companies c on c.id = m.company_id
    where ${ofKeys(sql`m.person_id`, keyIds)} order by m.first_seen_at desc, m.company_id limit ${limit}`);
  return rows;
}

export type HeldChange = {
  keyId: string;
  company: Company;
  kind: string;
  fromRole: GroupRole | null;
  toRole: GroupRole | null;
  titlesSealed: Buffer | null;
  at: string;
};

export async function readGroupChangesOf(
  queries: Queries,
  { keyIds }: KnownPerson,
  limit: number,
): Promise<HeldChange[]> {
  const { rows } = await queries.execute<HeldChange>(sql`
    select g.person_id as "keyId", ${company}, g.kind, g.from_role as "fromRole", g.to_role as "toRole", g.titles_sealed as "titlesSealed",
      ${isoTime(sql`g.at`)} as at from buyer_group_changes g join companies c on c.id = g.company_id
    where ${ofKeys(sql`g.person_id`, keyIds)} order by g.id desc limit ${limit}`);
  return rows;
}

export type HeldRequest = { keyId: string; jobId: string; company: Company; sealed: Buffer | null; at: string };

/** Refreshes of which the person wanted to be told. */
export async function readRefreshRequestsOf(
  queries: Queries,
  { keyIds }: KnownPerson,
  limit: number,
): Promise<HeldRequest[]> {
  const { rows } = await queries.execute<HeldRequest>(sql`
    select r.requester_key_id as "keyId", r.job_id as "jobId", ${company}, r.requester_sealed as sealed, ${isoTime(sql`r.created_at`)} as at
    from buyer_group_refresh_reasons r join companies c on c.id = r.company_id
    where ${ofKeys(sql`r.requester_key_id`, keyIds)} order by r.created_at desc, r.id limit ${limit}`);
  return rows;
}
