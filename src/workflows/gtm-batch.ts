import {
  CancellationScope,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { BatchTally } from '../activities/decide-batch.ts';
import { failureClassKey } from '../temporal/search-attributes.ts';
import { endingOf } from './ending.ts';

export interface GtmBatchInput {
  batchId: string;
}

/** As for a single event: they wait for PostgreSQL as long as it takes, and bugs end them after a few tries. */
const local = proxyLocalActivities<Activities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

/**
 * Many events together: look up, decide, and end those for which nothing is to be done. Each other one goes on in a workflow
 * of its own, and so does each when the batch fails: whether an event can be carried out never depends on its neighbours.
 */
export async function gtmBatch(input: GtmBatchInput): Promise<BatchTally> {
  try {
    return await carryOut(input);
  } catch (error) {
    const { failure } = endingOf(error);
    if (!failure) throw error;
    const { events } = await CancellationScope.nonCancellable(() =>
      local.endBatch({
        ...input,
        ...(isCancellation(error) && { failure: { class: failure.class, message: failure.message } }),
      }),
    );
    upsertSearchAttributes([{ key: failureClassKey, value: failure.class }]);
    setCurrentDetails(
      `**${failure.class}**: ${failure.message}. ${events} events ${isCancellation(error) ? 'failed' : 'go on alone'}.`,
    );
    throw failure.error;
  }
}

async function carryOut(input: GtmBatchInput): Promise<BatchTally> {
  const { events, policy } = await local.beginBatch(input);
  if (events === 0) return { ended: 0, alone: 0 };
  const { enrichBatch } = proxyActivities<Activities>({
    startToCloseTimeout: policy.enrich.budgetMs + 30_000,
    scheduleToCloseTimeout: policy.totalBudgetMs,
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    summary: `look up what ${events} events are about`,
  });
  await enrichBatch(input);
  const tally = await local.decideBatch(input);
  setCurrentDetails(`${events} events: ${tally.ended} ended here, ${tally.alone} went on alone`);
  return tally;
}
