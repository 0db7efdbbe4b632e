import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { inTransaction } from '../transaction.ts';
import { oldestIds } from './aged-rows.ts';
import { timeAgo } from './time-ago.ts';

/** Deletes the oldest finished refreshes with what they were done for and whom they saw; one that somebody holds is left for another time. */
export function removeRefreshRuns(queries: Queries, days: number, limit: number): Promise<number> {
  return inTransaction(queries, async (transaction) => {
    const { rows } = await transaction.execute<{ id: string }>(
      sql`${oldestIds('refreshLogs', days, limit)} for update of t skip locked`,
    );
    if (rows.length === 0) return 0;
    const ids = sql`any(${sql.param(rows.map(({ id }) => id))}::uuid[])`;
    await transaction.execute(sql`delete from buyer_group_sightings where job_id = ${ids}`);
    await transaction.execute(sql`delete from buyer_group_refresh_reasons where job_id = ${ids}`);
    await transaction.execute(sql`delete from buyer_group_refresh_logs where id = ${ids}`);
    return rows.length;
  });
}

/**
 * Deletes up to `count` notes of whom a run saw, of those that ended at `since` or later and more than `olderThanMs` ago: the group was
 * made of them. Returns how many it were.
 */
export async function forgetSightings(
  queries: Queries,
  { since, olderThanMs, count }: { since: Date; olderThanMs: number; count: number },
): Promise<number> {
  const { rowCount } = await queries.execute(sql`
    delete from buyer_group_sightings where ctid = any(array(
      select s.ctid from buyer_group_sightings s where s.job_id = any(array(
        select l.id from buyer_group_refresh_logs l where l.finished_at >= ${since.toISOString()}::timestamptz and l.finished_at < ${timeAgo(olderThanMs)}))
      limit ${count} for update of s skip locked))`);
  return rowCount ?? 0;
}
