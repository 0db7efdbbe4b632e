import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Captured } from '../activities/capture.ts';
import type { Activities } from '../activities/index.ts';
import { allOf, carryOut, type EventInput, local, report, resultOf } from './closing.ts';
import { type Ending, endingOf } from './ending.ts';

type Effect = Captured['inLane'][number];

/** What promises no order has this long to be done, once the lead is captured. */
const afterEndTimeout = '7 days';

/**
 * One lead: capture it, hand it to everybody who is to have it, side by side; then free the lane, and bring the index and the
 * warehouse up to date. A captured lead stays captured, whatever becomes of the rest.
 */
export async function leadIntake(input: EventInput): Promise<{ outcome: Ending['outcome'] }> {
  const captured: Captured = { inLane: [], afterEnd: [] };
  const ending = await carryOut(input, () => capture(input, captured));
  const behind = await bringUpToDate(input, captured.afterEnd);
  const whole: Ending = { ...behind, ...ending };
  if (whole.failure) report(whole);
  return resultOf(whole);
}

async function capture({ eventId, generation }: EventInput, captured: Captured): Promise<Ending['outcome']> {
  const run = { eventId, generation };
  const { policy, ending } = await local.begin(run);
  if (ending) return ending;
  Object.assign(captured, await local.capture(run));
  const { act } = proxyActivities<Activities>({
    startToCloseTimeout: 3 * policy.act.callTimeoutMs + 5_000,
    scheduleToCloseTimeout: policy.totalBudgetMs,
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
    summary: 'hand the lead on',
  });
  await allOf(captured.inLane.map(({ key }) => act({ ...run, key })));
  return 'captured';
}

async function bringUpToDate(
  { eventId, generation }: EventInput,
  effects: readonly Effect[],
): Promise<Partial<Ending>> {
  const { act } = proxyActivities<Activities>({
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: afterEndTimeout,
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
    summary: 'bring index and warehouse up to date',
  });
  try {
    await allOf(effects.map(({ key }) => act({ eventId, generation, key, afterEnd: true })));
    return {};
  } catch (error) {
    if (isCancellation(error)) throw error;
    return endingOf(error);
  }
}
