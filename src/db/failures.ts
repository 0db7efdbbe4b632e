import { type SQL, sql } from 'drizzle-orm';
import type { FailedEvent, FailureGroup, RedriveFilter, RedriveResult } from '../domain/operator-views.ts';
import { refreshType } from '../domain/refresh.ts';
import type { Queries } from './database.ts';
import { isoTime } from './iso-time.ts';

const maxGroups = 200;
const examplesPerGroup = 3;

/** Failed events by class, those with the latest failure first; without the refreshes that somebody canceled. */
export async function readFailureGroups(queries: Queries, tenantId: string): Promise<FailureGroup[]> {
  const { rows } = await queries.execute<FailureGroup>(sql`
    select g.class, g.count, ${isoTime(sql`g.oldest`)} as oldest, ${isoTime(sql`g.newest`)} as newest, array(
      select e.id from events e where ${failedOf(tenantId)} and ${needsAttention} and e.failure_class is not distinct from g.failure_class
      order by e.finished_at desc, e.id desc limit ${examplesPerGroup}) as examples
    from (
      select e.failure_class, coalesce(e.failure_class, 'Unknown') as class, count(*)::int as count, min(e.finished_at) as oldest,
        max(e.finished_at) as newest
      from events e where ${failedOf(tenantId)} and ${needsAttention} group by e.failure_class
    ) g order by g.newest desc limit ${maxGroups}`);
  return rows;
}

/** The failed events of one class, newest first, from after `after` on. */
export async function readFailedEvents(
  queries: Queries,
  request: { tenantId: string; class: string; after: { at: string; id: string } | undefined; limit: number },
): Promise<FailedEvent[]> {
  const { after } = request;
  const from = after ? sql`and (e.finished_at, e.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``;
  const { rows } = await queries.execute<FailedEvent>(sql`
    select e.id, e.source, e.type, e.failure_class as class, coalesce(e.failure_message, '') as message,
      e.correlation_id as "correlationId", ${isoTime(sql`e.received_at`)} as "receivedAt", ${isoTime(sql`e.finished_at`)} as "failedAt",
      e.generation + 1 as runs,
      coalesce((select max(f.attempts) from effects f where f.event_id = e.id and f.generation = e.generation), 0) as attempts
    from events e where ${failedOf(request.tenantId)} and e.failure_class = ${request.class} ${from}
    order by e.finished_at desc, e.id desc limit ${request.limit}`);
  return rows;
}

/** How many failed events a filter fits, and the ids of the first `limit` in the order of their positions. */
export async function matchFailed(
  queries: Queries,
  request: { tenantId: string; filter: RedriveFilter; limit: number },
): Promise<{ matched: number; eventIds: string[] }> {
  const { filter } = request;
  const conditions: SQL[] = [
    failedOf(request.tenantId),
    // Of an event whose person was erased there is nothing left to run.
    sql`e.subject_key_id is not null`,
    ...(filter.class === undefined ? [] : [sql`e.failure_class = ${filter.class}`]),
    ...(filter.source === undefined ? [] : [sql`e.source = ${filter.source}`]),
    ...(filter.type === undefined ? [] : [sql`e.type = ${filter.type}`]),
    ...(filter.failedAfter === undefined ? [] : [sql`e.finished_at > ${filter.failedAfter}::timestamptz`]),
    ...(filter.failedBefore === undefined ? [] : [sql`e.finished_at < ${filter.failedBefore}::timestamptz`]),
  ];
  const { rows } = await queries.execute<{ id: string; matched: number }>(sql`
    select e.id, count(*) over ()::int as matched from events e where ${sql.join(conditions, sql` and `)}
    order by e.position limit ${request.limit}`);
  return { matched: rows[0]?.matched ?? 0, eventIds: rows.map(({ id }) => id) };
}

/** What a redrive would make of each of these events now, in the order of their positions; those that do not exist come last. */
export async function foreseeRedrive(
  queries: Queries,
  eventIds: readonly string[],
): Promise<{ eventId: string; result: RedriveResult }[]> {
  const { rows } = await queries.execute<{ eventId: string; result: RedriveResult }>(sql`
    select given.id as "eventId", case when e.id is null then 'not_found' when e.state <> 'failed' then 'not_failed'
      when e.subject_key_id is null then 'erased' else 'redriven' end as result
    from unnest(${sql.param([...new Set(eventIds)])}::uuid[]) with ordinality as given(id, turn)
    left join events e on e.id = given.id order by e.position nulls last, given.turn`);
  return rows;
}

/** A refresh that was canceled is what somebody wanted; `jobs` shows it, and it can be run again. */
export const needsAttention: SQL = sql`not (e.type = ${refreshType} and e.failure_class is not distinct from 'Canceled')`;

const failedOf = (tenantId: string): SQL => sql`e.tenant_id = ${tenantId} and e.outcome = 'failed'`;
