import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { inTransaction, type Transaction } from '../transaction.ts';

export interface TurnLimits {
  /** A company has one run in so long. */
  windowMs: number;
  /** Over all companies and tenants. */
  runsPerMinute: number;
  concurrentRuns: number;
}

/** A run whose turn has come. */
export type JobToRun = { jobId: string; tenantId: string; companyId: string; priority: number; hasEvent: boolean };

export type Turn =
  /** Its turn came just now. */
  | ({ state: 'begun' } & JobToRun)
  | ({ state: 'running' } & JobToRun)
  /** For its hour to be over, or for its turn among all. */
  | { state: 'waiting'; for: 'window' | 'turn'; waitMs: number }
  /** Nothing is to be done; the company's hour lasts for so long yet. */
  | { state: 'idle'; waitMs: number };

const now = sql`clock_timestamp()`;
const milliseconds = (ms: number) => sql`${ms} * interval '1 millisecond'`;

/** Whether somebody asked for a refresh, and not only changes led to it. */
export const isRequested = (jobId: SQL): SQL =>
  sql`exists (select from buyer_group_refresh_reasons q where q.job_id = ${jobId} and q.event_id is null)`;

/** The directory was refused for want of credits, and nothing was paid for: such a run has found out nothing. */
const wasRefused = sql`(d.status = 'completed' and coalesce((select sum(s.spent::int) from jsonb_each_text(d.credits) as s(name, spent)), 0) = 0
  and exists (select from jsonb_array_elements(d.gaps) as g(gap) where gap ->> 'step' in ('resolve', 'discover')
    and gap ->> 'class' in ('DailyCreditsUsed', 'CoreSignalPaymentRequired')))`;

/**
 * When the hour of a company is over; null: it has none. A run that failed, was canceled, or went on elsewhere does not use it up, nor does one that was refused
 * all credits for whoever asks: for changes it does, which would be refused again and again.
 */
export const windowEnd = (companyId: SQL, windowMs: number, requested: SQL = sql`false`): SQL => sql`(
  select max(d.started_at) + ${milliseconds(windowMs)} from buyer_group_refresh_logs d
  where d.company_id = ${companyId} and d.status in ('processing', 'completed') and d.merged_into is null
    and not (${requested} and ${wasRefused}))`;

/** How long that is yet, in milliseconds. */
const windowLeftMs = (companyId: SQL, windowMs: number, requested: SQL): SQL =>
  sql`greatest(0, ceil(extract(epoch from ${windowEnd(companyId, windowMs, requested)} - ${now}) * 1000))::float8`;

/** Whether a company may be refreshed now. */
export const windowOver = (companyId: SQL, windowMs: number, requested: SQL): SQL =>
  sql`${windowLeftMs(companyId, windowMs, requested)} = 0`;

/** How many run; one whose event is over runs no more, though nobody has closed it. */
const runningNow = sql`(select count(*) from buyer_group_refresh_logs l left join events e on e.id = l.id
  where l.status = 'processing' and e.holds_lane is not false)`;

/** Whoever waits asks again within this after it was told to. */
const graceMs = 10_000;
const longestWaitMs = 300_000;

/**
 * What the company has to do now. When its hour is over, its run is among the first, and there is room for another one, the run is begun
 * here, at most one of a company at a time. Those who wait take turns by tenants, and within one by priority and age; somebody who
 * does not ask again any more holds nobody up.
 */
export function takeTurn(queries: Queries, companyId: string, limits: TurnLimits): Promise<Turn> {
  return inTransaction(queries, async (transaction): Promise<Turn> => {
    await transaction.execute(sql`select from companies where id = ${companyId} for update`);
    await closeAbandoned(transaction, companyId);
    const { rows } = await transaction.execute<
      JobToRun & { status: 'waiting' | 'processing' | null; isForced: boolean; leftMs: number }
    >(sql`
      select l.id as "jobId", l.tenant_id as "tenantId", c.id as "companyId", l.priority, l.status, l.is_forced as "isForced",
        exists (select from events e where e.id = l.id) as "hasEvent", ${windowLeftMs(sql`c.id`, limits.windowMs, isRequested(sql`l.id`))} as "leftMs"
      from companies c left join buyer_group_refresh_logs l on l.company_id = c.id and l.status in ('waiting', 'processing')
      where c.id = ${companyId} order by l.status = 'processing' desc limit 1`);
    const own = rows[0];
    if (!own || own.status === null) return { state: 'idle', waitMs: own?.leftMs ?? 0 };
    const { status, isForced, leftMs, ...job } = own;
    if (status === 'processing') return { state: 'running', ...job };
    if (leftMs > 0 && !isForced) {
      await askAgain(transaction, job.jobId, leftMs);
      return { state: 'waiting', for: 'window', waitMs: leftMs };
    }
    const { ahead, waitMs } = await placeInTurn(transaction, job.jobId, limits);
    if (ahead > 0) {
      await askAgain(transaction, job.jobId, waitMs);
      return { state: 'waiting', for: 'turn', waitMs };
    }
    await transaction.execute(sql`
      update buyer_group_refresh_logs set status = 'processing', started_at = ${now}, asked_until = null, step = 'begun' where id = ${job.jobId}`);
    return { state: 'begun', ...job };
  });
}

const askAgain = (transaction: Transaction, jobId: string, waitMs: number) =>
  transaction.execute(sql`
    update buyer_group_refresh_logs set asked_until = ${now} + ${milliseconds(waitMs + graceMs)} where id = ${jobId}`);

/** How many it would be too many, and when to ask again. */
async function placeInTurn(
  transaction: Transaction,
  jobId: string,
  { windowMs, runsPerMinute, concurrentRuns }: TurnLimits,
): Promise<{ ahead: number; waitMs: number }> {
  await lockTurns(transaction);
  const { rows } = await transaction.execute<{ ahead: number; freeInMs: number | null }>(sql`
    with due as (
      select l.id, l.priority, l.created_at,
        row_number() over (partition by l.tenant_id order by l.priority, l.created_at, l.id) as turn,
        (select max(s.started_at) from buyer_group_refresh_logs s
          where s.tenant_id = l.tenant_id and s.started_at > ${now} - interval '1 hour') as served_at
      from buyer_group_refresh_logs l
      where l.status = 'waiting' and (l.id = ${jobId} or l.asked_until > ${now})
        and (l.is_forced or ${windowOver(sql`l.company_id`, windowMs, isRequested(sql`l.id`))})
    ), ranked as (
      select id, row_number() over (order by turn, served_at nulls first, priority, created_at, id) as place from due
    ), started as (
      select started_at, row_number() over (order by started_at) as nth, count(*) over () as runs
      from buyer_group_refresh_logs where started_at > ${now} - interval '1 minute'
    ), place as (
      select r.place - least(${concurrentRuns} - ${runningNow}, ${runsPerMinute} - coalesce((select max(runs) from started), 0)) as ahead,
        r.place as place from ranked r where r.id = ${jobId}
    )
    select p.ahead::int as ahead, (select extract(epoch from s.started_at + interval '1 minute' - ${now})::float8 * 1000 from started s
        where s.nth = least(s.runs, s.runs - ${runsPerMinute} + p.place)) as "freeInMs" from place p`);
  const { ahead = 1, freeInMs = null } = rows[0] ?? {};
  // Who is far behind asks seldom: its turn comes no earlier than those before it have begun, and half of that is waited for.
  const forOthersMs = Math.max(1, ahead) * Math.min(1_000, 30_000 / runsPerMinute);
  const waitMs = Math.ceil(Math.min(longestWaitMs, Math.max(200, freeInMs ?? 0, forOthersMs)));
  return { ahead, waitMs };
}

/** Whether one more may run beside the others, for whoever comes in without a turn: one that had failed, and is run again. */
export async function hasRoom(
  transaction: Transaction,
  { runsPerMinute, concurrentRuns }: Pick<TurnLimits, 'runsPerMinute' | 'concurrentRuns'>,
): Promise<boolean> {
  await lockTurns(transaction);
  const { rows } = await transaction.execute<{ room: boolean }>(sql`
    select ${runningNow} < ${concurrentRuns}
      and (select count(*) from buyer_group_refresh_logs where started_at > ${now} - interval '1 minute') < ${runsPerMinute} as room`);
  return rows[0]?.room === true;
}

/** One at a time looks for room, so that no two take the same place. */
const lockTurns = (transaction: Transaction) =>
  transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended('buyer-group-turns', 0))`);

/** A run whose event is over and that was not closed: its workflow was ended from outside. */
async function closeAbandoned(transaction: Transaction, companyId: string): Promise<void> {
  await transaction.execute(sql`
    update buyer_group_refresh_logs l set finished_at = e.finished_at, step = 'done', failure_class = e.failure_class,
      status = case when l.result is not null or e.outcome not in ('failed', 'erased') then 'completed'
        when e.failure_class = 'Canceled' then 'canceled' else 'failed' end
    from events e where e.id = l.id and l.company_id = ${companyId} and l.status = 'processing' and not e.holds_lane`);
}

/** `processing`: its run is over, or was never begun. */
type Forgotten = { jobId: string; companyId: string; tenantId: string; status: 'waiting' | 'processing' };

/** Companies with something to do at which nobody looks, so many at once; they are left alone for a while then. */
export async function takeForgotten(
  queries: Queries,
  { staleMs, count }: { staleMs: number; count: number },
): Promise<Forgotten[]> {
  const stale = sql`${now} - ${milliseconds(staleMs)}`;
  const { rows } = await queries.execute<Forgotten>(sql`
    update buyer_group_refresh_logs set asked_until = ${now} + ${milliseconds(graceMs)} where id = any(array(
      select l.id from buyer_group_refresh_logs l left join events e on e.id = l.id
      where (l.status = 'waiting' and coalesce(l.asked_until, l.created_at) < ${stale})
        or (l.status = 'processing' and coalesce(l.asked_until, l.started_at) < ${stale} and (e.id is null or not e.holds_lane))
      order by l.created_at limit ${count} for update of l skip locked))
    returning id as "jobId", company_id as "companyId", tenant_id as "tenantId", status`);
  return rows;
}
