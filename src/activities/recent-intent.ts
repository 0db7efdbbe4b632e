import type { Call, IntentPort, IntentSubject } from '../connectors/ports.ts';
import { countIntents, type IntentQuestion } from '../db/intent.ts';
import type { Queries } from '../db/database.ts';
import type { IntentFacts } from '../domain/facts.ts';
import type { Hasher } from '../privacy/hasher.ts';
import { intentRefs } from '../privacy/intent-refs.ts';
import { createBatcher } from './batcher.ts';

const dayMs = 24 * 60 * 60_000;
/** A rule or a model reads names; the count says how many signs there were in all. */
const maxTypes = 20;

/** Counts the signs of interest of the last days: the behavioural events that Causeway recorded, and what a provider adds. */
export function createRecentIntent(options: { queries: Queries; hasher: Hasher; provider: IntentPort; days: number }) {
  const { queries, hasher, provider, days } = options;
  const ask = createBatcher(async (questions: readonly IntentQuestion[]) => {
    // Many events of a batch are about the same few: each is counted once.
    const same = [...Map.groupBy(questions, (question) => JSON.stringify(question)).values()];
    const counts = await countIntents(
      queries,
      same.flatMap(([question]) => question ?? []),
    );
    return new Map(
      same.flatMap((group, place) => group.map((question) => [question, counts.get(place) ?? []] as const)),
    );
  }, 500);

  return async function recentIntent(
    tenantId: string,
    about: IntentSubject,
    now: Date,
    call: () => Call,
  ): Promise<IntentFacts> {
    const since = new Date(now.getTime() - days * dayMs);
    const [own = [], others] = await Promise.all([
      ask({ ...intentRefs(hasher, tenantId, about), since: since.toISOString() }),
      provider.recentIntent(about, days, call()),
    ]);
    const types = [...new Set([...own.map(({ type }) => type), ...others.types])].slice(0, maxTypes);
    return { count: own.reduce((sum, { count }) => sum + count, 0) + others.count, types, days };
  };
}

export type RecentIntent = ReturnType<typeof createRecentIntent>;
