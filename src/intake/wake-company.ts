import type { Logger } from '../telemetry/log.ts';
import type { CompanyRefreshes } from '../temporal/company-refreshes.ts';
import { reasonOf } from './reason-of.ts';

const wakeBudgetMs = 1_000;

/** Has a company's workflow look at what it has to do. It never fails its caller: a sweep wakes whoever was not reached. */
export function createWakeCompany({ companies, log }: { companies: CompanyRefreshes; log: Logger }) {
  return async function wakeCompany(company: { id: string; tenantId: string }, about: string): Promise<void> {
    try {
      await companies.wake(company, about, Date.now() + wakeBudgetMs);
    } catch (error) {
      log.warn({ company_id: company.id, reason: reasonOf(error) }, 'company not woken, a sweep will try again');
    }
  };
}

export type WakeCompany = ReturnType<typeof createWakeCompany>;
