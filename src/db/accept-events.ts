import { sql } from 'drizzle-orm';
import { lockLanes } from './lanes.ts';
import { inTransaction, RetryTransaction } from './transaction.ts';
import type { EventWorkflow } from '../domain/event-workflow.ts';
import type { Queries } from './database.ts';

export interface NewEvent {
  id: string;
  source: string;
  type: string;
  workflow?: EventWorkflow;
  /** As Temporal has them. */
  priority?: number | undefined;
  keyHash: string;
  fingerprint: string;
  lane: string;
  /** Null for one that ends at the door, of which nothing is kept. */
  subjectKeyId: string | null;
  sealed: Buffer | null;
  /** It is closed as soon as it is there, with this outcome. */
  outcome?: string;
  /** Keyed hash of object, property and value; null unless the event is a change of a property in the CRM. */
  changeHash: string | null;
  /** Keyed hashes of what a behavioural event is about: what is counted as interest. */
  accountRef?: string | null;
  contactRef?: string | null;
  occurredAt: string;
  /** It waits for a batch, instead of being started when its lane is free. */
  batched?: boolean;
}

/** The row that holds a key: ours (`fresh`), or the one that was there first. `claimed`: its lane was free, it is ours to start. */
export interface StoredEvent {
  id: string;
  keyHash: string;
  fingerprint: string;
  generation: number;
  fresh: boolean;
  claimed: boolean;
}

/**
 * Stores events, each under its key at most once, and claims those whose lane is free. One transaction, two statements: the
 * lanes' locks, then everything else. Positions follow the order given.
 */
export function acceptEvents(
  queries: Queries,
  request: { tenantId: string; correlationId: string; traceParent: string | null },
  events: readonly NewEvent[],
): Promise<StoredEvent[]> {
  const column = <K extends keyof NewEvent>(name: K) => sql.param(events.map((event) => event[name] ?? null));
  const workflow = sql.param(events.map((event) => event.workflow ?? 'gtmEvent'));
  const batched = sql.param(events.map((event) => event.batched === true));
  return inTransaction(queries, async (transaction) => {
    await lockLanes(
      transaction,
      events.map((event) => event.lane),
    );
    const { rows } = await transaction.execute<{
      id: string;
      key_hash: string;
      fingerprint: string;
      generation: number;
      fresh: boolean;
      claimed: boolean;
    }>(sql`
      with incoming as (
        select * from unnest(
          ${column('id')}::uuid[], ${column('type')}::text[], ${column('keyHash')}::text[], ${column('fingerprint')}::text[],
          ${column('lane')}::text[], ${column('subjectKeyId')}::uuid[], ${column('sealed')}::bytea[],
          ${column('occurredAt')}::timestamptz[], ${column('changeHash')}::text[],
          ${column('accountRef')}::text[], ${column('contactRef')}::text[], ${batched}::boolean[],
          ${column('source')}::text[], ${workflow}::text[], ${column('outcome')}::text[],
          ${column('priority')}::smallint[]
        ) with ordinality as t(id, type, key_hash, fingerprint, lane, subject_key_id, sealed, occurred_at, change_hash,
          account_ref, contact_ref, batched, source, workflow, outcome, priority, turn)
      ), known as (
        select e.id, e.key_hash, e.fingerprint, e.generation from events e
        join incoming i on e.tenant_id = ${request.tenantId} and e.key_hash = i.key_hash
      ), new as (
        select i.*, row_number() over (partition by i.lane order by i.outcome is not null, i.turn) as turn_in_lane from incoming i
        where not exists (select from known k where k.key_hash = i.key_hash)
      ), stored as (
        insert into events (id, tenant_id, source, type, key_hash, fingerprint, lane, correlation_id, trace_parent,
          subject_key_id, sealed, occurred_at, change_hash, account_ref, contact_ref, batched, claimed_at,
          workflow, state, outcome, holds_lane, finished_at, priority)
        select n.id, ${request.tenantId}, n.source, n.type, n.key_hash, n.fingerprint, n.lane,
          ${request.correlationId}, ${request.traceParent}, n.subject_key_id, n.sealed, n.occurred_at, n.change_hash,
          n.account_ref, n.contact_ref, n.batched,
          case when not n.batched and n.outcome is null and n.turn_in_lane = 1 and not exists (select from events o where o.lane = n.lane and o.holds_lane)
            then clock_timestamp() end,
          n.workflow, case when n.outcome is null then 'accepted' else 'done' end, n.outcome, n.outcome is null,
          case when n.outcome is not null then clock_timestamp() end, n.priority
        from new n order by n.turn
        on conflict (tenant_id, key_hash) do nothing
        returning id, key_hash, fingerprint, generation, claimed_at is not null as claimed
      )
      select id, key_hash, fingerprint, generation, true as fresh, claimed from stored
      union all select id, key_hash, fingerprint, generation, false, false from known`);
    // The same key in another lane was committed by somebody else while we inserted: a fresh snapshot shows whose it is.
    if (rows.length < events.length) throw new RetryTransaction('an event key was taken meanwhile');
    return rows.map(({ key_hash: keyHash, ...row }) => ({ ...row, keyHash }));
  });
}
