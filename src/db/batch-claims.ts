import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { since } from './lane-heads.ts';
import { inTransaction } from './transaction.ts';

/** A batch that has to be started; no personal data. */
export type BatchToStart = { batchId: string; tenantId: string; events: number };

/** Two collectors at once could each take a part of one lane, and then run the parts side by side. */
const collectorsLock = 'causeway.batches';

/** A step of a batch reads all of it with one statement, which has five seconds, into the memory of a worker. */
const maxBytes = 16 * 1024 * 1024;

const waits = sql`e.batched and e.batch_id is null and e.holds_lane`;

/**
 * Takes the events of one tenant that wait for a batch, the earliest first, once so many wait or one has waited for so long;
 * fewer where they are large. An event is only taken together with, or after, all that is open before it in its lane, so
 * that a batch always holds the front of a lane. `undefined`: nothing is due, or another process is at it.
 *
 * Positions are given under the lane's lock, so that what is read here without it can miss no earlier event of a lane.
 */
export function claimBatch(
  queries: Queries,
  batchId: string,
  { maxEvents, maxWaitMs }: { maxEvents: number; maxWaitMs: number },
): Promise<BatchToStart | undefined> {
  return inTransaction(queries, async (transaction) => {
    const { rows: locks } = await transaction.execute<{ mine: boolean }>(
      sql`select pg_try_advisory_xact_lock(hashtextextended(${collectorsLock}, 0)) as mine`,
    );
    if (!locks[0]?.mine) return undefined;
    const { rows } = await transaction.execute<{ tenantId: string }>(sql`
      with recursive tenants as (
        (select e.tenant_id from events e where ${waits} order by e.tenant_id limit 1)
        union all
        select (select e.tenant_id from events e where ${waits} and e.tenant_id > t.tenant_id order by e.tenant_id limit 1)
        from tenants t where t.tenant_id is not null
      ), front as (
        select t.tenant_id, r.*, sum(r.bytes) over (partition by t.tenant_id order by r.position) - r.bytes as bytes_before
        from tenants t cross join lateral (
          select e.id, e.position, e.opened_at, coalesce(octet_length(e.sealed), 0) as bytes from events e
          where e.tenant_id = t.tenant_id and ${waits} and not exists (
            select from events o where o.lane = e.lane and o.holds_lane and o.position < e.position
              and not (o.batched and o.batch_id is null))
          order by e.position limit ${maxEvents}
        ) r where t.tenant_id is not null
      ), ready as (
        select * from front where bytes_before < ${maxBytes}
      ), due as (
        select tenant_id from front group by tenant_id
        having count(*) >= ${maxEvents} or min(opened_at) <= ${since(maxWaitMs)}
        order by min(opened_at) limit 1
      )
      update events e set batch_id = ${batchId}, claimed_at = clock_timestamp()
      from ready join due using (tenant_id) where e.id = ready.id and ${waits}
      returning e.tenant_id as "tenantId"`);
    const [first] = rows;
    return first && { batchId, tenantId: first.tenantId, events: rows.length };
  });
}

/**
 * Batches that nobody began (claimed `staleMs` ago), or that have been running since `runningMs` ago; their claim is renewed,
 * so that two sweepers share the work.
 */
export async function takeOverdueBatches(
  queries: Queries,
  limits: { staleMs: number; runningMs: number; count: number },
): Promise<BatchToStart[]> {
  const { rows } = await queries.execute<BatchToStart>(sql`
    with overdue as (
      select e.batch_id from events e where e.batched and e.batch_id is not null and e.holds_lane group by e.batch_id
      having max(e.claimed_at) < case when bool_or(e.state = 'accepted') then ${since(limits.staleMs)} else ${since(limits.runningMs)} end
      limit ${limits.count}
    ), renewed as (
      update events e set claimed_at = clock_timestamp() from overdue
      where e.batch_id = overdue.batch_id and e.batched and e.holds_lane returning e.batch_id, e.tenant_id
    )
    select batch_id as "batchId", tenant_id as "tenantId", count(*)::int as events from renewed group by batch_id, tenant_id`);
  return rows;
}
