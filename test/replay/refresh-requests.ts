import { type RefreshReceipt, refreshReceipt } from '../../src/domain/job-view.ts';
import type { EnrichmentLevel } from '../../src/domain/refresh.ts';
import type { Causeway } from '../causeway.ts';
import { eventually } from '../eventually.ts';
import { operatorOf } from '../ops.ts';

/** Asks for a refresh as an operator does; without anything else, of a company that nobody knows. */
export async function ask(
  causeway: Causeway,
  domain: string,
  wish: { enrichmentLevel?: EnrichmentLevel; notify?: string; force?: boolean } = {},
): Promise<RefreshReceipt> {
  const asked = { enrichmentLevel: 'identify', ...wish, company: { domain } };
  const { body } = await operatorOf(causeway).post('/api/v1/intelligence/companies', asked);
  return refreshReceipt.parse(body);
}

/** Once the workflow of the refresh is over; it has one as soon as its turn has come. */
export const over = (causeway: Causeway, jobId: string) =>
  eventually(`refresh ${jobId} is over`, async () => {
    const view = await causeway.read(jobId).catch(() => undefined);
    return view?.finishedAt ? view : undefined;
  });

/** Once its turn has come: from then on it is an event with a workflow. */
export const begun = (causeway: Causeway, jobId: string) =>
  eventually(`refresh ${jobId} has begun`, () => causeway.read(jobId).catch(() => undefined));
