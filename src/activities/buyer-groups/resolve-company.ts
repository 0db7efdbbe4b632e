import { noteProgress, replaceGaps } from '../../db/buyer-groups/jobs.ts';
import { readKnownCompany, storeToldCompany } from '../../db/buyer-groups/known-company.ts';
import type { EventRun } from '../../db/event-steps.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createJobOf } from './job-of.ts';
import { createPaidCalls, DailyCreditsUsed } from './paid-calls.ts';

/** Asks the directory for the company, unless that was done not long ago. What it does not know, or cannot be asked, is a gap. */
export function createResolveCompany(dependencies: ActivityDependencies) {
  const { queries, ports, policy, buyerGroups, metrics } = dependencies;
  const jobOf = createJobOf(dependencies);
  const pay = createPaidCalls(dependencies);

  return async function resolveCompany(run: EventRun): Promise<void> {
    const job = await jobOf(run);
    const done = async (gap?: string) => {
      await replaceGaps(
        queries,
        job.id,
        'resolve',
        gap === undefined ? [] : [{ step: 'resolve', class: gap, people: 0 }],
      );
      await noteProgress(queries, job.id, 'resolve', 15);
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
      await storeToldCompany(queries, { id: job.companyId, tenantId: job.tenantId }, told);
      return await done(told ? undefined : 'CompanyUnknown');
    } catch (error) {
      if (!(error instanceof DailyCreditsUsed)) throw error;
      return done(error.name);
    }
  };
}
