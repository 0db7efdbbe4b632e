import { noteProgress, replaceGaps } from '../../db/buyer-groups/jobs.ts';
import { keepToldCompany } from '../../db/buyer-groups/keep-told-company.ts';
import { readKnownCompany, storeUnknownCompany } from '../../db/buyer-groups/known-company.ts';
import { readGoneOn } from '../../db/buyer-groups/merge-refreshes.ts';
import { insisting } from '../../db/transaction.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { superseded } from '../open-event.ts';
import { createJobOf } from './job-of.ts';
import { createPaidCalls, DailyCreditsUsed } from './paid-calls.ts';

/** `merged`: it is a company that was known already, and a refresh of that one stands for this. */
export type CompanyResolved = { state: 'resolved' } | { state: 'merged'; companyId: string; jobId: string };

/** Asks the directory for the company, unless that was done not long ago. What it does not know, or cannot be asked, is a gap. */
export function createResolveCompany(dependencies: ActivityDependencies) {
  const { queries, ports, policy, buyerGroups, wakeCompany, metrics, log } = dependencies;
  const jobOf = createJobOf(dependencies);
  const pay = createPaidCalls(dependencies);
  const windowMs = buyerGroups.windowSeconds * 1_000;

  return async function resolveCompany(run: EventRun): Promise<CompanyResolved> {
    // A step, or a run, that is done again may have ended the refresh itself.
    const goneOn = await readGoneOn(queries, run);
    if (goneOn) return { state: 'merged', ...goneOn };
    const job = await jobOf(run);
    const done = async (gap?: string): Promise<CompanyResolved> => {
      await replaceGaps(
        queries,
        job.id,
        'resolve',
        gap === undefined ? [] : [{ step: 'resolve', class: gap, people: 0 }],
      );
      await noteProgress(queries, job.id, 'resolve', 15);
      return { state: 'resolved' };
    };
    const directory = ports.companies;
    if (!directory) return done('CoreSignalNotSetUp');
    const company = await readKnownCompany(queries, job.companyId, buyerGroups.freshDays);
    if (company?.isFresh === true) {
      metrics.providerCalls.inc({ provider: 'CoreSignal', result: 'cached' });
      return done(company.directoryId === null ? 'CompanyUnknown' : undefined);
    }
    const { directoryId: id = null, domain = null, name = null } = company ?? {};
    const reference = { id: id ?? undefined, domain: domain ?? undefined, name: name ?? undefined };
    try {
      const call = { timeoutMs: policy.act.callTimeoutMs };
      const told = await pay(job, 'CoreSignal', () => directory.resolveCompany(reference, call));
      if (!told) {
        await storeUnknownCompany(queries, job.companyId);
        return await done('CompanyUnknown');
      }
      const kept = await insisting(() => keepToldCompany(queries, { run, job, told, windowMs }));
      if (!kept) throw superseded();
      if (!kept.merged) return await done();
      const { companyId, jobId, isNew } = kept.merged;
      metrics.jobsCoalesced.inc();
      if (isNew) metrics.jobsEnqueued.inc();
      log.info({ job_id: job.id, company_id: companyId, into_job_id: jobId }, 'company merged into one that was known');
      await wakeCompany({ id: companyId, tenantId: job.tenantId }, jobId);
      return { state: 'merged', companyId, jobId };
    } catch (error) {
      if (!(error instanceof DailyCreditsUsed)) throw error;
      return done(error.name);
    }
  };
}
