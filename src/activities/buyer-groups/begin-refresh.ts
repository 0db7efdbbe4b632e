import { beginJob } from '../../db/buyer-groups/jobs.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { EnrichmentLevel } from '../../domain/refresh.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { turnLimitsOf } from './turn-limits.ts';
import { superseded } from '../open-event.ts';

export type RefreshBegun =
  /** `maxMs`: how long the providers may be asked, all together. */
  | { state: 'begun'; level: EnrichmentLevel; maxMs: number; isSaved: boolean }
  /** Another run stands for it. */
  | { state: 'coalesced' }
  /** As many run as may; it is looked again after so long. */
  | { state: 'full'; waitMs: number };

const lookAgainMs = 15_000;

export function createBeginRefresh({ queries, buyerGroups, metrics, log }: ActivityDependencies) {
  return async function beginRefresh(run: EventRun): Promise<RefreshBegun> {
    const begun = await beginJob(queries, run, turnLimitsOf(buyerGroups));
    if (!begun) throw superseded();
    if (begun.state === 'coalesced') return begun;
    if (begun.state === 'full') return { ...begun, waitMs: lookAgainMs };
    const { job, isFirst } = begun;
    if (isFirst) metrics.jobsStarted.inc();
    log.info(
      { job_id: job.id, company_id: job.companyId, tenant_id: job.tenantId, level: job.level },
      'refresh running',
    );
    return { state: 'begun', level: job.level, maxMs: buyerGroups.maxMinutes * 60_000, isSaved: job.isSaved };
  };
}
