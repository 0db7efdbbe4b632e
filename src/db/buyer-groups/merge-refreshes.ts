import { sql } from 'drizzle-orm';
import type { EnrichmentLevel } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import type { EventRun } from '../event-steps.ts';
import type { Transaction } from '../transaction.ts';
import { own } from './jobs.ts';
import { thoroughness, waitingRefresh, type WaitingRefresh } from './waiting-refresh.ts';

/** The company that a refresh turned out to be of, and the refresh that stands for it. */
export type GoneOn = WaitingRefresh & { companyId: string };

type Open = { ids: string[] | null; priority: number; level: EnrichmentLevel; isForced: boolean };

/**
 * Ends the refreshes of a company that was merged into another one, and has that one refreshed in their place, as urgently and as
 * thoroughly, for all that they were done for: whoever was to be told is. Those that are over are that one's from here on. Both are locked.
 */
export async function goOnElsewhere(
  transaction: Transaction,
  { tenantId, from, to, windowMs }: { tenantId: string; from: string; to: string; windowMs: number },
): Promise<GoneOn> {
  const { rows } = await transaction.execute<Open>(sql`
    with ended as (
      update buyer_group_refresh_logs set status = 'completed', progress = 100, step = 'done', asked_until = null,
        finished_at = clock_timestamp()
      where company_id = ${from} and status in ('waiting', 'processing') returning id, priority, level, is_forced
    )
    select array_agg(id) as ids, min(priority)::int as priority, bool_or(is_forced) as "isForced",
      (array_agg(level order by ${thoroughness} desc))[1] as level from ended`);
  const [open] = rows;
  if (!open?.ids) throw new Error('a company is merged by a refresh of it');
  const ended = sql`any(${sql.param(open.ids)}::uuid[])`;
  const next = await waitingRefresh(transaction, { ...open, tenantId, companyId: to, isRequested: false, windowMs });
  await transaction.execute(sql`
    update buyer_group_refresh_logs set merged_into = ${next.jobId} where id = ${ended} or merged_into = ${ended}`);
  await transaction.execute(sql`update buyer_group_refresh_logs set company_id = ${to} where company_id = ${from}`);
  // An event that named both led to a refresh of that one already.
  await transaction.execute(sql`
    update buyer_group_refresh_reasons r set company_id = ${to}, job_id = case when r.job_id = ${ended} then ${next.jobId} else r.job_id end,
      is_coalesced = is_coalesced or r.job_id = ${ended}
    where r.company_id = ${from} and not exists (
      select from buyer_group_refresh_reasons k where k.event_id = r.event_id and k.company_id = ${to})`);
  // What is over tells nobody any more, whatever became of the other one.
  await transaction.execute(sql`
    update buyer_group_refresh_reasons r set job_id = ${next.jobId}, is_coalesced = true
    where r.job_id = ${ended} and not exists (
      select from buyer_group_refresh_reasons k where k.event_id = r.event_id and k.job_id = ${next.jobId})`);
  return { ...next, companyId: to };
}

/** Where a refresh has gone on whose company was merged; `undefined`: it has not. */
export async function readGoneOn(
  queries: Queries,
  run: EventRun,
): Promise<{ jobId: string; companyId: string } | undefined> {
  const { rows } = await queries.execute<{ jobId: string; companyId: string }>(sql`
    select l.merged_into as "jobId", l.company_id as "companyId" from buyer_group_refresh_logs l, events e
    where ${own(run)} and l.merged_into is not null`);
  return rows[0];
}
