import { sql } from 'drizzle-orm';
import type { EnrichmentLevel, Gap, JobResult } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import type { EventRun } from '../event-steps.ts';
import { inTransaction } from '../transaction.ts';
import { adoptRun, handOver } from './missed.ts';
import { hasRoom, isRequested, type TurnLimits, windowOver } from './turns.ts';

/** A refresh as its own event runs it: the id of both is the same. */
export type Job = {
  id: string;
  tenantId: string;
  companyId: string;
  level: EnrichmentLevel;
  /** The group is saved: what is left to do is to tell of it. */
  isSaved: boolean;
};

const columns = sql`l.id, l.tenant_id as "tenantId", l.company_id as "companyId", l.level, l.result is not null as "isSaved"`;

/** The row of a refresh whose event is open in this generation. */
export const own = ({ eventId, generation }: EventRun) =>
  sql`l.id = ${eventId} and e.id = l.id and e.generation = ${generation} and e.holds_lane`;

/** `isFirst`: it begins just now, and does not go on after a step that was cut short. */
export type BegunJob = { state: 'begun'; job: Job; isFirst: boolean } | { state: 'coalesced' } | { state: 'full' };

/**
 * Has a refresh work. One that had failed and is run again begins anew, unless its company is being refreshed by another run, or was
 * within the hour: then that one stands for it, and what it found is told to whoever waits for this one; `full`: as many run as may.
 * `undefined`: superseded.
 */
export function beginJob(queries: Queries, run: EventRun, limits: TurnLimits): Promise<BegunJob | undefined> {
  return inTransaction(queries, async (transaction): Promise<BegunJob | undefined> => {
    await transaction.execute(sql`
      select from companies where id = (select company_id from buyer_group_refresh_logs where id = ${run.eventId}) for update`);
    const { rows } = await transaction.execute<
      Job & { status: string; progress: number; isForced: boolean; takenBy: string | null; mayRun: boolean }
    >(sql`
      select ${columns}, l.status, l.progress, l.is_forced as "isForced", ${windowOver(sql`l.company_id`, limits.windowMs, isRequested(sql`l.id`))} as "mayRun",
        (select o.id from buyer_group_refresh_logs o where o.company_id = l.company_id and o.status = 'processing' and o.id <> l.id) as "takenBy"
      from buyer_group_refresh_logs l, events e where ${own(run)} for share of e`);
    const found = rows[0];
    if (!found) return undefined;
    const { status, progress, isForced, takenBy, mayRun, ...job } = found;
    if (status === 'completed') return { state: 'begun', job, isFirst: false };
    if (status === 'processing') {
      await transaction.execute(sql`
        update buyer_group_refresh_logs set progress = greatest(progress, 5), step = 'begun' where id = ${job.id}`);
      return { state: 'begun', job, isFirst: progress === 0 };
    }
    if (takenBy !== null) {
      await handOver(transaction, job.id, takenBy);
      return { state: 'coalesced' };
    }
    if (!(mayRun || isForced))
      return (await adoptRun(transaction, job.id))
        ? { state: 'begun', job: { ...job, isSaved: true }, isFirst: false }
        : { state: 'coalesced' };
    if (!(await hasRoom(transaction, limits))) return { state: 'full' };
    await transaction.execute(sql`delete from buyer_group_sightings where job_id = ${job.id}`);
    await transaction.execute(sql`
      update buyer_group_refresh_logs set status = 'processing', started_at = clock_timestamp(), finished_at = null, failure_class = null,
        asked_until = null, progress = 5, step = 'begun', gaps = '[]' where id = ${job.id}`);
    return { state: 'begun', job, isFirst: true };
  });
}

/** The refresh while it works; `undefined`: superseded, or it was closed. */
export async function readJob(queries: Pick<Queries, 'execute'>, run: EventRun): Promise<Job | undefined> {
  const { rows } = await queries.execute<Job>(sql`
    select ${columns} from buyer_group_refresh_logs l, events e where ${own(run)} and l.status = 'processing'`);
  return rows[0];
}

/** Says how far it is; it never goes back. */
export async function noteProgress(queries: Queries, jobId: string, step: string, progress: number): Promise<void> {
  await queries.execute(sql`
    update buyer_group_refresh_logs set step = ${step}, progress = greatest(progress, ${Math.round(progress)}::smallint)
    where id = ${jobId} and status = 'processing'`);
}

/** What a step does not know takes the place of what it did not know when it was tried before. */
export async function replaceGaps(
  queries: Queries,
  jobId: string,
  step: Gap['step'],
  gaps: readonly Gap[],
): Promise<void> {
  await queries.execute(sql`
    update buyer_group_refresh_logs l set gaps = (
      select coalesce(jsonb_agg(g.gap), '[]'::jsonb) from (
        select gap from jsonb_array_elements(l.gaps) as before(gap) where gap ->> 'step' <> ${step}
        union all select gap from jsonb_array_elements(${JSON.stringify(gaps)}::jsonb) as now(gap)) g)
    where id = ${jobId} and status = 'processing'`);
}

/** Adds a gap unless the step has noted it itself. */
export async function addGap(queries: Queries, jobId: string, gap: Gap): Promise<void> {
  const { step, class: failureClass } = gap;
  await queries.execute(sql`
    update buyer_group_refresh_logs set gaps = gaps || ${JSON.stringify([gap])}::jsonb
    where id = ${jobId} and status = 'processing' and not gaps @> ${JSON.stringify([{ step, class: failureClass }])}::jsonb`);
}

export type ClosedJob = {
  status: 'completed' | 'failed' | 'canceled';
  result: JobResult | null;
  seconds: number;
  /** A role change was among its reasons. */
  isByChange: boolean;
};

/** Ends a refresh; with a saved group it is completed, whatever came after. `undefined`: it had ended before, or is superseded. */
export async function closeJob(
  queries: Queries,
  run: EventRun,
  end: { status: 'completed' | 'failed' | 'canceled'; failureClass: string | null },
): Promise<ClosedJob | undefined> {
  const { rows } = await queries.execute<ClosedJob>(sql`
    update buyer_group_refresh_logs l set status = case when l.result is not null then 'completed' else ${end.status} end,
      progress = 100, step = 'done', finished_at = clock_timestamp(), failure_class = ${end.failureClass}
    from events e where ${own(run)} and l.status = 'processing'
    returning l.status, l.result, extract(epoch from l.finished_at - l.started_at)::float8 as seconds,
      exists (select from buyer_group_refresh_reasons r where r.job_id = l.id and r.event_id is not null) as "isByChange"`);
  return rows[0];
}

/** Whose refresh it is. */
export async function readCompanyOfJob(
  queries: Queries,
  jobId: string,
): Promise<{ id: string; tenantId: string } | undefined> {
  const { rows } = await queries.execute<{ id: string; tenantId: string }>(sql`
    select company_id as id, tenant_id as "tenantId" from buyer_group_refresh_logs where id = ${jobId}`);
  return rows[0];
}
