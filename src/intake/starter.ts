import { closeEvent, releaseClaims, takeOverdueHeads } from '../db/lane-heads.ts';
import type { EventToStart } from '../domain/event-to-start.ts';
import type { Queries } from '../db/database.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { EventWorkflows } from '../temporal/event-workflows.ts';
import { countClosing } from './count-closing.ts';
import { eventLabels } from './event-labels.ts';
import { reasonOf } from './reason-of.ts';

/** What asks for a start: a request may use eager start, the others never. */
type StartedFrom = 'request' | 'finish' | 'redrive' | 'sweep';

/** How long one request, one finish or one sweep may spend on starting workflows, all together. */
const startBudgetMs = 1_000;
const concurrentStarts = 20;

export interface SweepLimits {
  /** A claimed event that does not run after this long is started again. */
  staleMs: number;
  /** An event that has been running this long since it was last looked at is looked at. */
  runningMs: number;
  /** At most this many in one sweep. */
  count: number;
}

export const defaultSweepLimits: SweepLimits = { staleMs: 10_000, runningMs: 60_000, count: 200 };

/**
 * Starts the workflows of lane heads, and looks after those that did not start or did not end.
 *
 * 1. It only ever starts a head, and a head stays head until it closes: starting one twice is harmless.
 * 2. A start that fails never fails its caller: the row stays accepted, and a sweep tries again.
 * 3. That an execution exists is looked at, not believed.
 */
export function createStarter(options: { queries: Queries; workflows: EventWorkflows; metrics: Metrics; log: Logger }) {
  const { queries, workflows, metrics, log } = options;

  /** Starts what it can within one budget; what did not start is given back to the next sweep. */
  async function start(events: readonly EventToStart[], from: StartedFrom): Promise<void> {
    const deadlineMs = Date.now() + startBudgetMs;
    const waiting = [...events];
    const notStarted: string[] = [];
    async function startNext(): Promise<void> {
      for (let event = waiting.shift(); event; event = waiting.shift()) {
        try {
          if (Date.now() >= deadlineMs) throw new Error('no time left in this round');
          const result = await workflows.start(event, deadlineMs, from);
          log.debug({ ...eventLabels(event), from, result }, 'workflow started');
          if (result === 'exists' && from === 'sweep') await look(event);
        } catch (error) {
          notStarted.push(event.id);
          log.warn(
            { ...eventLabels(event), from, reason: reasonOf(error) },
            'workflow not started, a sweep will try again',
          );
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(concurrentStarts, events.length) }, startNext));
    if (notStarted.length > 0) {
      await releaseClaims(queries, notStarted).catch((error: unknown) =>
        log.warn({ reason: reasonOf(error) }, 'claims not released'),
      );
    }
  }

  /** The execution is gone without having closed its row: it was terminated, or it timed out. */
  async function closeTerminated(event: EventToStart): Promise<void> {
    const failure = { class: 'Terminated', message: 'the workflow was ended from outside before it finished' };
    const closing = await closeEvent(queries, event, { outcome: 'failed', failure, settle: true });
    countClosing(metrics, event.generation, closing);
    if (closing.closed) log.warn(eventLabels(event), 'event failed: its workflow was ended from outside');
    else log.info({ ...eventLabels(event), reason: closing.reason }, 'workflow is gone, its event is not closed yet');
    if (closing.closed && closing.next) await start([closing.next], 'sweep');
  }

  async function look(event: EventToStart): Promise<void> {
    const deadlineMs = Date.now() + startBudgetMs;
    try {
      const found = await workflows.look(event, deadlineMs);
      if (found === 'closed') await closeTerminated(event);
      if (found === 'missing') await workflows.start(event, deadlineMs, 'sweep');
    } catch (error) {
      log.warn(
        { ...eventLabels(event), reason: reasonOf(error) },
        'workflow could not be looked at, a sweep will try again',
      );
    }
  }

  return {
    start,

    /** One round over the lanes; returns how many heads it found overdue. */
    async sweep(limits: SweepLimits = defaultSweepLimits): Promise<number> {
      const overdue = await takeOverdueHeads(queries, limits);
      for (const event of overdue.filter(({ state }) => state === 'running')) await look(event);
      await start(
        overdue.filter(({ state }) => state === 'accepted'),
        'sweep',
      );
      return overdue.length;
    },
  };
}

export type Starter = ReturnType<typeof createStarter>;
