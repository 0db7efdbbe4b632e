import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { claimIntent, type EffectRow, type Intent } from './effects.ts';
import type { EventRun } from './event-steps.ts';
import { lockLanes } from './lanes.ts';
import { inTransaction, type Transaction } from './transaction.ts';

/** Which property of which object a write goes to, and with which value: keyed hashes. */
export interface CrmWrite {
  fieldHash: string;
  changeHash: string;
}

export type WriteClaim =
  | { claim: 'taken' }
  /** The ledger is not as it was read, or the event is no longer open. */
  | { claim: 'lost' }
  /** A later change of the same property was written: this one may not be any more. */
  | { claim: 'stale' }
  /** Another write of the same property is under way, or nobody knows yet whether it was done. */
  | { claim: 'held'; waitMs: number };

const askAgainMs = 1_000;

/**
 * Takes the right to write one property, as `claimIntent` does, unless a later change was written to it. While another
 * write of it may still reach the CRM nobody else may write, so that the later one is also the last one to arrive.
 *
 * The lock on the property is a statement of its own: only what comes after it sees what its last holder committed.
 */
export function claimWrite(
  queries: Queries,
  run: EventRun,
  intent: Intent & { write: CrmWrite; settleMs: number },
  before: EffectRow | null,
): Promise<WriteClaim> {
  return inTransaction(queries, async (transaction): Promise<WriteClaim> => {
    await lockLanes(transaction, [intent.write.fieldHash]);
    const { stale, heldMs } = await lookAtRivals(transaction, run, intent);
    if (stale) return { claim: (await refuseAsStale(transaction, run, intent, before)) ? 'stale' : 'lost' };
    if (heldMs !== null) return { claim: 'held', waitMs: Math.max(askAgainMs, heldMs) };
    return { claim: (await claimIntent(transaction, run, intent, before)) ? 'taken' : 'lost' };
  });
}

/**
 * What is known of other writes of the property. What a later event's write may have done counts as done; one that is being
 * found out holds back earlier events until it is known, and others only until it can no longer arrive.
 */
async function lookAtRivals(
  transaction: Transaction,
  run: EventRun,
  { key, write, settleMs }: Intent & { write: CrmWrite; settleMs: number },
): Promise<{ stale: boolean; heldMs: number | null }> {
  const { rows } = await transaction.execute<{ stale: boolean; heldMs: number | null }>(sql`
    with mine as (select tenant_id, occurred_at from events where id = ${run.eventId}),
    rivals as (
      select f.state, e.occurred_at > mine.occurred_at as later,
        extract(epoch from f.attempt_lease_until - clock_timestamp()) * 1000 + ${settleMs} as held_ms
      from mine join effects f on f.field_hash = ${write.fieldHash} and f.key <> ${key}
        and (f.state = 'unknown' or (f.state = 'intent' and f.unsettled))
      join events e on e.id = f.event_id and e.tenant_id = mine.tenant_id
    )
    select exists (select from applied_changes a join mine on a.tenant_id = mine.tenant_id
        where a.field_hash = ${write.fieldHash} and a.occurred_at > mine.occurred_at)
      or exists (select from rivals where state = 'unknown' and later) as stale,
      (select ceil(max(held_ms))::int from rivals where state = 'intent' and (later or held_ms > 0)) as "heldMs"`);
  return rows[0] ?? { stale: false, heldMs: null };
}

/** Recorded like a provider's refusal, under the same fence as an intent. */
async function refuseAsStale(
  transaction: Transaction,
  run: EventRun,
  { key, action, targetId, priority, write }: Intent & { write: CrmWrite },
  before: EffectRow | null,
): Promise<boolean> {
  const { rowCount } = await transaction.execute(sql`
    with event as (
      select e.id, e.generation from events e
      where e.id = ${run.eventId} and e.generation = ${run.generation} and e.holds_lane for share
    )
    insert into effects (key, event_id, action, target_id, priority, state, generation, attempts, attempt_lease_until, unsettled,
      failure_class, field_hash, change_hash)
    select ${key}, event.id, ${action}, ${targetId}, ${priority}, 'refused', event.generation, 0, clock_timestamp(), false,
      'Stale', ${write.fieldHash}, ${write.changeHash} from event
    on conflict (key) do update set state = 'refused', generation = excluded.generation, unsettled = false, failure_class = 'Stale',
      field_hash = excluded.field_hash, change_hash = excluded.change_hash, updated_at = clock_timestamp()
    where ${before !== null} and effects.state = ${before?.state ?? ''} and effects.generation = ${before?.generation ?? 0}
      and effects.attempts = ${before?.attempts ?? 0} and effects.attempt_lease_until <= clock_timestamp()`);
  return rowCount === 1;
}
