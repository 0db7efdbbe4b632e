import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../src/db/database.ts';
import { beginModelCall } from '../src/db/model-calls.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { wireActivities } from '../src/main/wiring.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { calmDeal, dealChange, newId } from './hubspot-events.ts';

/** Protects the money: a day's calls are counted before they are made and never go beyond the limit; an event asks once. */

const settings = (maxDailyCalls: number) => `
modes: [{ types: [deal.propertyChange], mode: model-first }]
model: { maxDailyCalls: ${maxDailyCalls} }
`;
const alert = {
  plan: {
    reasoning: 'The model thinks so.',
    action: { type: 'notify_ae', target: 'default', alert: 'needs_attention' },
    priority: 'high',
    confidence: 0.9,
  },
};

/** Posts one event; nobody carries it out unless there is a worker. */
async function accepted(causeway: Causeway) {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), calmDeal());
  const { body } = await causeway.post([dealChange(dealId)]);
  const id = body.events[0]?.id ?? '';
  return { id, run: { eventId: id, generation: 0 } };
}

const asked = (causeway: Causeway) => causeway.sandbox.calls('openai', 'responses.create');

const call = (dailyLimit: number) => ({
  id: randomUUID(),
  model: 'gpt',
  promptHash: 'hash',
  promptSealed: Buffer.from('sealed'),
  dailyLimit,
});

describe('the calls of a day', () => {
  let causeway: Causeway;
  beforeAll(async () => {
    causeway = await startCauseway({ worker: false });
  });
  beforeEach(() => causeway.queries.execute(sql`delete from model_budget`));
  afterAll(() => causeway.close());

  const used = async () =>
    (await causeway.queries.execute(sql`select calls, daily_limit as "dailyLimit" from model_budget`)).rows;

  it('end exactly at the limit, with 50 connections that reserve 200 at the same time', async () => {
    const { run } = await accepted(causeway);
    const { DATABASE_URL: url } = causeway.configuration;
    const pool = openDatabase({ url, applicationName: 'test', maxConnections: 50 });
    onTestFinished(() => pool.close());
    await Promise.all(Array.from({ length: 50 }, () => pool.queries.execute(sql`select pg_sleep(0.05)`)));
    const got = await Promise.all(Array.from({ length: 200 }, () => beginModelCall(pool.queries, run, call(50))));
    expect(got.filter((one) => one)).toHaveLength(50);
    expect(await used()).toEqual([{ calls: 50, dailyLimit: 50 }]);
    const { rows } = await causeway.queries.execute(sql`select from model_calls where event_id = ${run.eventId}`);
    expect(rows).toHaveLength(50);
  });

  it('are none where none are allowed, and stay what they were when the limit is lowered', async () => {
    const { run } = await accepted(causeway);
    expect(await beginModelCall(causeway.queries, run, call(0))).toBe(false);
    expect(await used()).toEqual([]);
    expect(await beginModelCall(causeway.queries, run, call(2))).toBe(true);
    expect(await beginModelCall(causeway.queries, run, call(2))).toBe(true);
    expect(await beginModelCall(causeway.queries, run, call(1))).toBe(false);
    expect(await used()).toEqual([{ calls: 2, dailyLimit: 2 }]);
    expect(await beginModelCall(causeway.queries, run, call(3))).toBe(true);
  });

  it('begin anew with the next day', async () => {
    const { run } = await accepted(causeway);
    await beginModelCall(causeway.queries, run, call(1));
    await causeway.queries.execute(sql`update model_budget set day = day - 1`);
    expect(await beginModelCall(causeway.queries, run, call(1))).toBe(true);
  });

  it('are not used by a run that somebody else has taken over', async () => {
    const { id, run } = await accepted(causeway);
    expect(await beginModelCall(causeway.queries, { ...run, generation: 1 }, call(5))).toBe(false);
    const { rows } = await causeway.queries.execute<{ lane: string }>(sql`select lane from events where id = ${id}`);
    await closeEvent(
      causeway.queries,
      { id, generation: 0, lane: rows[0]?.lane ?? '' },
      { outcome: 'failed', settle: true },
    );
    expect(await beginModelCall(causeway.queries, run, call(5))).toBe(false);
    expect(await used()).toEqual([]);
  });
});

it('call N+1 of the day does not happen, with many events in flight; those decide without the model', async () => {
  const causeway = await startCauseway({ settings: settings(7) });
  onTestFinished(() => causeway.close());
  const events = Array.from({ length: 25 }, () => dealChange(newId()));
  const { body } = await causeway.post(events);
  const views = await Promise.all(body.events.map(({ id }) => causeway.finished(id, 60_000)));
  const verdicts = views.map(({ decision }) => decision?.model?.verdict);
  expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(7);
  expect(verdicts.filter((verdict) => verdict === 'over-budget')).toHaveLength(18);
  expect(await asked(causeway)).toBe(7);
  const over = views.find(({ decision }) => decision?.model?.verdict === 'over-budget');
  expect(over).toMatchObject({ state: 'done', outcome: 'no_action', decision: { decidedBy: 'fallback' } });
});

it('a model that is left alone costs nothing of the day: only what is asked is counted', async () => {
  const causeway = await startCauseway({ settings: `${settings(5)}breaker: { failures: 1, resetSeconds: 600 }` });
  onTestFinished(() => causeway.close());
  await causeway.sandbox.fault({ connector: 'openai', fault: 'status', status: 500 });
  const verdictOf = async () => {
    const { body } = await causeway.post([dealChange(newId())]);
    const { state, decision } = await causeway.finished(body.events[0]?.id ?? '');
    return { state, decidedBy: decision?.decidedBy, verdict: decision?.model?.verdict };
  };
  for (let count = 0; count < 8; count += 1) {
    expect(await verdictOf()).toEqual({ state: 'done', decidedBy: 'fallback', verdict: 'failed' });
  }
  expect(await asked(causeway)).toBe(1);
  const { rows } = await causeway.queries.execute(sql`
    select (select calls from model_budget), (select count(*)::int from model_calls) as recorded`);
  expect(rows).toEqual([{ calls: 1, recorded: 1 }]);
});

describe('an event', () => {
  let causeway: Causeway;
  let work: ReturnType<typeof wireActivities>;
  beforeAll(async () => {
    causeway = await startCauseway({ worker: false, settings: settings(5_000) });
    work = activitiesOf({});
  });
  beforeEach(async () => {
    await causeway.sandbox.forget();
    await causeway.sandbox.script(alert);
  });
  afterAll(async () => {
    await work.stop();
    await causeway.close();
  });

  function activitiesOf(change: { OPENAI_API_KEY?: string | undefined }) {
    const { configuration, queries, workflows, metrics, log } = causeway;
    const dependencies = { steps: queries, finishing: queries, workflows, metrics, log };
    const { OPENAI_API_KEY } = { ...configuration, ...change };
    return wireActivities({ ...configuration, OPENAI_API_KEY }, dependencies);
  }

  /** As a worker leaves it that dies while the model answers. */
  const dieMidCall = (run: { eventId: string; generation: number }) =>
    beginModelCall(causeway.queries, run, {
      id: randomUUID(),
      model: 'gpt',
      promptHash: 'hash',
      promptSealed: Buffer.from('sealed'),
      dailyLimit: 5_000,
    });
  const proposed = { decidedBy: 'none', ruleId: null, effects: [], consult: { timeoutMs: 10_000 } };
  const byModel = { decidedBy: 'model', ruleId: null, effects: [{ key: expect.any(String), type: 'notify_ae' }] };

  it('is asked about once, whoever asks again and however often', async () => {
    const { run } = await accepted(causeway);
    const { decide, consult } = work.activities;
    expect(await decide(run)).toEqual(proposed);
    expect(await decide(run)).toEqual(proposed);
    const first = await consult(run);
    expect(first).toEqual(byModel);
    await causeway.sandbox.script({ refusal: 'changed my mind' });
    expect(await consult(run)).toEqual(first);
    expect(await decide(run)).toEqual(first);
    expect(await decide({ ...run, withoutModel: true })).toEqual(first);
    expect(await asked(causeway)).toBe(1);
  });

  it('whose answer was recorded and whose decision was not is decided by that answer, without another call', async () => {
    const { id, run } = await accepted(causeway);
    const first = await work.activities.consult(run);
    await causeway.queries.execute(sql`delete from decisions where event_id = ${id}`);
    await causeway.sandbox.script({ refusal: 'changed my mind' });
    expect(await work.activities.consult(run)).toEqual(first);
    expect(await asked(causeway)).toBe(1);
    expect((await causeway.read(id)).decision?.model).toMatchObject({
      name: 'gpt-4o-mini-sandbox',
      verdict: 'accepted',
    });
  });

  it('whose call failed is not asked about again', async () => {
    const { id, run } = await accepted(causeway);
    await causeway.sandbox.fault({ connector: 'openai', fault: 'status', status: 500 });
    const first = await work.activities.consult(run);
    expect(first).toEqual({ decidedBy: 'fallback', ruleId: null, effects: [] });
    await causeway.queries.execute(sql`delete from decisions where event_id = ${id}`);
    expect(await work.activities.consult(run)).toEqual(first);
    expect((await causeway.read(id)).decision?.model?.verdict).toBe('failed');
    expect(await asked(causeway)).toBe(1);
  });

  it('whose worker died mid-call is asked about once more, and no third time', async () => {
    const once = await accepted(causeway);
    await dieMidCall(once.run);
    expect(await work.activities.consult(once.run)).toEqual(byModel);
    expect(await asked(causeway)).toBe(1);

    const twice = await accepted(causeway);
    await dieMidCall(twice.run);
    await dieMidCall(twice.run);
    expect(await work.activities.consult(twice.run)).toMatchObject({ decidedBy: 'fallback' });
    expect(await asked(causeway)).toBe(1);
  });

  it('is decided without the model when it was asked in vain, and that is recorded', async () => {
    const { id, run } = await accepted(causeway);
    expect(await work.activities.decide({ ...run, withoutModel: true })).toMatchObject({ decidedBy: 'fallback' });
    expect(await work.activities.consult(run)).toMatchObject({ decidedBy: 'fallback' });
    expect((await causeway.read(id)).decision?.model).toMatchObject({ verdict: 'failed', confidence: null });
    expect(await asked(causeway)).toBe(0);
  });

  it('is decided by the rules where there is no key', async () => {
    const { run } = await accepted(causeway);
    const { activities, stop } = activitiesOf({ OPENAI_API_KEY: undefined });
    onTestFinished(() => stop());
    expect(await activities.decide(run)).toEqual({ decidedBy: 'none', ruleId: null, effects: [] });
    expect(await asked(causeway)).toBe(0);
  });

  it('keeps prompt and answer sealed', async () => {
    const { run } = await accepted(causeway);
    await work.activities.consult(run);
    const { rows } = await causeway.queries.execute<{ row: string; sealed: string }>(sql`
      select t::text as row, encode(prompt_sealed || answer_sealed, 'escape') as sealed from model_calls t
      where event_id = ${run.eventId}`);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.sealed).not.toMatch(/data|reasoning|notify/);
    expect(rows[0]?.row).not.toMatch(/reasoning|notify/);
  });
});
