import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Charged } from '../../connectors/ports.ts';
import { giveBackCredits, reserveCredits } from '../../db/buyer-groups/credits.ts';
import { VendorError } from '../../domain/failure.ts';
import { pricesOfAnswers } from '../../domain/prices.ts';
import type { ActivityDependencies } from '../dependencies.ts';

export type PaidProvider = 'CoreSignal' | 'Lusha';

/** The day's credits of the tenant are used up: nobody is asked any more. */
export class DailyCreditsUsed extends Error {
  override readonly name = 'DailyCreditsUsed';
}

const accounts = { CoreSignal: 'coresignal', Lusha: 'lusha' } as const;

/**
 * Asks a provider that is paid by the answer. What it may cost is noted before, so that the day's limit holds whatever comes after, and
 * given back when the provider says that it cost less, or surely did nothing. Throws `DailyCreditsUsed`, or what the call throws.
 */
export function createPaidCalls({
  queries,
  buyerGroups,
  metrics,
}: Pick<ActivityDependencies, 'queries' | 'buyerGroups' | 'metrics'>) {
  return async function pay<T>(
    job: { id: string; tenantId: string },
    provider: PaidProvider,
    ask: () => Promise<Charged<T>>,
  ): Promise<T> {
    cancellationSignal().throwIfAborted();
    const account = accounts[provider];
    const spending = { jobId: job.id, tenantId: job.tenantId, provider: account, credits: pricesOfAnswers[account] };
    const day = await reserveCredits(queries, spending, buyerGroups.dailyCredits[account]);
    if (day === undefined) {
      metrics.providerCalls.inc({ provider, result: 'refused' });
      throw new DailyCreditsUsed();
    }
    if (activityInfo().attempt > 1) metrics.jobRetries.inc();
    try {
      const { value, credits } = await ask();
      metrics.providerCalls.inc({ provider, result: 'ok' });
      metrics.providerCredits.inc({ provider }, credits.charged);
      const unspent = spending.credits - credits.charged;
      if (unspent > 0) await giveBackCredits(queries, { ...spending, credits: unspent }, day);
      return value;
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      metrics.providerCalls.inc({ provider, result: 'failed' });
      if (error.effect === 'none') await giveBackCredits(queries, spending, day);
      throw error;
    }
  };
}
