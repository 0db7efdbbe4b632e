import { randomUUID } from 'node:crypto';
import { type BatchToStart, claimBatch, takeOverdueBatches } from '../db/batch-claims.ts';
import { concludeEvents, type Conclusion, readBatch } from '../db/batch-steps.ts';
import type { Queries } from '../db/database.ts';
import type { Failure } from '../db/lane-heads.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { BatchWorkflows } from '../temporal/batch-workflows.ts';
import { countClosing } from './count-closing.ts';
import { eventLabels } from './event-labels.ts';
import { reasonOf } from './reason-of.ts';
import type { Starter, SweepLimits } from './starter.ts';

/** Each lane is locked, and what there is of one goes together. */
const lanesPerTransaction = 100;
/** More that are due wait for the next round. */
const batchesPerRound = 20;
const startBudgetMs = 1_000;

export interface BatchLimits {
  /** A batch is begun when so many wait, and never has more. */
  maxEvents: number;
  /** A batch is begun when an event has waited for so long. */
  maxWaitMs: number;
}

/**
 * Gathers events that are decided together, and ends them.
 *
 * 1. A batch holds the front of each of its lanes, and a lane has at most one batch: order within lanes holds as it does alone.
 * 2. A claim that no workflow follows is found by a sweep, and started again under the same id.
 * 3. What a batch cannot do is done alone: an event leaves it with its place in its lane.
 */
export function createBatches(options: {
  queries: Queries;
  starter: Starter;
  workflows: BatchWorkflows;
  limits: BatchLimits;
  metrics: Metrics;
  log: Logger;
}) {
  const { queries, starter, workflows, limits, metrics, log } = options;

  /** Ends events of a batch as is said of each, and starts what is first in their lanes then. */
  async function conclude(batchId: string, conclusions: readonly Conclusion[]): Promise<void> {
    const lanes = [...Map.groupBy(conclusions, ({ lane }) => lane).values()];
    for (let index = 0; index < lanes.length; index += lanesPerTransaction) {
      // A step that comes again after a crash must not find what follows an event that went on alone without that one.
      const chunk = lanes.slice(index, index + lanesPerTransaction).flat();
      const { closed, next } = await concludeEvents(queries, batchId, chunk);
      for (const { id, generation, ...event } of closed) {
        countClosing(metrics, generation, { closed: true, again: false, unknown: [], event, next: undefined });
        log[event.outcome === 'failed' ? 'warn' : 'info'](
          {
            ...eventLabels({ id, ...event }),
            batch_id: batchId,
            decided_by: event.decidedBy ?? 'none',
            outcome: event.outcome,
            ...(event.failureClass !== null && { failure_class: event.failureClass }),
            accept_to_done_ms: Math.round(event.acceptToDoneMs),
          },
          'event finished',
        );
      }
      await starter.start(next, 'finish');
    }
  }

  /** Ends what a batch has left open: failed where there is a failure, else alone. Returns how many events that were. */
  async function end(batchId: string, failure: Failure | undefined): Promise<number> {
    const left = await readBatch(queries, batchId);
    await conclude(
      batchId,
      left.map(({ id, lane }) => ({ id, lane, ...(failure && { ending: { outcome: 'failed', failure } }) })),
    );
    if (left.length > 0) {
      const { class: failureClass } = failure ?? {};
      log.warn(
        { batch_id: batchId, events: left.length, failure_class: failureClass },
        'batch ended before its events',
      );
    }
    return left.length;
  }

  async function start(batch: BatchToStart): Promise<'started' | 'exists' | 'failed'> {
    try {
      return await workflows.start(batch, Date.now() + startBudgetMs);
    } catch (error) {
      log.warn({ batch_id: batch.batchId, reason: reasonOf(error) }, 'batch not started, a sweep will try again');
      return 'failed';
    }
  }

  /** Begins the batches that are due; returns how many. */
  async function collect(): Promise<number> {
    for (let begun = 0; begun < batchesPerRound; begun += 1) {
      const batch = await claimBatch(queries, randomUUID(), limits);
      if (!batch) return begun;
      metrics.batchEvents.observe(batch.events);
      log.info({ batch_id: batch.batchId, tenant_id: batch.tenantId, events: batch.events }, 'batch begun');
      if ((await start(batch)) === 'failed') return begun;
    }
    return batchesPerRound;
  }

  /** Starts batches that did not start, and ends those whose workflow was ended from outside. */
  async function lookAfter(sweep: SweepLimits): Promise<void> {
    for (const batch of await takeOverdueBatches(queries, sweep)) {
      if ((await start(batch)) !== 'exists') continue;
      try {
        if ((await workflows.look(batch.batchId, Date.now() + startBudgetMs)) !== 'closed') continue;
        await end(batch.batchId, {
          class: 'Terminated',
          message: 'the workflow of its batch was ended from outside before it finished',
        });
      } catch (error) {
        log.warn({ batch_id: batch.batchId, reason: reasonOf(error) }, 'batch could not be looked at');
      }
    }
  }

  return { collect, conclude, end, lookAfter };
}

export type Batches = ReturnType<typeof createBatches>;
