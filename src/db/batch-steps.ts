import { type SQL, sql } from 'drizzle-orm';
import type { EventToStart } from '../domain/event-to-start.ts';
import type { Queries } from './database.ts';
import { type DecisionRow, isEcho, type OpenEvent, openEventColumns } from './event-steps.ts';
import { heldKeys, someErased } from './held-keys.ts';
import { claimHeads, type ClosedEvent, closedColumns, type Failure } from './lane-heads.ts';
import { lockLanes } from './lanes.ts';
import { inTransaction, type Transaction } from './transaction.ts';
import { isOwn } from './own-alias.ts';

/** Every step of a batch is fenced by it: an event that is closed, or goes on alone, is left alone. */
const inBatch = (batchId: string): SQL => sql`e.batch_id = ${batchId} and e.batched and e.holds_lane`;

export type BatchedEvent = OpenEvent & { echo: boolean };

/** From here on the batch's events are running; returns how many they are. */
export async function beginBatch(queries: Queries, batchId: string, runId: string): Promise<number> {
  const { rowCount } = await queries.execute(sql`
    update events e set state = 'running', run_id = ${runId}, claimed_at = clock_timestamp() where ${inBatch(batchId)}`);
  return rowCount ?? 0;
}

/** The events of a batch that are still open, in the order in which they were accepted. */
export async function readBatch(queries: Queries, batchId: string): Promise<BatchedEvent[]> {
  const { rows } = await queries.execute<BatchedEvent>(sql`
    select ${openEventColumns}, ${isEcho} as echo from events e where ${inBatch(batchId)} order by e.position`);
  return rows;
}

/** Returns those that name somebody who was erased meanwhile: of them nothing was kept. */
export async function storeBatchFacts(
  queries: Queries,
  batchId: string,
  facts: readonly { id: string; sealed: Buffer; people: readonly string[] }[],
): Promise<string[]> {
  const column = <K extends 'id' | 'sealed'>(name: K) => sql.param(facts.map((each) => each[name]));
  const named = facts.flatMap(({ id, people }) => people.map((alias) => ({ id, alias })));
  const { rows } = await queries.execute<{ id: string }>(sql`
    with named as (select * from unnest(${columnOf(named, 'id')}::uuid[], ${columnOf(named, 'alias')}::text[]) as named(id, alias)),
    known as (
      select n.id, a.key_id from named n join events e using (id)
        join subject_aliases a on a.tenant_id = e.tenant_id and a.alias = n.alias and ${isOwn(sql`a.kind`)}
    ), held as ${heldKeys(sql`select key_id from known`)},
    refused as (
      select n.id from named n join events e using (id) where ${someErased(sql`e.tenant_id`, sql`array[n.alias]`)}
      union select id from known where key_id not in (select id from held)
    ), stored as (
      update events e set facts_sealed = t.sealed from unnest(${column('id')}::uuid[], ${column('sealed')}::bytea[]) as t(id, sealed)
      where e.id = t.id and ${inBatch(batchId)} and e.sealed is not null and e.id not in (select id from refused)
      returning e.tenant_id, e.id
    ), noted as (
      insert into event_people (tenant_id, alias, event_id)
      select s.tenant_id, n.alias, s.id from stored s join named n using (id) on conflict do nothing
    )
    select distinct id from refused`);
  return rows.map(({ id }) => id);
}

/** What becomes of one event of a batch. */
export interface Conclusion {
  id: string;
  lane: string;
  /** Stored unless one is in force. */
  decision?: DecisionRow;
  /** Written into the ledger as intended; each is asked for by the event's own workflow. */
  effects?: readonly { key: string; action: string; targetId: string; priority: string }[];
  /** It ends so; without one it goes on alone, in a workflow of its own. */
  ending?: { outcome: string; failure?: Failure | undefined };
}

export interface Concluded {
  closed: (ClosedEvent & { id: string; generation: number })[];
  /** Heads of the lanes that were freed or handed on, claimed and the caller's to start. */
  next: EventToStart[];
}

/**
 * Stores what was decided, closes what has ended, lets go of what goes on alone, and claims what is first in its lane now: all
 * of it or nothing. All that a step says of a lane comes at once, of 100 lanes at most, since each is locked.
 */
export function concludeEvents(
  queries: Queries,
  batchId: string,
  conclusions: readonly Conclusion[],
): Promise<Concluded> {
  const lanes = [...new Set(conclusions.map(({ lane }) => lane))];
  return inTransaction(queries, async (transaction): Promise<Concluded> => {
    await lockLanes(transaction, lanes);
    await storeDecisions(transaction, batchId, conclusions);
    const closed = await closeEnded(transaction, batchId, conclusions);
    await letGo(transaction, batchId, conclusions);
    return { closed, next: await claimHeads(transaction, lanes) };
  });
}

/** One statement for both: an effect without its decision would be intended by nobody. */
async function storeDecisions(
  transaction: Transaction,
  batchId: string,
  conclusions: readonly Conclusion[],
): Promise<void> {
  const decided = conclusions.flatMap(({ id, decision }) => (decision ? [{ ...decision, eventId: id }] : []));
  if (decided.length === 0) return;
  const planned = conclusions.flatMap(({ id, effects = [] }) => effects.map((effect) => ({ ...effect, eventId: id })));
  await transaction.execute(sql`
    with stored as (
      insert into decisions (id, event_id, generation, decided_by, rule_id, rule_set_hash, confidence, sealed)
      select t.id, e.id, e.generation, t.decided_by, t.rule_id, t.rule_set_hash, t.confidence, t.sealed
      from unnest(${columnOf(decided, 'id')}::uuid[], ${columnOf(decided, 'eventId')}::uuid[], ${columnOf(decided, 'decidedBy')}::text[],
        ${columnOf(decided, 'ruleId')}::text[], ${columnOf(decided, 'ruleSetHash')}::text[], ${columnOf(decided, 'confidence')}::float8[],
        ${columnOf(decided, 'sealed')}::bytea[]) as t(id, event_id, decided_by, rule_id, rule_set_hash, confidence, sealed)
      join events e on e.id = t.event_id and ${inBatch(batchId)}
      on conflict (event_id) where superseded_at is null do nothing
      returning event_id, generation
    )
    insert into effects (key, event_id, action, target_id, priority, state, generation, attempts, attempt_lease_until, unsettled)
    select t.key, s.event_id, t.action, t.target_id, t.priority, 'intent', s.generation, 0, clock_timestamp(), false
    from unnest(${columnOf(planned, 'key')}::text[], ${columnOf(planned, 'eventId')}::uuid[], ${columnOf(planned, 'action')}::text[],
      ${columnOf(planned, 'targetId')}::text[], ${columnOf(planned, 'priority')}::text[]) as t(key, event_id, action, target_id, priority)
    join stored s using (event_id)
    on conflict (key) do nothing`);
}

async function closeEnded(
  transaction: Transaction,
  batchId: string,
  conclusions: readonly Conclusion[],
): Promise<Concluded['closed']> {
  const ended = conclusions.flatMap(({ id, ending }) =>
    ending
      ? [
          {
            id,
            state: ending.outcome === 'failed' ? 'failed' : 'done',
            outcome: ending.outcome,
            failureClass: ending.failure?.class ?? null,
            failureMessage: ending.failure?.message ?? null,
          },
        ]
      : [],
  );
  if (ended.length === 0) return [];
  const { rows } = await transaction.execute<ClosedEvent & { id: string; generation: number }>(sql`
    with ended as (
      select * from unnest(${columnOf(ended, 'id')}::uuid[], ${columnOf(ended, 'state')}::text[], ${columnOf(ended, 'outcome')}::text[],
        ${columnOf(ended, 'failureClass')}::text[], ${columnOf(ended, 'failureMessage')}::text[])
        as t(event_id, new_state, new_outcome, new_class, new_message)
    ), closed as (
      update events e set state = new_state, outcome = new_outcome, holds_lane = false, finished_at = clock_timestamp(),
        failure_class = new_class, failure_message = new_message
      from ended where e.id = ended.event_id and ${inBatch(batchId)} returning e.*
    )
    select events.id, events.generation, ${closedColumns} from closed as events`);
  return rows;
}

async function letGo(transaction: Transaction, batchId: string, conclusions: readonly Conclusion[]): Promise<void> {
  const ids = conclusions.filter(({ ending }) => !ending).map(({ id }) => id);
  if (ids.length === 0) return;
  await transaction.execute(sql`
    update events e set batched = false, state = 'accepted', claimed_at = null, run_id = null
    where e.id = any(${sql.param(ids)}::uuid[]) and ${inBatch(batchId)}`);
}

const columnOf = <T, K extends keyof T>(rows: readonly T[], name: K) => sql.param(rows.map((row) => row[name]));
