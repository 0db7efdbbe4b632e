import { sql } from 'drizzle-orm';
import {
  type FormerMemberView,
  type GroupChangeView,
  maxHistory,
  type MemberView,
} from '../../domain/buyer-group-view.ts';
import { groupRoles } from '../../domain/buyer-group.ts';
import type { Queries } from '../database.ts';
import { isoTime } from '../iso-time.ts';

/** Somebody with the key that opens what is sealed of them. */
export type SealedPerson = { personId: string; wrappedKey: Buffer; personSealed: Buffer };

type Opened = 'name' | 'title' | 'emails' | 'phones' | 'profileUrl' | 'evidence';
export type MemberRow = SealedPerson &
  Omit<MemberView, Opened> & { titleSealed: Buffer | null; sources: string[]; lastSeenAt: string | null };
export type FormerRow = SealedPerson & Omit<FormerMemberView, 'name' | 'title'> & { titleSealed: Buffer | null };
export type ChangeRow = SealedPerson &
  Omit<GroupChangeView, 'name' | 'fromTitle' | 'toTitle'> & { titlesSealed: Buffer | null };

const maxMembers = 1_000;
const maxFormer = 100;

/** Whose key is gone is not there. */
const person = sql`p.id as "personId", k.wrapped as "wrappedKey", p.sealed as "personSealed"`;
const joined = sql`join people p on p.id = m.person_id join subject_keys k on k.id = p.id`;

/** Who is in the group: by their parts, and within one the surest first. */
export async function readMembers(queries: Queries, companyId: string): Promise<MemberRow[]> {
  const { rows } = await queries.execute<MemberRow>(sql`
    select ${person}, m.title_sealed as "titleSealed", m.role, m.because, m.functions, m.seniority, m.confidence, m.sources,
      ${isoTime(sql`m.last_seen_at`)} as "lastSeenAt", m.move, ${isoTime(sql`m.moved_at`)} as "movedAt",
      ${isoTime(sql`m.joined_at`)} as "joinedAt", ${isoTime(sql`m.first_seen_at`)} as "firstSeenAt"
    from buyer_group_members m ${joined} where m.company_id = ${companyId} and m.left_at is null
    order by array_position(${sql.param([...groupRoles])}::text[], m.role) nulls last, m.confidence desc, m.person_id limit ${maxMembers}`);
  return rows;
}

/** Who has left, the last first. */
export async function readFormer(queries: Queries, companyId: string): Promise<FormerRow[]> {
  const { rows } = await queries.execute<FormerRow>(sql`
    select ${person}, m.title_sealed as "titleSealed", m.role, ${isoTime(sql`m.left_at`)} as "leftAt"
    from buyer_group_members m ${joined} where m.company_id = ${companyId} and m.left_at is not null
    order by m.left_at desc, m.person_id limit ${maxFormer}`);
  return rows;
}

/** What changed, the latest first. */
export async function readChanges(queries: Queries, companyId: string): Promise<ChangeRow[]> {
  const { rows } = await queries.execute<ChangeRow>(sql`
    select ${person}, m.kind, m.from_role as "fromRole", m.to_role as "toRole", m.titles_sealed as "titlesSealed", ${isoTime(sql`m.at`)} as at,
      m.job_id as "jobId", m.event_id as "eventId"
    from buyer_group_changes m ${joined} where m.company_id = ${companyId} order by m.id desc limit ${maxHistory}`);
  return rows;
}
