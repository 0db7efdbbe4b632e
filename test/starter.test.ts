import { createServer, type Http2Server } from 'node:http2';
import { once } from 'node:events';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeEvent, takeOverdueHeads } from '../src/db/lane-heads.ts';
import { eventWorkflowId } from '../src/domain/ids.ts';
import { createFinish } from '../src/intake/finish.ts';
import { createStarter } from '../src/intake/starter.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventRow, eventRows, type EventRow } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { runGate, type Gate } from './gate.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { ids, intakeOf, parsedEvent, statuses, unreachableWorkflows, workflowsAt } from './parsed-event.ts';
import { openSession, type Session } from './session.ts';

/** Protects every accepted event from being forgotten between its row and its workflow, whichever of the two is lost. */

const never = 3_600_000;

let gate: Gate;
let causeway: Causeway;
let session: Session;
let starter: ReturnType<typeof createStarter>;
beforeAll(async () => {
  gate = await runGate();
  // The sweeps of the test's own are the only ones.
  causeway = await startCauseway({ environment: { HUBSPOT_API_URL: gate.url }, sweepEveryMs: never });
  gate.forwardTo(causeway.sandbox.hubspotUrl);
  session = await openSession(causeway.configuration.DATABASE_URL);
  starter = createStarter(causeway);
});
afterAll(async () => {
  await gate.close();
  await session.close();
  await causeway.close();
});

const handleOf = ({ keyHash, generation }: EventRow) =>
  causeway.client.workflow.getHandle(eventWorkflowId(keyHash, generation));

/** Accepts events that nobody starts. */
async function acceptUnstarted(...events: Parameters<ReturnType<typeof intakeOf>>[0]): Promise<EventRow[]> {
  const answers = await intakeOf(causeway, { workflows: await unreachableWorkflows() })(events);
  expect(statuses(answers)).toEqual(events.map(() => 'accepted'));
  return eventRows(causeway.queries, ids(answers));
}

const firstOf = ([row]: EventRow[]): EventRow => {
  if (!row) throw new Error('no event was accepted');
  return row;
};

async function twoUnstarted(): Promise<{ first: EventRow; second: EventRow }> {
  const lane = ['two', String(newId())];
  const [first, second] = await acceptUnstarted(parsedEvent({ lane }), parsedEvent({ lane }));
  if (!first || !second) throw new Error('two events were not accepted');
  return { first, second };
}

/** An event about a deal that is held while it is looked up, so that its workflow runs and has done nothing yet. */
async function runHeld(): Promise<{ row: EventRow; next: string; release: () => void }> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), contestedDeal());
  const marker = `/${dealId}`;
  gate.hold(marker);
  const [id] = ids((await causeway.post([dealChange(dealId)])).body.events);
  await gate.arrived(marker);
  const [next = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
  const row = await eventRow(causeway.queries, id);
  expect(row.state).toBe('running');
  return { row, next, release: () => gate.release(marker) };
}

describe('an event whose workflow was not started', () => {
  it('is accepted while Temporal refuses connections, is given back, and is started by the next sweep', async () => {
    const answers = await intakeOf(causeway, { workflows: workflowsAt('127.0.0.1:1') })([parsedEvent()]);
    expect(statuses(answers)).toEqual(['accepted']);
    const row = await eventRow(causeway.queries, answers[0]?.id);
    expect(row).toMatchObject({ state: 'accepted', claimed: false });
    expect(await starter.sweep({ staleMs: never, runningMs: never, count: 100 })).toBe(1);
    expect(await causeway.finished(row.id)).toMatchObject({ state: 'done' });
  });

  it('is started when its claim is ten seconds old, as after a crash between commit and start, and not before', async () => {
    const row = firstOf(await acceptUnstarted(parsedEvent()));
    await session.query('update events set claimed_at = clock_timestamp() where id = $1', [row.id]);
    expect(await starter.sweep()).toBe(0);
    await session.query(`update events set claimed_at = clock_timestamp() - interval '10 s' where id = $1`, [row.id]);
    expect(await starter.sweep()).toBe(1);
    expect(await causeway.finished(row.id)).toMatchObject({ state: 'done' });
  });

  it('is started once by two starters at the same time', async () => {
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), contestedDeal());
    const row = firstOf(
      await acceptUnstarted(parsedEvent({ event: { dealId: String(dealId), eventType: 'deal.propertyChange' } })),
    );
    const heads = await takeOverdueHeads(causeway.queries, { staleMs: 0, runningMs: never, count: 100 });
    expect(ids(heads)).toEqual([row.id]);
    await Promise.all(Array.from({ length: 5 }, () => createStarter(causeway).start(heads, 'sweep')));
    const { workflow } = await causeway.finished(row.id);
    expect((await causeway.sandbox.effects()).filter(({ key }) => key.includes(row.id))).toHaveLength(1);

    // A starter that comes too late finds that the execution was there, and leaves the finished row as it is.
    await starter.start(heads, 'sweep');
    expect((await handleOf(row).describe()).runId).toBe(workflow.runId);
    expect((await eventRow(causeway.queries, row.id)).state).toBe('done');
  });

  it('never fails the event that finished before it', async () => {
    const { first, second } = await twoUnstarted();
    const starterWithout = createStarter({ ...causeway, workflows: workflowsAt('127.0.0.1:1') });
    const finish = createFinish({ queries: causeway.queries, starter: starterWithout, metrics: causeway.metrics });
    const closing = await finish({ ...first, outcome: 'no_action', settle: false });
    expect(closing).toMatchObject({ closed: true, next: { id: second.id } });
    expect(await eventRow(causeway.queries, first.id)).toMatchObject({ state: 'done', outcome: 'no_action' });
    expect(await eventRow(causeway.queries, second.id)).toMatchObject({ state: 'accepted', claimed: false });
    await starter.sweep({ staleMs: never, runningMs: never, count: 100 });
    expect(await causeway.finished(second.id)).toMatchObject({ state: 'done' });
  });

  it('is named again by a finish that is repeated after a crash, and the first end stands', async () => {
    const { first, second } = await twoUnstarted();
    // The process died after the commit: nobody was told of the second one.
    await closeEvent(causeway.queries, first, { outcome: 'no_action', settle: false });
    const finish = createFinish({ queries: causeway.queries, starter, metrics: causeway.metrics });
    const failure = { class: 'Other', message: 'another end' };
    expect(await finish({ ...first, outcome: 'failed', failure, settle: true })).toMatchObject({
      closed: true,
      event: { outcome: 'no_action', failureClass: null },
      next: { id: second.id },
    });
    expect(await causeway.finished(second.id)).toMatchObject({ state: 'done' });
  });
});

describe('an event whose workflow is gone', () => {
  it('has failed when it was terminated before its first step, and the next of its lane runs', async () => {
    await causeway.stopWorker();
    const { first, second } = await twoUnstarted();
    await eventually('the first is started', async () => {
      await starter.sweep({ staleMs: never, runningMs: never, count: 100 });
      return handleOf(first)
        .terminate()
        .catch((error: unknown) => (error instanceof WorkflowNotFoundError ? undefined : Promise.reject(error)));
    });
    // The start is answered with "already started"; that is looked at, and not believed.
    await starter.sweep({ staleMs: 0, runningMs: never, count: 100 });
    expect(await causeway.read(first.id)).toMatchObject({ state: 'failed', failure: { class: 'Terminated' } });
    await causeway.startWorker();
    expect(await causeway.finished(second.id)).toMatchObject({ state: 'done' });
  });

  it('has failed when it was terminated while it ran, and the next of its lane runs', async () => {
    const { row, next, release } = await runHeld();
    await handleOf(row).terminate();
    await starter.sweep({ staleMs: never, runningMs: 0, count: 100 });
    release();
    expect(await causeway.read(row.id)).toMatchObject({ state: 'failed', failure: { class: 'Terminated' } });
    expect(await causeway.finished(next)).toMatchObject({ state: 'done', outcome: 'acted' });
    expect((await causeway.sandbox.effects()).filter(({ key }) => key.includes(row.id))).toEqual([]);
  });

  it('is left alone while its workflow runs, however long', async () => {
    const { row, next, release } = await runHeld();
    await session.query(`update events set claimed_at = claimed_at - interval '60 s' where id = $1`, [row.id]);
    expect(await starter.sweep()).toBe(1);
    expect(await eventRow(causeway.queries, row.id)).toMatchObject({ state: 'running', runId: row.runId });
    release();
    expect(await causeway.finished(row.id)).toMatchObject({ outcome: 'acted' });
    expect(await causeway.finished(next)).toMatchObject({ outcome: 'acted' });
  });

  it('is run again when Temporal has forgotten it: deleted while it ran', async () => {
    const { row, next, release } = await runHeld();
    await causeway.client.workflowService.deleteWorkflowExecution({
      namespace: causeway.configuration.TEMPORAL_NAMESPACE,
      workflowExecution: { workflowId: handleOf(row).workflowId },
    });
    await eventually('the execution is deleted', async () => {
      try {
        await handleOf(row).describe();
        return undefined;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return true;
        throw error;
      }
    });
    await starter.sweep({ staleMs: never, runningMs: 0, count: 100 });
    release();
    const event = await causeway.finished(row.id);
    expect(event).toMatchObject({ state: 'done', outcome: 'acted' });
    expect(event.workflow.runId).not.toBe(row.runId);
    expect((await causeway.sandbox.effects()).filter(({ key }) => key.includes(row.id))).toHaveLength(1);
    expect(await causeway.finished(next)).toMatchObject({ outcome: 'acted' });
  });

  it('is run when its row says running and no workflow was ever there', async () => {
    const row = firstOf(await acceptUnstarted(parsedEvent()));
    await session.query(
      `update events set state = 'running', claimed_at = clock_timestamp() - interval '60 s' where id = $1`,
      [row.id],
    );
    expect(await starter.sweep()).toBe(1);
    expect(await causeway.finished(row.id)).toMatchObject({ state: 'done' });
  });
});

describe('a Temporal that takes requests and never answers', () => {
  let silent: Http2Server;
  let starts = 0;
  beforeAll(async () => {
    silent = createServer();
    silent.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      if (headers[':path']?.endsWith('/StartWorkflowExecution')) {
        starts += 1;
        return;
      }
      // Any other call gets an empty message and the status OK.
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterAll(() => void silent.close());

  it('costs a request one deadline, not one for each of its events, and all of them are accepted', async () => {
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
    const events = Array.from({ length: 60 }, () => parsedEvent());
    const answers = await intakeOf(causeway, { workflows: workflowsAt(`127.0.0.1:${address.port}`) })(events);
    expect(statuses(answers)).toEqual(events.map(() => 'accepted'));
    // Those that are started at a time use the time up; with one deadline each, all of them would be asked for.
    expect(starts).toBeGreaterThan(0);
    expect(starts).toBeLessThan(events.length);
    const rows = await eventRows(causeway.queries, ids(answers));
    expect(rows.filter(({ claimed }) => claimed)).toEqual([]);

    await eventually('sweeps start them all', async () => {
      await starter.sweep({ staleMs: never, runningMs: never, count: 100 });
      const open = await session.query('select from events where id = any($1) and holds_lane', [ids(answers)]);
      return open.length === 0 ? true : undefined;
    });
  });
});
