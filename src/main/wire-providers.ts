import { coalesceReads } from '../activities/coalesce-reads.ts';
import { createObjectReads } from '../activities/object-reads.ts';
import { createRecentIntent } from '../activities/recent-intent.ts';
import { createRequestLimit } from '../activities/request-limit.ts';
import type { CausewayFile } from '../config/causeway-file.ts';
import type { Ports, RequestLimit } from '../connectors/ports.ts';
import type { Queries } from '../db/database.ts';
import type { Provider } from '../domain/failure.ts';
import type { Hasher } from '../privacy/hasher.ts';
import type { Keyring } from '../privacy/keyring.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createBreakers, guardPorts } from './guarded-ports.ts';
import { createProviderStates } from './provider-states.ts';

/** The providers as a worker asks them: each behind its breaker, HubSpot within its limit, and what was read kept for a while. */
export function wireProviders(
  { enrichment, breaker }: CausewayFile,
  dependencies: { queries: Queries; hasher: Hasher; keyring: Keyring; metrics: Metrics; log: Logger },
  /** Reads of the CRM depend on it as they do on what is allowed. */
  competitorsProperty: string,
  portsOf: (limit: RequestLimit) => Ports,
) {
  const { queries, hasher, keyring, metrics, log } = dependencies;
  const states = createProviderStates({ queries, log });
  const breakers = createBreakers(breaker, (change) => states.record(change));
  const limit = createRequestLimit({
    queries,
    provider: 'HubSpot',
    requests: enrichment.hubspotRequestsPer10Seconds,
    log,
  });
  const ports = guardPorts(portsOf(limit), breakers);
  const allowed = enrichment.allowedContextFields;
  const reads = createObjectReads({
    queries,
    keyring,
    hasher,
    provider: 'hubspot',
    version: [...allowed.toSorted(), competitorsProperty],
    cacheMs: enrichment.cacheSeconds * 1_000,
    count: (result) => metrics.enrichmentCache.inc({ result }),
    log,
  });
  const recentIntent = createRecentIntent({ queries, hasher, provider: ports.intent, days: enrichment.intentDays });
  return {
    ports,
    breakers,
    enrichment: { crm: coalesceReads(ports.crm), reads, recentIntent, allowed },
    openForMs: (provider: Provider) => breakers(provider).openForMs(),
    stop: () => states.stop(),
  };
}
