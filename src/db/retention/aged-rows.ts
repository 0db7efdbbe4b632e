import { type SQL, sql } from 'drizzle-orm';
import type { RetentionClass } from '../../domain/retention.ts';
import type { Queries } from '../database.ts';
import { daysAgo } from './time-ago.ts';

/** All that are rows with an id of their own. */
export type AgedClass = Exclude<RetentionClass, 'keys' | 'formerMembers'>;

/** Which rows `t` of which table are old, and which of them are left alone all the same. */
const classes: Readonly<Record<AgedClass, { table: SQL; time: SQL; only?: SQL }>> = {
  violations: { table: sql`schema_violations`, time: sql`t.received_at` },
  payloads: { table: sql`events`, time: sql`t.finished_at`, only: sql`t.outcome <> 'failed' and t.sealed is not null` },
  failed: { table: sql`events`, time: sql`t.finished_at`, only: sql`t.outcome = 'failed'` },
  leads: {
    table: sql`leads`,
    time: sql`t.received_at`,
    // What is open or may be run again would bring it back.
    only: sql`not exists (select from events e where e.id = t.id and (e.holds_lane or e.outcome = 'failed'))`,
  },
  modelCalls: {
    table: sql`model_calls`,
    time: sql`t.called_at`,
    // The run of an open event reads them.
    only: sql`not exists (select from events e where e.id = t.event_id and e.holds_lane)`,
  },
  refreshLogs: {
    table: sql`buyer_group_refresh_logs`,
    time: sql`t.finished_at`,
    // The latest of a company says when it was refreshed, and one that failed may be run again.
    only: sql`(select 1 from buyer_groups g where g.company_id = t.company_id and g.job_id = t.id) is null
      and (select 1 from buyer_group_refresh_logs n where n.company_id = t.company_id and n.created_at > t.created_at
        and coalesce(n.started_at, '-infinity') >= coalesce(t.started_at, '-infinity') limit 1) is not null
      and (select 1 from events e where e.id = t.id and (e.holds_lane or e.outcome = 'failed')) is null`,
  },
  audit: { table: sql`audit_log`, time: sql`t.at` },
};

/** The ids of the oldest rows, of those that have been kept for so many days. */
export function oldestIds(name: AgedClass, days: number, limit: number): SQL {
  const { table, time, only } = classes[name];
  return sql`select t.id from ${table} t where ${time} < ${daysAgo(days)}
    ${only ? sql`and ${only}` : sql``} order by ${time} limit ${limit}`;
}

/** Deletes the oldest; one that somebody else holds is left for another time. */
export async function deleteOldest(queries: Queries, name: AgedClass, days: number, limit: number): Promise<number> {
  const { rowCount } = await queries.execute(sql`
    delete from ${classes[name].table} where id = any(array(${oldestIds(name, days, limit)} for update of t skip locked))`);
  return rowCount ?? 0;
}

/** How many there are, counted up to `limit`. */
export async function countOld(queries: Queries, name: AgedClass, days: number, limit: number): Promise<number> {
  const { rows } = await queries.execute<{ count: number }>(
    sql`select count(*)::int as count from (${oldestIds(name, days, limit)}) old`,
  );
  return rows[0]?.count ?? 0;
}
