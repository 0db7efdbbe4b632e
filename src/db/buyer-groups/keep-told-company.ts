import type { Queries } from '../database.ts';
import type { EventRun } from '../event-steps.ts';
import { inTransaction } from '../transaction.ts';
import { type Job, readJob } from './jobs.ts';
import { findSameCompany, storeToldCompany, type ToldCompany } from './known-company.ts';
import { lockCompanies, lockNames } from './lock-companies.ts';
import { type GoneOn, goOnElsewhere } from './merge-refreshes.ts';
import { mergeCompany } from './merge-company.ts';

/**
 * Keeps what the directory told of the company of a refresh. When that is one that is known already, the two become one: that one has
 * all that was known of this one, and the refresh is over, since one of that company stands for it. `undefined`: superseded.
 */
export function keepToldCompany(
  queries: Queries,
  { run, job, told, windowMs }: { run: EventRun; job: Job; told: ToldCompany; windowMs: number },
): Promise<{ merged: GoneOn | null } | undefined> {
  return inTransaction(queries, async (transaction) => {
    await lockNames(transaction, job.tenantId);
    const { tenantId } = job;
    const from = job.companyId;
    const to = await findSameCompany(transaction, { id: from, tenantId }, told);
    await lockCompanies(transaction, to === undefined ? [from] : [from, to]);
    if (!(await readJob(transaction, run))) return undefined;
    if (to !== undefined) await mergeCompany(transaction, { from, to });
    await storeToldCompany(transaction, { id: to ?? from, tenantId }, told);
    if (to === undefined) return { merged: null };
    return { merged: await goOnElsewhere(transaction, { tenantId, from, to, windowMs }) };
  });
}
