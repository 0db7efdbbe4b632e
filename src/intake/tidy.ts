import { forgetCachedFacts } from '../db/facts-cache.ts';
import type { Queries } from '../db/database.ts';
import { forgetProviderStates } from '../db/provider-states.ts';

const dayMs = 24 * 60 * 60_000;
const everyMs = 60_000;
/** A round is over quickly; what is left waits for the next one. */
const maxRows = 1_000;

/** Deletes what nobody reads any more: facts that were cached, and states of providers, a day ago. Does something once a minute. */
export function createTidy(queries: Queries) {
  let dueAtMs = 0;
  return async function tidy(): Promise<void> {
    if (Date.now() < dueAtMs) return;
    dueAtMs = Date.now() + everyMs;
    await forgetCachedFacts(queries, { olderThanMs: dayMs, count: maxRows });
    await forgetProviderStates(queries, dayMs);
  };
}
