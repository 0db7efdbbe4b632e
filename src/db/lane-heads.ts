import { sql } from 'drizzle-orm';
import type { EventToStart } from '../domain/event-to-start.ts';
import type { EventWorkflow } from '../domain/event-workflow.ts';
import { lockLanes } from './lanes.ts';
import { inTransaction, type Transaction } from './transaction.ts';
import type { Queries } from './database.ts';

export const toStart = sql`events.id, tenant_id as "tenantId", source, type, workflow, key_hash as "keyHash", lane, generation,
  correlation_id as "correlationId", trace_parent as "traceParent", priority`;

export type Failure = { class: string; message: string };

export type ClosedEvent = {
  workflow: EventWorkflow;
  tenantId: string;
  correlationId: string;
  outcome: string;
  failureClass: string | null;
  decidedBy: string | null;
  acceptToDoneMs: number;
  /** From when this generation was opened. */
  openToDoneMs: number;
  /** Its own workflow had taken its first step; one that ends in a batch has not. */
  begun: boolean;
};

export type Closing =
  /** `again`: it had been closed in this generation before. `unknown`: the actions whose effects were turned unknown just now. */
  | { closed: true; again: boolean; unknown: string[]; event: ClosedEvent; next: EventToStart | undefined }
  /** The row is not open in this generation: nothing was done. */
  | { closed: false; reason: 'superseded' }
  /** An attempt under way may still reach its provider; the lane is freed after that. */
  | { closed: false; reason: 'leased'; waitMs: number };

/**
 * Claims the open row with the smallest position of each lane, unless that one waits for a batch or is in one. Starting a head
 * twice is harmless, so one that is claimed is claimed again.
 */
export async function claimHeads(transaction: Transaction, lanes: readonly string[]): Promise<EventToStart[]> {
  const { rows } = await transaction.execute<EventToStart>(sql`
    update events set claimed_at = clock_timestamp()
    where id = any(array(select h.id from unnest(${sql.param([...lanes])}::text[]) as l(lane) cross join lateral (
        select e.id, e.batched from events e where e.lane = l.lane and e.holds_lane order by e.position limit 1
      ) h where not h.batched)) and state = 'accepted'
    returning ${toStart}`);
  return rows;
}

/** What is told of a row of `events` that was closed. */
export const closedColumns = sql`workflow, tenant_id as "tenantId", correlation_id as "correlationId", outcome, failure_class as "failureClass",
  (select d.decided_by from decisions d where d.event_id = events.id and d.superseded_at is null) as "decidedBy",
  extract(epoch from finished_at - received_at)::float8 * 1000 as "acceptToDoneMs",
  extract(epoch from finished_at - opened_at)::float8 * 1000 as "openToDoneMs", (run_id is not null and not batched) as begun`;

/**
 * Closes an event, frees its lane, and claims the next of it. With `settle`, what is uncertain in the ledger becomes
 * `unknown` first, and then the event has failed, whatever its outcome would have been.
 */
export function closeEvent(
  queries: Queries,
  event: { id: string; generation: number; lane: string },
  end: { outcome: string; failure?: Failure | undefined; settle: boolean },
): Promise<Closing> {
  return inTransaction(queries, async (transaction): Promise<Closing> => {
    await lockLanes(transaction, [event.lane]);
    const fence = sql`id = ${event.id} and generation = ${event.generation}`;
    let { outcome, failure } = end;
    let unknown: string[] = [];
    if (end.settle) {
      // The row lock keeps an intent from being made between this look at the ledger and the closing.
      await transaction.execute(sql`select from events where ${fence} for update`);
      const { rows } = await transaction.execute<{ action: string; leaseMs: number }>(sql`
        update effects set
          state = case when attempt_lease_until > clock_timestamp() then state else 'unknown' end,
          updated_at = clock_timestamp()
        where event_id = ${event.id} and generation = ${event.generation} and state = 'intent' and unsettled
        returning action, ceil(extract(epoch from attempt_lease_until - clock_timestamp()) * 1000)::int as "leaseMs"`);
      const waitMs = Math.max(0, ...rows.map((row) => row.leaseMs));
      if (waitMs > 0) return { closed: false, reason: 'leased', waitMs };
      unknown = rows.map(({ action }) => action);
      if (rows.length > 0) {
        outcome = 'failed';
        failure = { class: 'EffectUnknown', message: 'an effect may have been done; ask the provider, then settle it' };
      }
    }
    const { rows } = await transaction.execute<ClosedEvent>(sql`
      update events set state = ${outcome === 'failed' ? 'failed' : 'done'}, outcome = ${outcome}, holds_lane = false,
        finished_at = clock_timestamp(), failure_class = ${failure?.class ?? null}, failure_message = ${failure?.message ?? null}
      where ${fence} and holds_lane returning ${closedColumns}`);
    // Closed in this generation already means that this step runs again after a crash: the next one may not be started yet.
    const closedEvent =
      rows[0] ??
      (
        await transaction.execute<ClosedEvent>(
          sql`select ${closedColumns} from events where ${fence} and not holds_lane`,
        )
      ).rows[0];
    if (!closedEvent) return { closed: false, reason: 'superseded' };
    const [next] = await claimHeads(transaction, [event.lane]);
    return { closed: true, again: !rows[0], unknown, event: closedEvent, next };
  });
}

/**
 * Open heads that nobody started (never claimed, or claimed `staleMs` ago without running) or that have been running since
 * `runningMs` ago; their claim is renewed, so that two starters share the work. Those of batches are looked after as batches. Lanes are read without locks, by an index
 * scan that jumps from lane to lane.
 */
export async function takeOverdueHeads(
  queries: Queries,
  limits: { staleMs: number; runningMs: number; count: number },
): Promise<(EventToStart & { state: 'accepted' | 'running' })[]> {
  const { rows } = await queries.execute<EventToStart & { state: 'accepted' | 'running' }>(sql`
    with recursive lanes as (
      (select lane from events where holds_lane order by lane limit 1)
      union all
      select (select e.lane from events e where e.holds_lane and e.lane > l.lane order by e.lane limit 1) from lanes l where l.lane is not null
    ), heads as (
      select h.* from lanes l cross join lateral (
        select id, position, state, claimed_at, batched from events e where e.lane = l.lane and e.holds_lane order by e.position limit 1
      ) h where l.lane is not null
    ), overdue as (
      select id, position from heads where not batched and (claimed_at is null
        or claimed_at < case state when 'accepted' then ${since(limits.staleMs)} else ${since(limits.runningMs)} end)
      order by claimed_at nulls first limit ${limits.count}
    )
    update events set claimed_at = clock_timestamp() from overdue o
    where events.id = o.id and events.position = o.position and events.holds_lane
    returning ${toStart}, state`);
  return rows;
}

/** So many milliseconds ago, by the database's clock. */
export const since = (ms: number) => sql`clock_timestamp() - ${ms} * interval '1 millisecond'`;

/** Gives heads back whose start did not succeed, so that the starter does not wait for the claim to grow old. */
export async function releaseClaims(queries: Queries, ids: readonly string[]): Promise<void> {
  await queries.execute(
    sql`update events set claimed_at = null where id = any(${sql.param([...ids])}::uuid[]) and state = 'accepted'`,
  );
}
