import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { Transaction } from '../transaction.ts';

/** Whether a role change is among the reasons of a run, or among what it found. */
export const isByChange = (jobId: SQL, companyId: SQL): SQL => sql`(
  exists (select from buyer_group_refresh_reasons br where br.job_id = ${jobId} and br.event_id is not null)
  or exists (select from buyer_group_changes bc where bc.company_id = ${companyId} and bc.job_id = ${jobId} and bc.event_id is not null))`;

/**
 * The runs of the same company that saved the group between the time at which the refresh `l` was asked for and the time at which it began:
 * there are some only where it had failed, and is run again. Those of a company that was merged meanwhile told their own.
 */
export const runsMeanwhile = (until: SQL): SQL => sql`
  select o.* from buyer_group_refresh_logs o where o.company_id = l.company_id and o.id <> l.id and o.result is not null
    and o.started_at > l.created_at and o.started_at <= ${until}
    and exists (select from events le where le.id = l.id and le.generation > 0)`;

/** Whether a reason `r` of `l` is that of somebody who asked for one of these runs as well, and was told by that one. */
export const isToldByThem = (until: SQL): SQL => sql`exists (
  select from buyer_group_refresh_reasons t where t.requester_key_id = r.requester_key_id and t.job_id in (select id from (${runsMeanwhile(until)}) t))`;

/** Whether one of these runs told everybody. */
export const isTeamTold = (until: SQL): SQL =>
  sql`exists (select from (${runsMeanwhile(until)}) t where ${isByChange(sql`t.id`, sql`t.company_id`)})`;

/** Whether these runs found something of which somebody who waits for `l` was not told. */
const hasMissed = (until: SQL): SQL => sql`(
  exists (select from buyer_group_changes c where c.company_id = l.company_id
    and c.job_id in (select id from (${runsMeanwhile(until)}) t))
  and ((${isByChange(sql`l.id`, sql`l.company_id`)} and not ${isTeamTold(until)})
    or exists (select from buyer_group_refresh_reasons r where r.job_id = l.id and r.requester_key_id is not null and not ${isToldByThem(until)})))`;

/** Whether other runs found something before this one began of which whoever waits for it is still to be told. */
export async function readHasMissed(queries: Queries, jobId: string): Promise<boolean> {
  const { rows } = await queries.execute<{ hasMissed: boolean }>(sql`
    select ${hasMissed(sql`l.started_at`)} as "hasMissed" from buyer_group_refresh_logs l where l.id = ${jobId}`);
  return rows[0]?.hasMissed === true;
}

/**
 * Has the latest of these runs stand for a refresh that may not run now, with what it saved, where there is something to tell. `false`:
 * there is not. The hour is that of the run which was made.
 */
export async function adoptRun(transaction: Transaction, jobId: string): Promise<boolean> {
  const { rowCount } = await transaction.execute(sql`
    update buyer_group_refresh_logs l set status = 'completed', result = o.result, gaps = o.gaps, started_at = o.started_at,
      finished_at = clock_timestamp(), failure_class = null, progress = 100, step = 'done'
    from buyer_group_refresh_logs o
    where l.id = ${jobId} and ${hasMissed(sql`clock_timestamp()`)}
      and o.id = (select id from (${runsMeanwhile(sql`clock_timestamp()`)}) t order by t.started_at desc limit 1)`);
  return rowCount === 1;
}

/** Whoever wants to be told of a refresh is told by the run of `into` as well, if that is yet to come; done twice it is done once. */
export async function handOver(transaction: Transaction, from: string, into: string): Promise<void> {
  await transaction.execute(sql`
    insert into buyer_group_refresh_reasons (tenant_id, company_id, job_id, priority, is_coalesced, requested_by, requester_key_id, requester_sealed)
    select distinct on (r.requester_key_id) l.tenant_id, l.company_id, l.id, r.priority, true, r.requested_by, r.requester_key_id, r.requester_sealed
    from buyer_group_refresh_reasons r join buyer_group_refresh_logs l on l.id = ${into}
    where r.job_id = ${from} and r.requester_sealed is not null
      and not exists (select from buyer_group_refresh_reasons t where t.job_id = l.id and t.requester_key_id = r.requester_key_id)
    order by r.requester_key_id, r.created_at desc`);
}
