import { type SQL, sql } from 'drizzle-orm';
import { writeAudit } from './audit-log.ts';
import type { Queries } from './database.ts';
import { isoTime } from './iso-time.ts';
import { keysOf, type Person } from './person.ts';
import { inTransaction } from './transaction.ts';
import { isOwn } from './own-alias.ts';

const uuids = (list: readonly string[]): SQL => sql`${sql.param([...list])}::uuid[]`;
const texts = (list: readonly string[]): SQL => sql`${sql.param([...list])}::text[]`;

/** A key of a person, with the identifiers (keyed hashes) that are one person's alone: all but phones. */
export type PersonKey = { id: string; wrapped: Buffer; aliases: string[] };

export async function readPersonKeys(queries: Queries, person: Person): Promise<PersonKey[]> {
  const { rows } = await queries.execute<PersonKey>(sql`
    select k.id, k.wrapped, coalesce((select jsonb_agg(a.alias) from subject_aliases a
      where a.key_id = k.id and ${isOwn(sql`a.kind`)}), '[]'::jsonb) as aliases
    from subject_keys k where k.id in ${keysOf(person)} order by k.created_at`);
  return rows;
}

/** By what is held of a person is found: their keys, and keyed hashes of their addresses and ids. */
export interface KnownPerson {
  tenantId: string;
  keyIds: readonly string[];
  aliases: readonly string[];
}

/** A row is given as it is stored. */
export async function readLeadsOf(
  queries: Queries,
  { keyIds }: KnownPerson,
  limit: number,
): Promise<Record<string, unknown>[]> {
  const { rows } = await queries.execute<{ lead: Record<string, unknown> }>(sql`
    select to_jsonb(l) - 'tenant_id' as lead from leads l join events e on e.id = l.id
    where e.subject_key_id = any(${uuids(keyIds)}) order by l.received_at desc, l.id limit ${limit}`);
  return rows.map(({ lead }) => lead);
}

export type HeldEffect = {
  action: string;
  state: string;
  at: string;
  receipt: Record<string, string> | null;
};

/** Sealed bytes are in hex. */
export type HeldEvent = {
  id: string;
  source: string;
  type: string;
  state: string;
  outcome: string | null;
  receivedAt: string;
  finishedAt: string | null;
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer | null;
  factsSealed: Buffer | null;
  decisions: { decidedAt: string; inForce: boolean; sealed: string | null }[];
  effects: HeldEffect[];
  modelCalls: {
    id: string;
    at: string;
    model: string;
    verdict: string | null;
    asked: string | null;
    answered: string | null;
  }[];
};

const listOf = (rows: SQL): SQL => sql`coalesce((select jsonb_agg(to_jsonb(t)) from (${rows}) t), '[]'::jsonb)`;

const heldEvent = sql`
  e.id, e.source, e.type, e.state, e.outcome, ${isoTime(sql`e.received_at`)} as "receivedAt",
  ${isoTime(sql`e.finished_at`)} as "finishedAt", k.id as "keyId", k.wrapped as "wrappedKey", e.sealed, e.facts_sealed as "factsSealed",
  ${listOf(sql`select ${isoTime(sql`d.decided_at`)} as "decidedAt", d.superseded_at is null as "inForce", encode(d.sealed, 'hex') as sealed
    from decisions d where d.event_id = e.id order by d.decided_at`)} as decisions,
  ${listOf(sql`select f.action, f.state, ${isoTime(sql`f.updated_at`)} as at, f.receipt from effects f where f.event_id = e.id
    order by f.first_tried_at`)} as effects,
  ${listOf(sql`select m.id, ${isoTime(sql`m.called_at`)} as at, m.model, m.verdict, encode(m.prompt_sealed, 'hex') as asked,
    encode(m.answer_sealed, 'hex') as answered from model_calls m where m.event_id = e.id order by m.called_at`)} as "modelCalls"`;

/** The latest events that are about the person. */
export async function readEventsOf(queries: Queries, { keyIds }: KnownPerson, limit: number): Promise<HeldEvent[]> {
  const { rows } = await queries.execute<HeldEvent>(sql`
    select ${heldEvent} from events e join subject_keys k on k.id = e.subject_key_id
    where e.subject_key_id = any(${uuids(keyIds)}) order by e.received_at desc, e.id limit ${limit}`);
  return rows;
}

/** The latest events about something else whose facts name the person. */
export async function readEventsNaming(
  queries: Queries,
  { tenantId, keyIds, aliases }: KnownPerson,
  limit: number,
): Promise<HeldEvent[]> {
  const { rows } = await queries.execute<HeldEvent>(sql`
    select ${heldEvent} from events e join subject_keys k on k.id = e.subject_key_id
    where e.subject_key_id <> all(${uuids(keyIds)})
      and e.id in (select event_id from event_people where tenant_id = ${tenantId} and alias = any(${texts(aliases)}))
    order by e.received_at desc, e.id limit ${limit}`);
  return rows;
}

export type HeldConsent = { purpose: string; granted: boolean; source: string; at: string };

export async function readConsentsOf(queries: Queries, { tenantId, aliases }: KnownPerson): Promise<HeldConsent[]> {
  const { rows } = await queries.execute<HeldConsent>(sql`
    select purpose, granted, source, ${isoTime(sql`recorded_at`)} as at from consents
    where tenant_id = ${tenantId} and subject = any(${texts(aliases)}) order by id`);
  return rows;
}

export type HeldCopy = {
  provider: string;
  kind: string;
  objectHash: string;
  at: string;
  keyId: string;
  sealed: Buffer;
};

export async function readCachedOf(queries: Queries, { keyIds }: KnownPerson): Promise<HeldCopy[]> {
  const { rows } = await queries.execute<HeldCopy>(sql`
    select provider, object_type as kind, object_hash as "objectHash", ${isoTime(sql`fetched_at`)} as at, subject_key_id as "keyId", sealed
    from facts_cache where subject_key_id = any(${uuids(keyIds)}) order by fetched_at`);
  return rows;
}

/** When the person was erased before. */
export async function readErasedBefore(queries: Queries, { tenantId, aliases }: KnownPerson): Promise<string[]> {
  const { rows } = await queries.execute<{ at: string }>(sql`
    select distinct ${isoTime(sql`erased_at`)} as at from erased_subjects
    where tenant_id = ${tenantId} and alias = any(${texts(aliases)}) order by at`);
  return rows.map(({ at }) => at);
}

export const noteExport = (queries: Queries, entry: { tenantId: string; who: string; id: string }): Promise<void> =>
  inTransaction(queries, (transaction) =>
    writeAudit(transaction, { tenantId: entry.tenantId, who: entry.who, what: 'export', onWhat: entry.id }),
  );
