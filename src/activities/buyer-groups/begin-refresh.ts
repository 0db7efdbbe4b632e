import { beginJob } from '../../db/buyer-groups/jobs.ts';
import { addRequester, readRequesters } from '../../db/buyer-groups/missed.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { EnrichmentLevel } from '../../domain/refresh.ts';
import { withLivingKeys } from '../../intake/with-living-keys.ts';
import { sealedRequester } from '../../privacy/sealed-records.ts';
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

export function createBeginRefresh({ queries, keyring, buyerGroups, metrics, log }: ActivityDependencies) {
  /** Whoever waits for a refresh for which another one stands that is yet to come is told by that one. */
  async function handOver(from: string, into: string): Promise<void> {
    for (const { wrappedKey, sealed, ...requester } of await readRequesters(queries, { from, into })) {
      const { key } = keyring.unwrap({ id: requester.keyId, wrapped: wrappedKey });
      const address = sealedRequester.open(key, from, sealed);
      await addRequester(queries, into, { ...requester, sealed: sealedRequester.seal(key, into, address) });
    }
  }

  return async function beginRefresh(run: EventRun): Promise<RefreshBegun> {
    const begun = await beginJob(queries, run, turnLimitsOf(buyerGroups));
    if (!begun) throw superseded();
    if (begun.state === 'coalesced') {
      const { job, into } = begun;
      if (into !== null) await withLivingKeys(keyring, () => handOver(job.id, into));
      return { state: 'coalesced' };
    }
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
