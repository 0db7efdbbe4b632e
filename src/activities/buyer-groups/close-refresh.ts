import { type ClosedJob, closeJob, readCompanyOfJob } from '../../db/buyer-groups/jobs.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { ActivityDependencies } from '../dependencies.ts';

export interface RefreshEnd {
  status: 'completed' | 'failed' | 'canceled';
  failureClass: string | null;
}

/** Ends a refresh, and has its company look for what is to be done next. */
export function createCloseRefresh({ queries, wakeCompany, metrics, log }: ActivityDependencies) {
  return async function closeRefresh(run: EventRun, end: RefreshEnd): Promise<void> {
    const closed = await closeJob(queries, run, end);
    if (closed) countJob(metrics, closed, end);
    const company = await readCompanyOfJob(queries, run.eventId);
    if (!company) return;
    const labels = { job_id: run.eventId, company_id: company.id, tenant_id: company.tenantId };
    if (closed) log.info({ ...labels, status: closed.status, failure_class: end.failureClass }, 'refresh ended');
    await wakeCompany(company, `${run.eventId}:ended:${run.generation}`);
  };
}

/** A saved group counts as made, whatever became of telling of it. */
function countJob(
  metrics: Metrics,
  { status, result, seconds, isByChange }: ClosedJob,
  { failureClass }: RefreshEnd,
): void {
  metrics.jobDurationSeconds.observe(seconds);
  if (result) {
    metrics.groupMembersFound.observe(result.members);
    metrics.groupConfidence.observe(result.confidence);
    metrics.groupCohesion.observe(result.cohesion);
    metrics.groupRefreshes.inc({ reason: isByChange ? 'change' : 'request' });
    metrics.jobsCompleted.inc({ result: result.isPartial ? 'partial' : 'complete' });
  } else if (status !== 'completed') metrics.jobsFailed.inc({ class: failureClass ?? 'Unexpected' });
}
