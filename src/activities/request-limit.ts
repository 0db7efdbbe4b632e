import { setTimeout as delay } from 'node:timers/promises';
import type { RequestLimit } from '../connectors/ports.ts';
import type { Queries } from '../db/database.ts';
import { pauseTurns, reserveTurns } from '../db/rate-limits.ts';
import { type Provider, VendorError } from '../domain/failure.ts';
import type { Logger } from '../telemetry/log.ts';
import { reasonOf } from '../intake/reason-of.ts';

/** A request reaches its provider later than it was allowed; what that differs by must not put two windows' worth into one. */
const slackMs = 500;

/** As long as HubSpot's longest limit is waited for; a header that asks for more would stop every worker by one answer. */
const maxPauseMs = 15 * 60_000;

/** One limit for all processes, held in PostgreSQL: at most `requests` within ten seconds, in the order of asking. */
export function createRequestLimit(options: {
  queries: Queries;
  provider: Provider;
  requests: number;
  log: Logger;
}): RequestLimit {
  const { queries, provider, requests, log } = options;
  const limit = { name: provider, requests, windowMs: 10_000 + slackMs };

  return {
    async admit({ timeoutMs }) {
      const { granted, waitMs } = await reserveTurns(queries, limit, { count: 1, withinMs: timeoutMs });
      if (!granted) {
        const message = `${provider}: not asked, since ${requests} requests in 10 s are all that is allowed`;
        throw new VendorError(provider, 'Throttled', message, { retryAfterMs: Math.ceil(waitMs) });
      }
      if (waitMs > 0) await delay(waitMs);
    },

    async pause(askedMs) {
      const pauseMs = Math.min(askedMs, maxPauseMs);
      try {
        await pauseTurns(queries, provider, pauseMs);
        log.warn({ provider, pause_ms: pauseMs }, 'the provider says that it is asked too often, all wait');
      } catch (error) {
        // Whoever was refused says so himself; the others find out by their own requests.
        log.warn({ provider, reason: reasonOf(error) }, 'a pause could not be kept');
      }
    },
  };
}
