import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimIntent, endAttempt } from '../src/db/effects.ts';
import { beginEvent, decideOnce, readOpenEvent, storeFacts } from '../src/db/event-steps.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { eventWorkflowId } from '../src/domain/ids.ts';
import { createFinish } from '../src/intake/finish.ts';
import { createRedrive } from './redrive-one.ts';
import { createStarter } from '../src/intake/starter.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventRow, wholeRow } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { runGate, type Gate } from './gate.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { ids } from './parsed-event.ts';

/** Protects an event from the runs that it no longer belongs to: canceled ones end, and late ones find the door shut. */

let gate: Gate;
let causeway: Causeway;
let starter: ReturnType<typeof createStarter>;
let redrive: ReturnType<typeof createRedrive>;
beforeAll(async () => {
  gate = await runGate();
  causeway = await startCauseway({ environment: { HUBSPOT_API_URL: gate.url } });
  gate.forwardTo(causeway.sandbox.hubspotUrl);
  starter = createStarter(causeway);
  redrive = createRedrive({ queries: causeway.queries, starter });
});
afterAll(async () => {
  await gate.close();
  await causeway.close();
});

/** Two events of one deal; the first is held while the deal is looked up. */
async function twoOfOneDeal(): Promise<{ first: string; second: string; marker: string }> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), contestedDeal());
  const marker = `/${dealId}`;
  gate.hold(marker);
  const [first = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
  await gate.arrived(marker);
  const [second = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
  return { first, second, marker };
}

const effectsOf = async (id: string): Promise<number> =>
  (await causeway.sandbox.effects()).filter(({ key }) => key.includes(id)).length;

async function execution(id: string, generation: number) {
  const { keyHash } = await eventRow(causeway.queries, id);
  return causeway.client.workflow.getHandle(eventWorkflowId(keyHash, generation));
}

/** The first execution of an event, also when its start took the request too long and was left to a sweep. */
const started = (id: string) =>
  eventually(`event ${id} is started`, async () => {
    const handle = await execution(id, 0);
    try {
      await handle.describe();
      return handle;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await starter.sweep();
      return undefined;
    }
  });

const terminated = { outcome: 'failed', failure: { class: 'Terminated', message: 'gone' }, settle: true };

describe('an event whose workflow is canceled', () => {
  it('has failed as canceled, does nothing more, and hands its lane on', async () => {
    const { first, second, marker } = await twoOfOneDeal();
    const handle = await execution(first, 0);
    await handle.cancel();
    expect(await causeway.finished(first)).toMatchObject({ state: 'failed', failure: { class: 'Canceled' } });
    gate.release(marker);
    expect(await causeway.finished(second)).toMatchObject({ state: 'done', outcome: 'acted' });
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(await effectsOf(first)).toBe(0);
    expect(await effectsOf(second)).toBe(1);
  });

  it('has failed as canceled also when nobody had begun it', async () => {
    await causeway.stopWorker();
    const [id = ''] = ids((await causeway.post([dealChange(newId())])).body.events);
    const handle = await started(id);
    await handle.cancel();
    await causeway.startWorker();
    expect(await causeway.finished(id)).toMatchObject({ state: 'failed', failure: { class: 'Canceled' } });
  });
});

/** An event whose first generation was closed without having done anything; nobody carries events out meanwhile. */
async function closedEvent(): Promise<{ id: string; lane: string }> {
  await causeway.stopWorker();
  const [id = ''] = ids((await causeway.post([dealChange(newId())])).body.events);
  const { lane } = await eventRow(causeway.queries, id);
  await closeEvent(causeway.queries, { id, generation: 0, lane }, terminated);
  return { id, lane };
}

/** Tries every step of generation 0 but the last one. */
async function tryOldSteps(id: string): Promise<unknown[]> {
  const { queries } = causeway;
  const old = { eventId: id, generation: 0 };
  const sealed = Buffer.from('old');
  const decision = { id: randomUUID(), decidedBy: 'rules', ruleId: null, ruleSetHash: '', confidence: null, sealed };
  const intent = {
    key: `${id}:notify_ae`,
    action: 'notify_ae',
    targetId: 'default',
    priority: 'low',
    leaseMs: 1_000,
    addressSealed: Buffer.alloc(0),
  };
  await storeFacts(queries, old, sealed, { aliases: [] });
  return [
    await beginEvent(queries, old, 'an old run'),
    await readOpenEvent(queries, old),
    await decideOnce(queries, old, decision),
    await claimIntent(queries, old, intent, null),
  ];
}
const nothingDone = [undefined, undefined, undefined, false];

describe('a run that outlives its generation', () => {
  it('ends superseded and leaves everything to the run that followed it', async () => {
    const { first, second, marker } = await twoOfOneDeal();
    const { lane } = await eventRow(causeway.queries, first);
    // Taken for dead while it is only slow: its row is closed, and it is run again behind the second.
    const finish = createFinish({ queries: causeway.queries, starter, metrics: causeway.metrics });
    await finish({ id: first, generation: 0, lane, ...terminated });
    expect(await redrive(first)).toBe('redriven');
    gate.release(marker);

    expect(await causeway.finished(first)).toMatchObject({ state: 'done', outcome: 'acted' });
    expect(await causeway.finished(second)).toMatchObject({ state: 'done', outcome: 'acted' });
    expect(await (await execution(first, 0)).result()).toEqual({ outcome: 'superseded' });
    expect(await (await execution(first, 1)).result()).toEqual({ outcome: 'acted' });
    expect(await effectsOf(first)).toBe(1);
    expect((await causeway.read(first)).actions).toMatchObject([{ effect: { state: 'confirmed', attempts: 1 } }]);
  });

  it('changes nothing of an event that is open again in the next generation', async () => {
    const { id, lane } = await closedEvent();
    expect(await redrive(id)).toBe('redriven');
    const before = await wholeRow(causeway.queries, id);
    expect(await tryOldSteps(id)).toEqual(nothingDone);
    const acted = { outcome: 'acted', settle: true };
    expect(await closeEvent(causeway.queries, { id, generation: 0, lane }, acted)).toEqual({
      closed: false,
      reason: 'superseded',
    });
    expect(await wholeRow(causeway.queries, id)).toBe(before);
  });

  it('changes nothing of an event that is closed', async () => {
    const { id, lane } = await closedEvent();
    const before = await wholeRow(causeway.queries, id);
    expect(await tryOldSteps(id)).toEqual(nothingDone);
    await closeEvent(causeway.queries, { id, generation: 0, lane }, { outcome: 'acted', settle: false });
    expect(await wholeRow(causeway.queries, id)).toBe(before);
  });

  it('cannot take back or repeat an attempt that a later run has made', async () => {
    await causeway.stopWorker();
    const [id = ''] = ids((await causeway.post([dealChange(newId())])).body.events);
    const { lane } = await eventRow(causeway.queries, id);
    const { queries } = causeway;
    const intent = {
      key: `${id}:notify_ae`,
      action: 'notify_ae',
      targetId: 'default',
      priority: 'low',
      leaseMs: 0,
      addressSealed: Buffer.alloc(0),
    };
    expect(await claimIntent(queries, { eventId: id, generation: 0 }, intent, null)).toBe(true);
    const known = {
      state: 'intent',
      generation: 0,
      attempts: 1,
      unsettled: true,
      leaseMs: 0,
      addressSealed: Buffer.alloc(0),
      firstTriedAtMs: 0,
      receipt: null,
      failureClass: null,
    } as const;
    await endAttempt(queries, intent.key, known, { state: 'refused', unsettled: false, failureClass: 'SlackRejected' });
    await closeEvent(queries, { id, generation: 0, lane }, terminated);
    await redrive(id);
    const refused = { ...known, state: 'refused', unsettled: false } as const;
    expect(await claimIntent(queries, { eventId: id, generation: 1 }, { ...intent, leaseMs: 60_000 }, refused)).toBe(
      true,
    );
    const before = await wholeRow(queries, id);

    expect(await claimIntent(queries, { eventId: id, generation: 0 }, intent, refused)).toBe(false);
    expect(await claimIntent(queries, { eventId: id, generation: 0 }, intent, known)).toBe(false);
    await endAttempt(queries, intent.key, known, { state: 'refused', unsettled: false, failureClass: 'SlackTimeout' });
    expect(await closeEvent(queries, { id, generation: 0, lane }, terminated)).toMatchObject({ reason: 'superseded' });
    expect(await wholeRow(queries, id)).toBe(before);
  });

  it('does not begin when it is started late: the event belongs to the next generation', async () => {
    await causeway.stopWorker();
    const [id = ''] = ids((await causeway.post([dealChange(newId())])).body.events);
    const { lane, keyHash } = await eventRow(causeway.queries, id);
    await (await started(id)).terminate();
    await closeEvent(causeway.queries, { id, generation: 0, lane }, terminated);
    expect(await redrive(id)).toBe('redriven');
    await causeway.startWorker();
    const late = await causeway.client.workflow.start('gtmEvent', {
      workflowId: `${eventWorkflowId(keyHash, 0)}-late`,
      taskQueue: causeway.configuration.TEMPORAL_TASK_QUEUE,
      args: [{ eventId: id, generation: 0, lane }],
    });
    expect(await late.result()).toEqual({ outcome: 'superseded' });
    const event = await causeway.finished(id);
    expect(event).toMatchObject({ state: 'done' });
    await eventually('the run of generation 1 is the one that counts', async () =>
      event.workflow.runId === (await (await execution(id, 1)).describe()).runId ? true : undefined,
    );
  });
});
