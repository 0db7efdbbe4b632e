import {
  CancellationScope,
  proxyLocalActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { decidedByKey, failureClassKey, needsAttentionKey, outcomeKey } from '../temporal/search-attributes.ts';
import { type Ending, endingOf, failed } from './ending.ts';

/** What the workflow of an event is started with. */
export interface EventInput {
  eventId: string;
  generation: number;
  /** Hashed. */
  lane: string;
}

/** What is known so far; kept apart from the result, since it is reported when a later step fails too. */
export interface Progress {
  decidedBy: string;
  ruleId: string | null;
}

const undecided: Progress = { decidedBy: 'none', ruleId: null };

/** Short, idempotent and local: they wait for PostgreSQL as long as it takes, and bugs end them after a few tries. */
export const local = proxyLocalActivities<Activities>({
  startToCloseTimeout: '15s',
  scheduleToCloseTimeout: '1 day',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

/**
 * Carries an event out and closes it, whatever becomes of it: the row first, then what Temporal shows. What another generation has taken over
 * is not closed here.
 */
export async function carryOut(
  input: EventInput,
  work: (progress: Progress) => Promise<Ending['outcome']>,
  close: (input: EventInput, ending: Ending) => Promise<Ending> = finish,
): Promise<Ending> {
  const progress: Progress = { ...undecided };
  let ending: Ending;
  try {
    ending = { outcome: await work(progress) };
  } catch (error) {
    ending = endingOf(error);
  }
  if (ending.outcome !== 'superseded') ending = await CancellationScope.nonCancellable(() => close(input, ending));
  report(ending, progress);
  return ending;
}

/** The result of the execution. Throws what the event failed with, so that the execution is Failed, or Canceled, too. */
export function resultOf({ outcome, failure }: Ending): { outcome: Ending['outcome'] } {
  if (failure) throw failure.error;
  return { outcome };
}

/** Closes the row. While an attempt may still reach its provider, the lane is not freed: that is waited for first. */
export async function finish({ eventId, generation, lane }: EventInput, ending: Ending): Promise<Ending> {
  const { outcome, failure } = ending;
  for (;;) {
    const finished = await local.finish({
      id: eventId,
      generation,
      lane,
      outcome,
      settle: outcome === 'failed' || outcome === 'erased',
      failure: failure && { class: failure.class, message: failure.message },
    });
    if (finished.state === 'superseded') return { outcome: 'superseded' };
    if (finished.state === 'closed') {
      const turnedUnknown = finished.outcome === 'failed' && finished.failureClass !== failure?.class;
      return turnedUnknown ? failed(finished.failureClass ?? 'Unexpected', 'an effect may have been done') : ending;
    }
    await sleep(finished.waitMs, { summary: 'wait until the last attempt can no longer reach its provider' });
  }
}

export function report({ outcome, failure }: Ending, progress: Progress = undecided): void {
  upsertSearchAttributes([
    { key: outcomeKey, value: outcome },
    { key: decidedByKey, value: progress.decidedBy },
    ...(failure ? [{ key: failureClassKey, value: failure.class }] : []),
    ...(failure?.class === 'EffectUnknown' ? [{ key: needsAttentionKey, value: true }] : []),
  ]);
  setCurrentDetails(
    `${decisionOf(progress)}. Outcome: **${outcome}**${failure ? ` (${failure.class}: ${failure.message})` : ''}`,
  );
}

export const decisionOf = ({ decidedBy, ruleId }: Progress): string =>
  ruleId === null ? `Decided by ${decidedBy}` : `Decided by ${decidedBy}: rule **${ruleId}**`;

/** Waits for all of them, also when one fails: who is away keeps nothing else from being done. Throws what the first that failed did. */
export async function allOf(steps: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(steps);
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
}
