import type { CompanyDirectoryPort, PeopleEnrichmentPort } from '../connectors/ports.ts';
import { readCreditsSpent } from '../db/buyer-groups/credits-spent.ts';
import type { Queries } from '../db/database.ts';
import { orUnavailable } from '../db/errors-as-unavailable.ts';
import { VendorError } from '../domain/failure.ts';
import { pricesOfAnswers } from '../domain/prices.ts';
import type { ProviderHealth } from '../domain/provider-views.ts';
import { Unavailable } from '../domain/unavailable.ts';
import type { Providers } from './providers.ts';

const timeoutMs = 5_000;
/** Lusha allows five questions a minute. */
const keptMs = 15_000;

type Asked = Pick<ProviderHealth, 'configured' | 'failureClass' | 'creditsRemaining'>;
type Judged = Pick<ProviderHealth, 'status' | 'reason' | 'healthy'>;
type Port = Pick<CompanyDirectoryPort | PeopleEnrichmentPort, 'health'> | undefined;

/** How the providers of companies and people are: asked now, or within the last 15 s, and with what is left to spend. Never throws. */
export function createProviderHealth(options: {
  queries: Queries;
  tenantId: string;
  ports: () => Promise<{ companies?: Port; people?: Port }>;
  /** Of a day. */
  dailyCredits: () => { coresignal: number; lusha: number };
  listProviders: Providers;
}) {
  const { queries, tenantId, ports, dailyCredits, listProviders } = options;
  let kept: { answers: Promise<[Asked, Asked]>; untilMs: number } | undefined;

  async function askBoth(): Promise<[Asked, Asked]> {
    const { companies, people } = await ports();
    return Promise.all([ask(companies), ask(people)]);
  }

  /** Those who ask at the same time wait for the same answer. */
  function answers(): Promise<[Asked, Asked]> {
    if (!kept || kept.untilMs <= Date.now()) kept = { answers: askBoth(), untilMs: Date.now() + keptMs };
    return kept.answers;
  }

  return async function providerHealth(): Promise<ProviderHealth[]> {
    const [[coreSignal, lusha], breakers, spent] = await Promise.all([
      answers(),
      orUnknown(listProviders()),
      orUnknown(orUnavailable(readCreditsSpent(queries, tenantId))),
    ]);
    const limits = dailyCredits();
    const view = (provider: 'CoreSignal' | 'Lusha', asked: Asked, name: keyof typeof limits): ProviderHealth => {
      const spentToday = spent && (spent.get(name) ?? 0);
      const leftToday = limits[name] - (spentToday ?? 0);
      return {
        provider,
        ...asked,
        ...judge(asked, { leftToday, price: pricesOfAnswers[name] }),
        spentToday,
        dailyCredits: limits[name],
        breaker: breakers?.find((each) => each.provider === provider) ?? null,
      };
    };
    return [view('CoreSignal', coreSignal, 'coresignal'), view('Lusha', lusha, 'lusha')];
  };
}

export type AskProviderHealth = ReturnType<typeof createProviderHealth>;

/** A provider that answers is of no use while nothing can be paid there. */
function judge(
  { configured, failureClass, creditsRemaining }: Asked,
  { leftToday, price }: { leftToday: number; price: number },
): Judged {
  if (!configured) return { status: 'not_configured', reason: null, healthy: null };
  const isOutOfCredits =
    failureClass?.endsWith('PaymentRequired') === true || (creditsRemaining !== null && creditsRemaining < price);
  if (isOutOfCredits) return { status: 'degraded', reason: 'out_of_credits', healthy: false };
  if (failureClass !== null) return { status: 'unhealthy', reason: 'failing', healthy: false };
  if (leftToday < price) return { status: 'degraded', reason: 'daily_limit_reached', healthy: false };
  return { status: 'healthy', reason: null, healthy: true };
}

async function ask(port: Port): Promise<Asked> {
  if (!port) return { configured: false, failureClass: null, creditsRemaining: null };
  try {
    const { remaining } = await port.health({ timeoutMs });
    return { configured: true, failureClass: null, creditsRemaining: remaining };
  } catch (error) {
    const failureClass = error instanceof VendorError ? error.failureClass : 'Unexpected';
    return { configured: true, failureClass, creditsRemaining: null };
  }
}

/** Null while PostgreSQL is away: how the providers are is known all the same. */
async function orUnknown<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}
