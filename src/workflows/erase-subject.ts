import { proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { allOf, carryOut, type EventInput, local, resultOf } from './closing.ts';
import type { Ending } from './ending.ts';

/** The law gives a month; a store or a receiver that is away has this long to come back before the erasure has failed. */
const storesMayBeAwayFor = '7 days';
/** A store that has much takes long to be looked through. */
const storesTakeMs = 4 * 60_000;
/** What runs for the person was asked to end; what does not is stopped by the loss of the keys. */
const longestWaitMs = 10 * 60_000;

const { shutGate, clearDatabase, clearCopies } = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  scheduleToCloseTimeout: storesMayBeAwayFor,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** What is left after these would be left for ever: then the erasure has failed, and somebody has to look. */
const { verifyErasure } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumAttempts: 5 },
});

/**
 * Erases a person: shut the gate, wait until nothing runs for them, delete their keys; then take them out of every store, have
 * everybody who was given something of them erase it, look for what is left, and sign a receipt that nothing is.
 */
export async function eraseSubject(input: EventInput): Promise<{ outcome: Ending['outcome'] }> {
  return resultOf(await carryOut(input, () => erase(input)));
}

async function erase({ eventId, generation }: EventInput): Promise<'acted'> {
  const run = { eventId, generation };
  const { policy } = await local.begin(run);
  await shutGate(run);
  await quiet(run);
  const { effects } = await local.removeKeys(run);
  // What was begun in the last moment has no key any more, and ends by itself.
  await quiet(run);
  const call = { timeoutMs: storesTakeMs };
  const { act } = proxyActivities<Activities>({
    startToCloseTimeout: 3 * policy.act.callTimeoutMs + 5_000,
    scheduleToCloseTimeout: storesMayBeAwayFor,
    heartbeatTimeout: '5s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' },
    summary: 'have it erased elsewhere',
  });
  await allOf([
    clearDatabase(run).then(() => clearCopies(run, call)),
    ...effects.map(({ key }) => act({ ...run, key })),
  ]);
  const verified = await verifyErasure(run, call);
  await local.signReceipt(run, verified);
  return 'acted';
}

async function quiet(run: { eventId: string; generation: number }): Promise<void> {
  let waitedMs = 0;
  for (;;) {
    const { waitMs } = await local.quietIn(run);
    if (waitMs === 0 || waitedMs >= longestWaitMs) return;
    await sleep(waitMs, { summary: 'wait until nothing runs for the person any more' });
    waitedMs += waitMs;
  }
}
