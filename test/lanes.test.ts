import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventWorkflowId } from '../src/domain/ids.ts';
import { createStarter } from '../src/intake/starter.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventRow, eventRows, overlaps } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { runGate, type Gate } from './gate.ts';
import { contestedDeal, dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { ids, intakeOf, parsedEvent, poolOf, statuses } from './parsed-event.ts';
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
  let causeway: Causeway;
  let session: Session;
  beforeAll(async () => {
    causeway = await startCauseway({ worker: false });
    session = await openSession(causeway.configuration.DATABASE_URL);
  });
  afterAll(async () => {
    await session.close();
    await causeway.close();
  });

  const setIsolation = (value: string) =>
    session.query(
      `do $$ begin execute format('alter database %I set default_transaction_isolation = %L', current_database(), '${value}'); end $$`,
    );

  it.each(['read committed', 'repeatable read'])(
    'lets one through of two that arrive while neither is committed, whatever isolation the database defaults to: %s',
    async (isolation) => {
      await setIsolation(isolation);
      const pool = poolOf(causeway, 4);
      try {
        const receive = intakeOf(causeway, { queries: pool.queries });
        const lane = ['two', String(newId())];
        const answers = await session.holdingCommits(async (release) => {
          const first = receive([parsedEvent({ lane })]);
          await session.waiting(1);
          const second = receive([parsedEvent({ lane })]);
          await session.waiting(2);
          await release();
          return [...(await first), ...(await second)];
        });
        expect(statuses(answers)).toEqual(['accepted', 'accepted']);
        const rows = await eventRows(causeway.queries, ids(answers));
        expect(rows.map(({ id, claimed }) => [id, claimed])).toEqual([
          [answers[0]?.id, true],
          [answers[1]?.id, false],
        ]);
      } finally {
        await pool.close();
        await setIsolation('read committed');
      }
    },
  );

  it('two batches that name the same lanes in opposite order do not block each other', async () => {
    const lanes = Array.from({ length: 50 }, () => [String(newId())]);
    const receive = intakeOf(causeway);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        receive((index % 2 === 0 ? lanes : lanes.toReversed()).map((lane) => parsedEvent({ lane }))),
      ),
    );
    expect(new Set(answers.flatMap(statuses))).toEqual(new Set(['accepted']));
    const rows = await eventRows(causeway.queries, answers.flatMap(ids));
    expect(rows.filter(({ claimed }) => claimed)).toHaveLength(lanes.length);
  });

  it('a sweep reads the heads without waiting for whoever holds their lanes', async () => {
    const receive = intakeOf(causeway);
    const [first] = await receive([parsedEvent()]);
    const { lane } = await eventRow(causeway.queries, first?.id);
    await session.query(`update events set claimed_at = null where id = $1`, [first?.id]);
    await session.query(`select pg_advisory_lock(('x' || left($1, 16))::bit(64)::bigint)`, [lane]);
    try {
      const starter = createStarter(causeway);
      expect(await starter.sweep({ staleMs: 3_600_000, runningMs: 3_600_000, count: 100 })).toBe(1);
    } finally {
      await session.query('select pg_advisory_unlock_all()');
    }
    await eventually('the head is claimed', async () =>
      (await eventRow(causeway.queries, first?.id)).claimed ? true : undefined,
    );
  });

  it('a sweep takes the head of a lane and none of those behind it', async () => {
    const lane = ['behind', String(newId())];
    const receive = intakeOf(causeway);
    const answers = await receive([parsedEvent({ lane }), parsedEvent({ lane }), parsedEvent({ lane })]);
    await session.query(`update events set claimed_at = null where id = any($1)`, [ids(answers)]);
    const sweep = () => createStarter(causeway).sweep({ staleMs: 3_600_000, runningMs: 3_600_000, count: 100 });
    expect(await sweep()).toBe(1);
    expect((await eventRows(causeway.queries, ids(answers))).map(({ claimed }) => claimed)).toEqual([
      true,
      false,
      false,
    ]);
    expect(await sweep()).toBe(0);
  });
});
