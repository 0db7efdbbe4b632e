import { forgetCachedFacts } from '../db/facts-cache.ts';
import type { Queries } from '../db/database.ts';
import { forgetProviderStates } from '../db/provider-states.ts';
import { forgetSightings } from '../db/retention/refresh-runs.ts';

const dayMs = 24 * 60 * 60_000;
const everyMs = 60_000;
/** A round is over quickly; what is left waits for the next one. */
const maxRows = 1_000;
/** By how much the clocks of a worker and the database may differ. */
const clocksMs = 60_000;

/**
 * Deletes what nobody reads any more: facts that were cached, states of providers, and whom a run saw that is over, a day ago; and what
 * was paid for when it is used no more. Does something once a minute.
 */
export function createTidy(queries: Queries, { freshDays }: { freshDays: number }) {
  let dueAtMs = 0;
  let seenUntil = new Date(0);
  return async function tidy(): Promise<void> {
    if (Date.now() < dueAtMs) return;
    dueAtMs = Date.now() + everyMs;
    const age = { olderThanMs: dayMs, count: maxRows };
    await forgetCachedFacts(queries, { ...age, boughtOlderThanMs: freshDays * dayMs });
    await forgetProviderStates(queries, dayMs);
    const until = new Date(Date.now() - dayMs - clocksMs);
    if ((await forgetSightings(queries, { ...age, since: seenUntil })) < maxRows) seenUntil = until;
  };
}
