import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redriveForecast, redriveReceipt, redriveView } from '../src/domain/operator-views.ts';
import { reopenEvents } from '../src/db/reopen-events.ts';
import * as schema from '../src/db/schema/index.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventRows, insertKey, newLane, wholeRow } from './event-rows.ts';
import { writeRules } from './failing-rules.ts';
import { runGate, type Gate } from './gate.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { insertFailed, operatorOf } from './ops.ts';
import { ids } from './parsed-event.ts';
import { openSession } from './session.ts';

/** Protects running again by the hundred: in order, once, what was asked for and nothing else, with a trace of who asked. */

let rules: Awaited<ReturnType<typeof writeRules>>;
let gate: Gate;
let causeway: Causeway;
let operator: ReturnType<typeof operatorOf>;
beforeAll(async () => {
  rules = await writeRules();
  gate = await runGate();
  causeway = await startCauseway({ environment: { SLACK_API_URL: gate.url, RULES_PATH: rules.path } });
  gate.forwardTo(causeway.sandbox.slackUrl);
  operator = operatorOf(causeway);
  await insertKey(causeway.queries);
});
afterAll(async () => {
  await gate.close();
  await causeway.close();
  await rules.remove();
});

async function putDeal(dealstage: string, dealname = 'A deal'): Promise<number> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), { ...contestedDeal(), dealstage, dealname });
  return dealId;
}

const refuseMessages = (times: number) =>
  causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400, times });

/** Events of one deal that all failed, since Slack refused their messages; in the order of their acceptance. */
async function failedEvents(dealId: number, count: number): Promise<string[]> {
  await refuseMessages(count);
  const failed: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const [id = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    expect(await causeway.finished(id)).toMatchObject({ state: 'failed', failure: { class: 'SlackRejected' } });
    failed.push(id);
  }
  return failed;
}

const effectsOf = async (events: readonly string[], connector: string) =>
  (await causeway.sandbox.effects())
    .filter((effect) => effect.connector === connector)
    .flatMap(({ key }) => events.filter((id) => key.includes(id)));

async function redrive(body: unknown) {
  const answer = await operator.post('/ops/redrives', body);
  expect([answer.status, answer.body]).toEqual([202, expect.anything()]);
  const receipt = redriveReceipt.parse(answer.body);
  const view = redriveView.parse((await operator.get(`/ops/redrives/${receipt.id}`)).body);
  return { ...receipt, view, location: answer.headers.get('location') };
}

const countRows = async (): Promise<unknown> =>
  (
    await causeway.queries.execute(sql`select (select count(*)::int from redrives) as redrives,
      (select count(*)::int from redrive_items) as items, (select count(*)::int from audit_log) as audit`)
  ).rows[0];

const auditOf = async (onWhat: string): Promise<unknown[]> =>
  (
    await causeway.queries.execute(
      sql`select who, what, tenant_id as tenant, at is not null as dated from audit_log where on_what = ${onWhat}`,
    )
  ).rows;

const wouldRun = async (filter: Record<string, string>) =>
  redriveForecast
    .parse((await operator.post('/ops/redrives', { filter, dryRun: true })).body)
    .events.map(({ eventId }) => eventId);

/** Its event has failed. */
async function unknownEffect(): Promise<{ id: string; key: string }> {
  const [id = ''] = await failedEvents(await putDeal('notify'), 1);
  const key = `${id}:notify_ae`;
  await causeway.queries.execute(sql`update effects set state = 'unknown', receipt = null where key = ${key}`);
  return { id, key };
}

describe('events that are redriven together', () => {
  it('run in the order of their lane, however they are named, and behind what waits', async () => {
    const name = `in-order-${newId()}`;
    const dealId = await putDeal('notify', name);
    const [first = '', second = ''] = await failedEvents(dealId, 2);
    gate.hold(name);
    const [runs = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    await gate.arrived(name);
    const [waits = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);

    const { redriven, view } = await redrive({ eventIds: [second, first] });
    expect(redriven).toBe(2);
    expect(view.items).toEqual([
      { eventId: first, result: 'redriven', generation: 1 },
      { eventId: second, result: 'redriven', generation: 1 },
    ]);
    const order = [runs, waits, first, second];
    expect(ids(await eventRows(causeway.queries, order))).toEqual(order);
    gate.release(name);
    for (const id of order) expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect(await effectsOf(order, 'slack')).toEqual(order);
  });

  it('do not repeat what was confirmed, under the same keys', async () => {
    const [id = ''] = await failedEvents(await putDeal('both'), 1);
    const before = await causeway.read(id);
    expect(await effectsOf([id], 'gmail')).toEqual([id]);
    await redrive({ eventIds: [id] });
    const after = await causeway.finished(id);
    expect(after).toMatchObject({ outcome: 'acted', workflow: { id: before.workflow.id.replace(/:0$/, ':1') } });
    expect(after.actions.map(({ effect }) => effect.key)).toEqual(before.actions.map(({ effect }) => effect.key));
    expect(await effectsOf([id], 'gmail')).toEqual([id]);
    expect(await effectsOf([id], 'slack')).toEqual([id]);
    expect(await causeway.metrics.registry.getSingleMetricAsString('gtm_pipeline_skipped_duplicates_total')).toMatch(
      /\{action="draft_followup"\} [1-9]/,
    );
  });

  it('are each run once by two redrives of the same class at the same time', async () => {
    const lanes = await Promise.all([putDeal('notify'), putDeal('notify')]);
    const failed = [...(await failedEvents(lanes[0], 3)), ...(await failedEvents(lanes[1], 3))];
    const [one, other] = await Promise.all([redrive({ class: 'SlackRejected' }), redrive({ class: 'SlackRejected' })]);
    expect(one.redriven + other.redriven).toBe(6);
    const opened = [...one.view.items, ...other.view.items].filter(({ result }) => result === 'redriven');
    expect(opened.map(({ eventId }) => eventId).toSorted()).toEqual(failed.toSorted());
    for (const id of failed) expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect((await eventRows(causeway.queries, failed)).map(({ generation }) => generation)).toEqual(
      failed.map(() => 1),
    );
    expect((await effectsOf(failed, 'slack')).toSorted()).toEqual(failed.toSorted());
  });
});

describe('two redrives that meet', () => {
  it('take turns at the lane: the second sees what the first did, and opens nothing', async () => {
    const lane = newLane();
    const failed = await insertFailed(causeway.queries, 2, { failureClass: 'Met', lane });
    const session = await openSession(causeway.configuration.DATABASE_URL);
    // A pool without our limit on waiting for locks: how long this test holds one depends on the machine.
    const pool = new Pool({ connectionString: causeway.configuration.DATABASE_URL, max: 2 });
    const patient = Object.assign(drizzle(pool, { schema }), { over: (client: PoolClient) => drizzle(client) });
    try {
      await session.query(`select pg_advisory_lock(('x' || left($1, 16))::bit(64)::bigint)`, [lane]);
      const both = Promise.all([reopenEvents(patient, failed), reopenEvents(patient, failed.toReversed())]);
      await session.waiting(2);
      await session.query('select pg_advisory_unlock_all()');
      const results = (await both).map((reopened) => reopened.map(({ result }) => result).join());
      expect(results.toSorted()).toEqual(['not_failed,not_failed', 'redriven,redriven']);
      expect((await eventRows(causeway.queries, failed)).map(({ generation }) => generation)).toEqual([1, 1]);
    } finally {
      await pool.end();
      await session.close();
    }
  });
});

describe('a redrive', () => {
  it('is kept: who asked for what, what became of each event, and in the audit log', async () => {
    const [failed = ''] = await insertFailed(causeway.queries, 1, { failureClass: 'Canceled' });
    const [done = ''] = ids((await causeway.post([dealChange(await putDeal('nothing'))])).body.events);
    await causeway.finished(done);
    const [erased = ''] = await insertFailed(causeway.queries, 1, { failureClass: 'Canceled' });
    await causeway.queries.execute(sql`update events set subject_key_id = null, sealed = null where id = ${erased}`);
    const nobody = randomUUID();

    const selection = { eventIds: [nobody, erased, done, failed] };
    const { id, matched, redriven, skipped, view, location } = await redrive(selection);
    expect({ matched, redriven, skipped, location }).toEqual({
      matched: 4,
      redriven: 1,
      skipped: 3,
      location: `/ops/redrives/${id}`,
    });
    expect(view).toMatchObject({
      id,
      requestedBy: 'operator (http)',
      selection,
      state: 'done',
      matched: 4,
      redriven: 1,
    });
    expect(view.finishedAt).not.toBeNull();
    expect(Object.fromEntries(view.items.map(({ eventId, result }) => [eventId, result]))).toEqual({
      [failed]: 'redriven',
      [done]: 'not_failed',
      [erased]: 'erased',
      [nobody]: 'not_found',
    });
    expect(await auditOf(id)).toEqual([{ who: 'operator (http)', what: 'redrive', tenant: 'default', dated: true }]);
  });

  it('takes those that fit every part of its filter, and no others', async () => {
    const [early = ''] = await insertFailed(causeway.queries, 1, { failureClass: 'Filtered' });
    const [late = ''] = await insertFailed(causeway.queries, 1, { failureClass: 'Filtered' });
    const [other = ''] = await insertFailed(causeway.queries, 1, { failureClass: 'Unfiltered' });
    const { rows } = await causeway.queries.execute<{ at: string }>(
      sql`update events set finished_at = clock_timestamp() - interval '1 hour' where id = ${early}
        returning to_char((finished_at + interval '30 minutes') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at`,
    );
    const between = rows[0]?.at ?? '';
    expect(await wouldRun({ class: 'Filtered' })).toEqual([early, late]);
    expect(await wouldRun({ class: 'Filtered', failedAfter: between })).toEqual([late]);
    expect(await wouldRun({ class: 'Filtered', failedBefore: between })).toEqual([early]);
    expect(await wouldRun({ class: 'Filtered', source: 'hubspot' })).toEqual([]);
    expect(await wouldRun({ class: 'Filtered', source: 'test', type: 'test' })).toEqual([early, late]);
    expect((await redrive({ filter: { class: 'Filtered', failedAfter: between } })).redriven).toBe(1);
    const states = await eventRows(causeway.queries, [early, late, other]);
    expect(Object.fromEntries(states.map(({ id, generation }) => [id, generation]))).toEqual({
      [early]: 0,
      [late]: 1,
      [other]: 0,
    });
  });

  it('changes nothing when it is a dry run', async () => {
    const failed = await insertFailed(causeway.queries, 3, { failureClass: 'DryRun' });
    const look = async () => [
      await countRows(),
      ...(await Promise.all(failed.map((id) => wholeRow(causeway.queries, id)))),
    ];
    const before = await look();
    const answer = await operator.post('/ops/redrives', { class: 'DryRun', dryRun: true });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        matched: 3,
        redriven: 3,
        skipped: 0,
        events: failed.map((eventId) => ({ eventId, result: 'redriven' })),
      },
    });
    expect(await look()).toEqual(before);
  });

  it('takes a thousand at the most, those that were accepted first, and says how many are left', async () => {
    const failed = await insertFailed(causeway.queries, 1_005, { failureClass: 'Many', lane: newLane() });
    const first = await redrive({ class: 'Many' });
    expect(first).toMatchObject({
      matched: 1_005,
      redriven: 1_000,
      skipped: 0,
      note: expect.stringContaining('1005 events match'),
    });
    expect(first.view.items.map(({ eventId }) => eventId)).toEqual(failed.slice(0, 1_000));
    const second = await redrive({ class: 'Many' });
    expect(second).toMatchObject({ matched: 5, redriven: 5 });
    expect(second.note).toBeUndefined();
    expect(ids(await eventRows(causeway.queries, failed))).toEqual(failed);
  });
});

describe('an effect that nobody could find out', () => {
  it('that an operator says was not done is done once by the next redrive', async () => {
    const { id, key } = await unknownEffect();
    expect(await operator.post('/ops/settlements', { key, done: false })).toMatchObject({
      status: 200,
      body: { key, eventId: id, state: 'refused' },
    });
    expect(await effectsOf([id], 'slack')).toEqual([]);
    await redrive({ eventIds: [id] });
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect(await effectsOf([id], 'slack')).toEqual([id]);
    expect(await auditOf(key)).toMatchObject([{ who: 'operator (http)', what: 'settle not-done' }]);
  });

  it('that an operator says was done is never done again', async () => {
    const { id, key } = await unknownEffect();
    expect(await operator.post('/ops/settlements', { key, done: true })).toMatchObject({
      status: 200,
      body: { state: 'confirmed' },
    });
    await redrive({ eventIds: [id] });
    expect(await causeway.finished(id)).toMatchObject({
      outcome: 'acted',
      actions: [{ effect: { state: 'confirmed', receipt: { settledBy: 'operator (http)' } } }],
    });
    expect(await effectsOf([id], 'slack')).toEqual([]);
    expect(await auditOf(key)).toMatchObject([{ what: 'settle done' }]);
  });

  it('is settled once, and nothing else can be settled', async () => {
    const { key } = await unknownEffect();
    const answers = await Promise.all([true, false].map((done) => operator.post('/ops/settlements', { key, done })));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409']);
    expect(await auditOf(key)).toHaveLength(1);
    expect(await operator.post('/ops/settlements', { key: `${randomUUID()}:notify_ae`, done: true })).toMatchObject({
      status: 404,
      body: { reason: 'unknown_effect' },
    });
  });
});
