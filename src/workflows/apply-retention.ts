import { isCancellation, proxyActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Gone, KeptFor } from '../domain/retention.ts';
import { failureClassKey } from '../temporal/search-attributes.ts';
import { type Ending, endingOf } from './ending.ts';

export interface RetentionInput {
  classes: readonly KeptFor[];
  /** How long one round of a class goes on, and how many there are at the most; the next day goes on where they ended. */
  roundMs: number;
  maxRounds: number;
}

/** How many rows went, and of which classes some are left. */
export interface Retained {
  gone: Record<string, number>;
  left: string[];
}

/** A portion that was begun is carried through, the copies of leads elsewhere included. */
const longestPortionMs = 10 * 60_000;

/** Takes what is too old, one class after the other. One that fails keeps no other from being taken. */
export async function applyRetention(input: RetentionInput): Promise<Retained> {
  const retained: Retained = { gone: {}, left: [] };
  let failure: Ending['failure'];
  for (const kept of input.classes) {
    try {
      await takeAll(kept, input, retained);
    } catch (error) {
      if (isCancellation(error)) throw error;
      failure ??= endingOf(error).failure;
    }
  }
  const gone = Object.entries(retained.gone).map(([name, rows]) => `${name}: ${rows}`);
  setCurrentDetails(`Gone: ${gone.join(', ')}. Left for the next time: ${retained.left.join(', ') || 'nothing'}.`);
  if (!failure) return retained;
  upsertSearchAttributes([{ key: failureClassKey, value: failure.class }]);
  throw failure.error;
}

async function takeAll(kept: KeptFor, { roundMs, maxRounds }: RetentionInput, retained: Retained): Promise<void> {
  const { retain } = proxyActivities<Activities>({
    startToCloseTimeout: roundMs + longestPortionMs,
    scheduleToCloseTimeout: '2 hours',
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
    summary: `${kept.name}: kept for ${kept.days} days`,
  });
  retained.gone[kept.name] = 0;
  let after: string | null = null;
  for (let round = 0; round < maxRounds; round += 1) {
    const gone: Gone = await retain(kept, { after, budgetMs: roundMs });
    retained.gone[kept.name] = (retained.gone[kept.name] ?? 0) + gone.rows;
    after = gone.after;
    if (after === null) return;
  }
  retained.left.push(kept.name);
}
