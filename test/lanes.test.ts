import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptEvents } from '../src/db/accept-events.ts';
import { openDatabase, type Database } from '../src/db/database.ts';
import { closeEvent, releaseClaims, takeOverdueHeads } from '../src/db/lane-heads.ts';
import { reopenEvents } from '../src/db/reopen-events.ts';
import { eventWorkflowId } from '../src/domain/ids.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { createTestDatabase } from './database.ts';
import { eventRow, eventRows, insertKey, newEventRow, newLane, overlaps } from './event-rows.ts';
import { runGate, type Gate } from './gate.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { ids } from './parsed-event.ts';
import { openSession, type Session } from './session.ts';

/** Protects the order of a lane: one event after the other as they were accepted, and no lane waits for another. */

describe('lanes of events that run', () => {
  let gate: Gate;
  let causeway: Causeway;
  beforeAll(async () => {
    gate = await runGate();
    causeway = await startCauseway({ environment: { SLACK_API_URL: gate.url, EFFECT_CALL_TIMEOUT_MS: '60000' } });
    gate.forwardTo(causeway.sandbox.slackUrl);
  });
  afterAll(async () => {
    await gate.close();
    await causeway.close();
  });

  const deal = async (properties: Record<string, string>): Promise<number> => {
    const dealId = newId();
    await causeway.sandbox.put('deals', String(dealId), properties);
    return dealId;
  };
  const effectsOf = async (events: readonly string[]): Promise<string[]> =>
    (await causeway.sandbox.effects()).flatMap(({ key }) => events.filter((id) => key.includes(id)));
  const workflowOf = async (id: string | undefined) => {
    const { keyHash, generation } = await eventRow(causeway.queries, id);
    return causeway.client.workflow.getHandle(eventWorkflowId(keyHash, generation));
  };

  it('ten events that eight senders post at once end in the order of their acceptance, one after the other', async () => {
    const dealId = await deal(contestedDeal());
    const sequence = Array.from({ length: 10 }, () => dealChange(dealId));
    const senders = Array.from({ length: 8 }, async () => {
      const accepted: string[] = [];
      for (let event = sequence.pop(); event; event = sequence.pop()) {
        const { status, body } = await causeway.post([event]);
        expect(status).toBe(202);
        accepted.push(...ids(body.events));
      }
      return accepted;
    });
    const posted = (await Promise.all(senders)).flat();
    expect(posted).toHaveLength(10);
    for (const id of posted) expect(await causeway.finished(id)).toMatchObject({ state: 'done', outcome: 'acted' });

    const rows = await eventRows(causeway.queries, posted);
    expect(new Set(rows.map(({ lane }) => lane)).size).toBe(1);
    expect(await effectsOf(posted)).toEqual(ids(rows));
    expect(await overlaps(causeway.queries, posted)).toEqual([]);
  });

  it('while the head of a lane is at work the rest of it is not even started, and other lanes go on', async () => {
    const name = `busy-${newId()}`;
    const busy = await deal({ ...contestedDeal(), dealname: name });
    gate.hold(name);
    const [head = ''] = ids((await causeway.post([dealChange(busy)])).body.events);
    await gate.arrived(name);

    const rest = ids((await causeway.post([dealChange(busy), dealChange(busy)])).body.events);
    const [elsewhere = ''] = ids((await causeway.post([dealChange(await deal(stalledDeal()))])).body.events);
    expect(await causeway.finished(elsewhere)).toMatchObject({ outcome: 'acted' });

    expect((await eventRow(causeway.queries, head)).state).toBe('running');
    const waiting = await eventRows(causeway.queries, rest);
    expect(waiting.map(({ state, claimed }) => [state, claimed])).toEqual(rest.map(() => ['accepted', false]));
    for (const id of rest) await expect((await workflowOf(id)).describe()).rejects.toThrow(WorkflowNotFoundError);

    gate.release(name);
    for (const id of [head, ...rest]) expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect(await effectsOf([head, ...rest])).toEqual([head, ...ids(waiting)]);
    expect(await overlaps(causeway.queries, [head, ...rest])).toEqual([]);
  });

  it('an event that fails stays visible with its reason, and the next of its lane runs', async () => {
    const dealId = await deal(contestedDeal());
    await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
    const [first = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    const [next = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    expect(await causeway.finished(first)).toMatchObject({ state: 'failed', failure: { class: 'SlackRejected' } });
    expect(await causeway.finished(next)).toMatchObject({ state: 'done', outcome: 'acted' });
    expect((await (await workflowOf(first)).describe()).status.name).toBe('FAILED');
  });
});

describe('the gate of a lane', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let session: Session;
  let pool: Database;
  beforeAll(async () => {
    database = await createTestDatabase();
    session = await openSession(database.url);
    pool = openDatabase({ url: database.url, applicationName: 'test', maxConnections: 12 });
    await insertKey(pool.queries);
  });
  afterAll(async () => {
    await pool.close();
    await session.close();
    await database.drop();
  });

  const request = { tenantId: 'default', source: 'test', correlationId: 'test', traceParent: null };
  const accept = (lanes: readonly string[], queries = pool.queries) =>
    acceptEvents(queries, request, lanes.map(newEventRow));
  const limits = { staleMs: 3_600_000, runningMs: 3_600_000, count: 1_000 };

  it.each(['read committed', 'repeatable read'])(
    'lets one through of two that arrive while neither is committed, also where sessions are %s by default',
    async (isolation) => {
      await session.query(
        `do $$ begin execute format('alter database %I set default_transaction_isolation = %L', current_database(), '${isolation}'); end $$`,
      );
      const other = openDatabase({ url: database.url, applicationName: 'test', maxConnections: 2 });
      try {
        const lane = newLane();
        const [[first], [second]] = await session.holdingCommits(async (release) => {
          const one = accept([lane], other.queries);
          await session.waiting(1);
          const two = accept([lane], other.queries);
          await session.waiting(2);
          await release();
          return Promise.all([one, two]);
        });
        expect([first?.claimed, second?.claimed]).toEqual([true, false]);
        expect(ids(await eventRows(pool.queries, [first?.id, second?.id]))).toEqual([first?.id, second?.id]);
      } finally {
        await other.close();
      }
    },
  );

  it('batches that name the same lanes in opposite order do not lock each other out', async () => {
    const lanes = Array.from({ length: 100 }, newLane);
    const batches = Array.from({ length: 8 }, (_, index) => accept(index % 2 === 0 ? lanes : lanes.toReversed()));
    const stored = (await Promise.all(batches)).flat();
    expect(stored).toHaveLength(800);
    const claimed = await eventRows(pool.queries, ids(stored.filter((event) => event.claimed)));
    expect(claimed.map(({ lane }) => lane).toSorted()).toEqual(lanes.toSorted());
  });

  it('claims the first of a free lane and nothing of a taken one, within one batch', async () => {
    const [busy, free] = [newLane(), newLane()];
    await accept([busy]);
    const stored = await accept([busy, free, busy, free]);
    const claims = new Map(stored.map(({ id, claimed }) => [id, claimed]));
    const rows = await eventRows(pool.queries, ids(stored));
    expect(rows.map(({ id, lane }) => [lane, claims.get(id)])).toEqual([
      [busy, false],
      [free, true],
      [busy, false],
      [free, false],
    ]);
  });

  it('makes a finish wait for an event that is being accepted behind it, and names it as the next', async () => {
    const lane = newLane();
    const [first] = await accept([lane]);
    const [closing, [second]] = await session.holdingCommits(async (release) => {
      const accepting = accept([lane]);
      await session.waiting(1);
      const end = { outcome: 'no_action', settle: false };
      const finishing = closeEvent(pool.queries, { id: first?.id ?? '', generation: 0, lane }, end);
      await session.waiting(2);
      await release();
      return Promise.all([finishing, accepting]);
    });
    expect(second?.claimed).toBe(false);
    expect(closing).toMatchObject({ closed: true, next: { id: second?.id } });
  });

  it('makes a redrive wait for an event that is being accepted before it, and puts it behind that', async () => {
    const lane = newLane();
    const [first] = await accept([lane]);
    const failed = { outcome: 'failed', failure: { class: 'Test', message: 'failed' }, settle: false };
    await closeEvent(pool.queries, { id: first?.id ?? '', generation: 0, lane }, failed);
    const [reopened, [second]] = await session.holdingCommits(async (release) => {
      const accepting = accept([lane]);
      await session.waiting(1);
      const reopening = reopenEvents(pool.queries, [first?.id ?? '']);
      await session.waiting(2);
      await release();
      return Promise.all([reopening, accepting]);
    });
    expect(second?.claimed).toBe(true);
    expect(reopened).toMatchObject([{ result: 'redriven', start: undefined }]);
    expect(ids(await eventRows(pool.queries, [first?.id, second?.id]))).toEqual([second?.id, first?.id]);
  });

  it('does not hold up a sweep: heads are read without waiting for whoever holds their lanes', async () => {
    const lane = newLane();
    const [event] = await accept([lane]);
    await releaseClaims(pool.queries, ids(event ? [event] : []));
    await session.query(`select pg_advisory_lock(('x' || left($1, 16))::bit(64)::bigint)`, [lane]);
    try {
      expect(ids(await takeOverdueHeads(pool.queries, limits))).toContain(event?.id);
    } finally {
      await session.query('select pg_advisory_unlock_all()');
    }
  });

  it('shows a sweep the head of each lane, and none of those behind it, until the head is closed', async () => {
    const lane = newLane();
    const stored = [...(await accept([lane])), ...(await accept([lane])), ...(await accept([lane]))];
    const sweepOfLane = async () => {
      await releaseClaims(pool.queries, ids(stored));
      return ids((await takeOverdueHeads(pool.queries, limits)).filter((head) => head.lane === lane));
    };
    const order: string[] = [];
    for (const { id } of stored) {
      expect(await sweepOfLane()).toEqual([id]);
      expect(await sweepOfLane()).toEqual([id]);
      await closeEvent(pool.queries, { id, generation: 0, lane }, { outcome: 'no_action', settle: false });
      order.push(id);
    }
    expect(order).toEqual(ids(await eventRows(pool.queries, order)));
    expect(await sweepOfLane()).toEqual([]);
  });
});
