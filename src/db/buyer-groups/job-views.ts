import { type SQL, sql } from 'drizzle-orm';
import type { JobBrief, JobView } from '../../domain/job-view.ts';
import type { Gap, JobStatus } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import { isoTime } from '../iso-time.ts';
import { isRequested, windowEnd } from './turns.ts';

/** Whose jobs may be seen; null is any. */
export interface JobScope {
  tenantId: string | null;
  /** Then only jobs to which an event of these led, or which `requestedBy` asked for, and only those reasons. */
  sources: readonly string[] | null;
  requestedBy: string;
}

export type JobRow = Omit<JobView, 'company' | 'gaps' | 'failure' | 'workflow'> & {
  gaps: Gap[];
  companyName: string | null;
  companyDomain: string | null;
  failureClass: string | null;
  failureMessage: string | null;
  keyHash: string | null;
  generation: number | null;
  runId: string | null;
};

const maxReasons = 100;

/** For a job that waits until the hour of its company is over. */
export const notBefore = (windowMs: number): SQL => sql`case when l.status = 'waiting' and not l.is_forced then (
  select ${isoTime(sql`w.over`)} from (select ${windowEnd(sql`l.company_id`, windowMs, isRequested(sql`l.id`))} as over) w where w.over > clock_timestamp()) end`;

const mayBeSeen = ({ sources, requestedBy }: JobScope): SQL =>
  sources === null
    ? sql`true`
    : sql`(e.source = any(${sql.param([...sources])}::text[]) or r.requested_by = ${requestedBy})`;

const reasonsOf = (scope: JobScope): SQL => sql`
  select r.event_id as "eventId", r.move, r.priority, r.is_coalesced as coalesced, r.requested_by as "requestedBy", ${isoTime(sql`r.created_at`)} as at
  from buyer_group_refresh_reasons r left join events e on e.id = r.event_id
  where r.job_id = coalesce(l.merged_into, l.id) and ${mayBeSeen(scope)} order by r.created_at, r.id limit ${maxReasons}`;

const job = (scope: JobScope, windowMs: number): SQL => sql`
  select l.id, l.company_id as "companyId", c.name as "companyName", c.domain as "companyDomain", l.status, l.progress, l.step, l.priority,
    l.level as "enrichmentLevel", l.is_forced as forced, ${isoTime(sql`l.created_at`)} as "createdAt", ${isoTime(sql`l.started_at`)} as "startedAt",
    ${isoTime(sql`l.finished_at`)} as "finishedAt", ${notBefore(windowMs)} as "notBefore", l.gaps, l.calls, l.credits, l.result,
    l.merged_into as "mergedInto", l.failure_class as "failureClass", e.failure_message as "failureMessage", e.key_hash as "keyHash", e.generation, e.run_id as "runId",
    coalesce((select jsonb_agg(q) from (${reasonsOf(scope)}) q), '[]'::jsonb) as reasons
  from buyer_group_refresh_logs l join companies c on c.id = l.company_id left join events e on e.id = l.id`;

export async function readJob(
  queries: Queries,
  id: string,
  { scope, windowMs }: { scope: JobScope; windowMs: number },
): Promise<JobRow | undefined> {
  const { rows } = await queries.execute<JobRow>(
    sql`${job(scope, windowMs)} where l.id = ${id} and ${scope.tenantId === null ? sql`true` : sql`l.tenant_id = ${scope.tenantId}`}`,
  );
  const [row] = rows;
  return row && scope.sources !== null && row.reasons.length === 0 ? undefined : row;
}

/** The newest first, from behind `after` on. */
export async function readJobs(
  queries: Queries,
  request: {
    tenantId: string;
    status?: JobStatus | undefined;
    companyId?: string | undefined;
    after?: { at: string; id: string } | undefined;
    limit: number;
    windowMs: number;
  },
): Promise<JobRow[]> {
  const { tenantId, status, companyId, after, limit, windowMs } = request;
  const conditions: SQL[] = [
    sql`l.tenant_id = ${tenantId}`,
    ...(status === undefined ? [] : [sql`l.status = ${status}`]),
    ...(companyId === undefined ? [] : [sql`l.company_id = ${companyId}`]),
    ...(after ? [sql`(l.created_at, l.id) < (${after.at}::timestamptz, ${after.id}::uuid)`] : []),
  ];
  const { rows } = await queries.execute<JobRow>(sql`
    ${job({ tenantId, sources: null, requestedBy: '' }, windowMs)} where ${sql.join(conditions, sql` and `)}
    order by l.created_at desc, l.id desc limit ${limit}`);
  return rows;
}

/** The last one of a company that began or is over, and the one that waits. */
export async function readJobsOf(
  queries: Queries,
  companyId: string,
  windowMs: number,
): Promise<{ last: JobBrief | null; next: JobBrief | null }> {
  const { rows } = await queries.execute<JobBrief & { isNext: boolean }>(sql`
    select distinct on ("isNext") l.id, l.status, l.priority, ${isoTime(sql`l.created_at`)} as "createdAt",
      ${isoTime(sql`l.started_at`)} as "startedAt", ${isoTime(sql`l.finished_at`)} as "finishedAt", ${notBefore(windowMs)} as "notBefore",
      l.status = 'waiting' as "isNext"
    from buyer_group_refresh_logs l where l.company_id = ${companyId} and l.merged_into is null
    order by "isNext", coalesce(l.started_at, l.finished_at) desc nulls last, l.created_at desc`);
  const find = (wanted: boolean): JobBrief | null => {
    const row = rows.find(({ isNext }) => isNext === wanted);
    if (!row) return null;
    const { isNext: _, ...brief } = row;
    return brief;
  };
  return { last: find(false), next: find(true) };
}

const countUpTo = 10_000;

/** How many are due and wait for their turn. */
export async function countDueJobs(queries: Queries, windowMs: number): Promise<number> {
  const { rows } = await queries.execute<{ count: number }>(sql`
    select count(*)::int as count from (
      select from buyer_group_refresh_logs l where l.status = 'waiting'
        and (l.is_forced or coalesce(${windowEnd(sql`l.company_id`, windowMs, isRequested(sql`l.id`))} <= clock_timestamp(), true)) limit ${countUpTo}) d`);
  return rows[0]?.count ?? 0;
}
