import { readFile, writeFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createRecentIntent } from '../src/activities/recent-intent.ts';
import { noIntentProvider } from '../src/connectors/intent/index.ts';
import { claimBatch } from '../src/db/batch-claims.ts';
import { beginBatch, concludeEvents, readBatch, storeBatchFacts } from '../src/db/batch-steps.ts';
import * as schema from '../src/db/schema/index.ts';
import { batchWorkflowId } from '../src/domain/ids.ts';
import { createHasher } from '../src/privacy/hasher.ts';
import { failureClassKey } from '../src/temporal/search-attributes.ts';
import type { Causeway, ReadView } from './causeway.ts';
import { eventRow, eventRows, wholeRow } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { calmDeal, contestedDeal, newId, stalledDeal } from './hubspot-events.ts';
import { postProduct, productEvent, startWithProduct } from './product-events.ts';
import { openSession } from './session.ts';

/** Protects events that are decided together: each is taken once, keeps its place in its lane, acts once, and is seen on its own. */

vi.setConfig({ testTimeout: 120_000 });

async function started(...given: Parameters<typeof startWithProduct>): Promise<Causeway> {
  const causeway = await startWithProduct(...given);
  onTestFinished(() => causeway.close());
  return causeway;
}

async function post(causeway: Causeway, events: readonly object[], id?: string): Promise<string[]> {
  const { events: received } = await postProduct(causeway, events, id);
  return received.map((event) => event.id);
}

async function batchesOf({ queries }: Causeway, ids: readonly string[]) {
  const { rows } = await queries.execute<{ id: string; batched: boolean; batchId: string | null }>(sql`
    select id, batched, batch_id as "batchId" from events where id = any(${sql.param([...ids])}::uuid[]) order by position`);
  return rows;
}

async function finishedAll(causeway: Causeway, ids: readonly string[]): Promise<ReadView[]> {
  await eventually(
    'all events finish',
    async () => {
      const rows = await eventRows(causeway.queries, ids);
      return rows.every(({ state }) => state === 'done' || state === 'failed') ? true : undefined;
    },
    60_000,
  );
  const views: ReadView[] = [];
  for (const id of ids) views.push(await causeway.read(id));
  return views;
}

/** How an execution ended; its row is written a moment before. */
const statusOf = ({ client }: Causeway, workflowId = '') =>
  eventually(`${workflowId} ends`, async () => {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? undefined : status.name;
  });

/** An operator has an event run again. */
async function redriven({ url, configuration }: Causeway, id: string | undefined): Promise<void> {
  const answer = await fetch(`${url}/ops/redrives`, {
    method: 'POST',
    headers: { authorization: `Bearer ${configuration.OPERATOR_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ eventIds: [id] }),
  });
  expect(answer.status).toBe(202);
}

const views = (count: number, given: (index: number) => Record<string, unknown> = () => ({})) =>
  Array.from({ length: count }, (_, index) => productEvent('page.viewed', given(index)));

test('five hundred events are one workflow with one look-up a hundred objects, and each is explained on its own', async () => {
  const causeway = await started('{maxEvents: 500, maxWaitSeconds: 3600}');
  const deals = Array.from({ length: 250 }, () => String(newId()));
  for (const deal of deals) await causeway.sandbox.put('deals', deal, calmDeal());
  const events = views(500, (index) => ({ deal: deals[index % 250] }));
  const ids: string[] = [];
  for (let index = 0; index < 500; index += 100) ids.push(...(await post(causeway, events.slice(index, index + 100))));
  const finished = await finishedAll(causeway, ids);

  expect(new Set(finished.map(({ outcome }) => outcome))).toEqual(new Set(['undecided']));
  const workflows = new Set(finished.map(({ workflow }) => workflow.id));
  expect(workflows.size).toBe(1);
  expect([...workflows][0]).toMatch(/^batch:[0-9a-f-]{36}$/);
  for (const { decision } of finished) {
    expect(decision).toMatchObject({ decidedBy: 'none', mode: 'rules', facts: { gaps: [], provider: 'hubspot' } });
    expect(decision?.trace.map(({ ruleId }) => ruleId)).toEqual(['stalled-deal-reactivation', 'competitive-threat']);
  }
  const calls = ['deals.read', 'deals.batchRead', 'deals.batchReadAssociations'];
  expect(await Promise.all(calls.map((operation) => causeway.sandbox.calls('hubspot', operation)))).toEqual([0, 3, 9]);
  const { events: history } = await causeway.client.workflow.getHandle([...workflows][0] ?? '').fetchHistory();
  expect(history?.length).toBeLessThan(25);
});

test('an event of a batch that has something to do does it once, in a workflow of its own', async () => {
  const causeway = await started('{maxEvents: 20, maxWaitSeconds: 3600}');
  const [calm, contested, stalled] = [newId(), newId(), newId()].map(String);
  await causeway.sandbox.put('deals', String(calm), calmDeal());
  await causeway.sandbox.put('deals', String(contested), contestedDeal());
  await causeway.sandbox.put('deals', String(stalled), stalledDeal());
  const ids = await post(
    causeway,
    views(20, (index) => ({ deal: index === 7 ? contested : index === 13 ? stalled : calm })),
    'msg_once',
  );
  const finished = await finishedAll(causeway, ids);

  expect(finished.flatMap(({ outcome }, index) => (outcome === 'acted' ? [index] : []))).toEqual([7, 13]);
  expect(finished[7]?.actions).toMatchObject([{ type: 'notify_ae', effect: { state: 'confirmed', attempts: 1 } }]);
  expect(finished[13]?.actions).toMatchObject([
    { type: 'draft_followup', effect: { state: 'confirmed', attempts: 1 } },
  ]);
  expect(finished[7]?.workflow.id).toMatch(/^evt:/);
  const history = await causeway.client.workflow.getHandle(finished[7]?.workflow.id ?? '').fetchHistory();
  const scheduled = (history.events ?? []).flatMap(
    ({ activityTaskScheduledEventAttributes: attributes }) => attributes?.activityType?.name ?? [],
  );
  // It was looked up and decided in the batch.
  expect(scheduled).toEqual(['act']);

  const again = await postProduct(causeway, views(20), 'msg_once');
  expect(again.events.map(({ id }) => id)).toEqual(ids);
  expect(again.accepted).toBe(0);
  expect((await causeway.sandbox.effects()).map(({ connector }) => connector).toSorted()).toEqual(['gmail', 'slack']);
});

test('the same event is taken once, also when it comes again while it waits, runs, or has ended', async () => {
  const causeway = await started('{maxWaitSeconds: 3600, maxEvents: 3}', { worker: false });
  const events = views(2);
  const first = await postProduct(causeway, events, 'msg_1');
  expect(first.events).toEqual(first.events.map(({ id }) => ({ id, status: 'accepted' })));
  expect((await postProduct(causeway, events, 'msg_1')).duplicates).toBe(2);
  const last = await post(causeway, views(1));
  await causeway.startWorker();
  const ids = [...first.events.map(({ id }) => id), ...last];
  await finishedAll(causeway, ids);
  expect((await postProduct(causeway, events, 'msg_1')).duplicates).toBe(2);
  expect(new Set((await batchesOf(causeway, ids)).map(({ batchId }) => batchId)).size).toBe(1);
});

test('within a lane, events that run alone and events of batches follow each other in the order of their acceptance', async () => {
  const causeway = await started('{maxWaitSeconds: 0, maxEvents: 4}', { worker: false });
  const deal = String(newId());
  await causeway.sandbox.put('deals', deal, contestedDeal());
  const ids: string[] = [];
  const inLane = ['page.viewed', 'seat.added', 'page.viewed', 'page.left', 'seat.added', 'seat.removed', 'page.viewed'];
  for (const [turn, type] of inLane.entries()) {
    // Every second one has something to do.
    ids.push(...(await post(causeway, [productEvent(type, { account: '1', ...(turn % 2 === 0 && { deal }) })])));
  }
  const others = await post(
    causeway,
    views(9, (index) => ({ account: `other-${index % 3}` })),
  );
  await causeway.startWorker();
  const finished = await finishedAll(causeway, ids);
  await finishedAll(causeway, others);

  expect(finished.map(({ outcome }) => outcome)).toEqual(
    inLane.map((_type, turn) => (turn % 2 === 0 ? 'acted' : 'undecided')),
  );
  expect(await endedInOrder(causeway, [...ids, ...others])).toEqual([]);
  const posted = (await causeway.sandbox.effects()).map(({ key }) => key.split(':')[0]);
  expect(posted).toEqual(ids.filter((_id, turn) => turn % 2 === 0));
});

/** Pairs of a lane of which the later ended before the earlier; what one batch has ended was ended at once. */
async function endedInOrder({ queries }: Causeway, ids: readonly string[]): Promise<unknown[]> {
  const { rows } = await queries.execute(sql`
    select a.id, b.id from events a join events b on a.lane = b.lane and a.position < b.position
    where a.id = any(${sql.param([...ids])}::uuid[]) and b.id = any(${sql.param([...ids])}::uuid[])
      and b.finished_at < a.finished_at and not (a.batched and b.batched and a.batch_id = b.batch_id)`);
  return rows;
}

test('what follows an event that goes on alone is not decided without it when a step was cut off and comes again', async () => {
  const causeway = await started('{maxEvents: 102, maxWaitSeconds: 3600}', { worker: false });
  const deal = String(newId());
  await causeway.sandbox.put('deals', deal, contestedDeal());
  const [first = ''] = await post(
    causeway,
    views(1, () => ({ account: '1', deal })),
  );
  // So many that not all can be concluded in one transaction.
  const others = await post(causeway, views(100));
  const [second = ''] = await post(
    causeway,
    views(1, () => ({ account: '1' })),
  );
  // PostgreSQL is away, twice, when the second one is to leave the batch.
  await causeway.queries.execute(sql`create sequence refusals`);
  await causeway.queries.execute(sql`
    create function refuse() returns trigger language plpgsql as $$ begin
      if nextval('refusals') <= 2 then raise 'away' using errcode = '57P01'; end if; return new; end $$`);
  await causeway.queries.execute(
    sql.raw(`create trigger refuse before update on events for each row
      when (old.id = '${second}' and old.batched and not (new.batched and new.holds_lane)) execute function refuse()`),
  );
  await causeway.startWorker();
  await finishedAll(causeway, others);
  const finished = await finishedAll(causeway, [first, second]);
  expect(finished.map(({ outcome }) => outcome)).toEqual(['acted', 'undecided']);
  expect(finished.map(({ workflow }) => workflow.id.split(':')[0])).toEqual(['evt', 'evt']);
  const { rows } = await causeway.queries.execute(sql`select last_value::int as refused from refusals`);
  expect(rows).toEqual([{ refused: 3 }]);
});

test('an event whose mode was changed while it waited for a batch is decided by the mode that holds now', async () => {
  const causeway = await started('{maxWaitSeconds: 0}', { worker: false });
  const deal = String(newId());
  await causeway.sandbox.put('deals', deal, stalledDeal());
  const ids = await post(
    causeway,
    views(1, () => ({ deal })),
  );
  const file = causeway.configuration.CAUSEWAY_FILE ?? '';
  const changed = (await readFile(file, 'utf8')).replace('"mode":"rules","batch":true', '"mode":"compliance"');
  await writeFile(file, changed);
  await causeway.startWorker();
  expect(await finishedAll(causeway, ids)).toMatchObject([
    { outcome: 'no_action', decision: { mode: 'compliance', consent: { granted: false } } },
  ]);
  expect(await causeway.sandbox.effects()).toEqual([]);
});

test('a batch takes the front of a lane only, and never one of two that would run side by side', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false });
  const { queries } = causeway;
  const lane = (name: string, types: readonly string[]) =>
    post(
      causeway,
      types.map((type) => productEvent(type, { account: name })),
    );
  const [a1 = '', a2 = '', a3 = ''] = await lane('a', ['page.viewed', 'page.viewed', 'page.viewed']);
  const b = await lane('b', ['page.viewed', 'seat.added', 'page.viewed']);
  await lane('c', ['seat.added', 'page.viewed']);
  const limits = { maxEvents: 3, maxWaitMs: 0 };
  const claim = async () => {
    const id = crypto.randomUUID();
    return (await claimBatch(queries, id, limits)) ? (await readBatch(queries, id)).map((event) => event.id) : [];
  };
  const [first = [], second = []] = (await Promise.all([claim(), claim()])).toSorted((x, y) => y.length - x.length);
  expect(first).toEqual([a1, a2, a3]);
  // Either the other collector was at it, or it took what follows.
  const third = second.length === 0 ? await claim() : second;
  expect(third).toEqual([b[0]]);
  await lane('a', ['page.viewed']);
  expect(await claim()).toEqual([]);
});

test('while one process gathers a batch no other does: each would have a part of a lane', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false });
  await post(
    causeway,
    views(2, () => ({ account: '1' })),
  );
  const claim = () => claimBatch(causeway.queries, crypto.randomUUID(), { maxEvents: 2, maxWaitMs: 0 });
  const session = await openSession(causeway.configuration.DATABASE_URL);
  onTestFinished(() => session.close());
  await session.query(`select pg_advisory_lock(hashtextextended('causeway.batches', 0))`);
  expect(await claim()).toBeUndefined();
  await session.query('select pg_advisory_unlock_all()');
  expect(await claim()).toMatchObject({ events: 2 });
});

test('an event for a batch that waits behind one that runs alone is decided in a batch after it', async () => {
  const causeway = await started();
  const ids = await post(
    causeway,
    ['seat.added', 'page.viewed', 'page.left'].map((type) => productEvent(type, { account: '1' })),
  );
  const [alone, ...batched] = (await finishedAll(causeway, ids)).map(({ workflow }) => workflow.id);
  expect(alone).toMatch(/^evt:/);
  expect(batched).toEqual([expect.stringMatching(/^batch:/), batched[0]]);
});

test('an event waits for others no longer than it is said, and a full batch does not wait', async () => {
  const causeway = await started('{maxWaitSeconds: 3600, maxEvents: 2}', { worker: false });
  const claim = (maxWaitMs: number) => claimBatch(causeway.queries, crypto.randomUUID(), { maxEvents: 2, maxWaitMs });
  const [id = ''] = await post(causeway, views(1));
  expect(await claim(3_600_000)).toBeUndefined();
  await causeway.queries.execute(sql`update events set opened_at = opened_at - interval '1 hour' where id = ${id}`);
  expect(await claim(3_600_000)).toMatchObject({ events: 1, tenantId: 'default' });
  await post(causeway, views(3));
  expect(await claim(3_600_000)).toMatchObject({ events: 2 });
  expect(await claim(3_600_000)).toBeUndefined();
});

test('an event that cannot be carried out fails on its own, by its class, and is run again on its own', async () => {
  const causeway = await started('{maxEvents: 10, maxWaitSeconds: 3600}');
  const deal = String(newId());
  await causeway.sandbox.put('deals', deal, contestedDeal());
  await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
  const ids = await post(
    causeway,
    views(10, (index) => (index === 3 ? { deal } : {})),
  );
  const finished = await finishedAll(causeway, ids);
  expect(finished.map(({ state }) => state)).toEqual(ids.map((_id, index) => (index === 3 ? 'failed' : 'done')));
  const failed = finished[3];
  expect(failed?.failure?.class).toMatch(/^Slack/);
  expect(await statusOf(causeway, failed?.workflow.id)).toBe('FAILED');

  await redriven(causeway, ids[3]);
  const again = await eventually('it acts', async () => {
    const view = await causeway.read(ids[3] ?? '');
    return view.outcome === 'acted' ? view : undefined;
  });
  expect(again.workflow.id).toMatch(/^evt:.*:1$/);
  expect(await causeway.sandbox.effects()).toHaveLength(1);
});

test('what was erased, or cannot be opened, stops no other event of its batch', async () => {
  const causeway = await started('{maxWaitSeconds: 0}', { worker: false });
  const ids = await post(
    causeway,
    views(5, (index) => ({ contact: `contact-${index}` })),
  );
  await causeway.queries.execute(
    sql`delete from subject_keys where id = (select subject_key_id from events where id = ${ids[1]})`,
  );
  await causeway.queries.execute(sql`update events set sealed = '\\x0102' where id = ${ids[3]}`);
  await causeway.startWorker();
  const finished = await finishedAll(causeway, ids);
  expect(finished.map(({ outcome }) => outcome)).toEqual(['undecided', 'erased', 'undecided', 'failed', 'undecided']);
  expect(finished[3]?.failure?.class).toBe('Unexpected');
  const ofBatch = finished.map(({ workflow }) => workflow.id.startsWith('batch:'));
  expect(ofBatch).toEqual([true, true, true, false, true]);
});

test('events whose batch cannot be carried out go on alone, and the batch is a Failed execution with its class', async () => {
  const causeway = await started('{maxWaitSeconds: 0}', { worker: false });
  const deal = String(newId());
  await causeway.sandbox.put('deals', deal, contestedDeal());
  const ids = await post(
    causeway,
    views(3, (index) => (index === 0 ? { deal } : {})),
  );
  // Whatever a batch wants to keep of what it looked up is refused, as by a bug.
  await causeway.queries.execute(sql`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`);
  await causeway.queries.execute(sql`
    create trigger refuse before update of facts_sealed on events for each row when (new.batched) execute function refuse()`);
  await causeway.startWorker();
  const finished = await finishedAll(causeway, ids);
  expect(finished.map(({ outcome }) => outcome)).toEqual(['acted', 'undecided', 'undecided']);
  expect(new Set(finished.map(({ workflow }) => workflow.id.split(':')[0]))).toEqual(new Set(['evt']));
  const [{ batchId } = { batchId: '' }] = await batchesOf(causeway, ids);
  const batch = batchWorkflowId(batchId ?? '');
  expect(await statusOf(causeway, batch)).toBe('FAILED');
  const { typedSearchAttributes } = await causeway.client.workflow.getHandle(batch).describe();
  expect(typedSearchAttributes.get(failureClassKey)).toBe('Unexpected');
});

test.each(['cancel', 'terminate'] as const)(
  'a batch that an operator has to %s leaves its events failed and its lanes free',
  async (how) => {
    const causeway = await started('{maxWaitSeconds: 0}', { worker: false, sweep: { runningMs: 0, staleMs: 0 } });
    const [first = ''] = await post(
      causeway,
      views(1, () => ({ account: '1', deal: String(newId()) })),
    );
    const [next = ''] = await post(causeway, [productEvent('seat.added', { account: '1' })]);
    await causeway.sandbox.fault({ connector: 'hubspot', fault: 'slow', delayMs: 4_000 });
    await causeway.startWorker();
    const { workflow } = await eventually('the batch runs', async () => {
      const view = await causeway.read(first);
      return view.state === 'running' ? view : undefined;
    });
    await causeway.client.workflow.getHandle(workflow.id)[how]();
    const failed = await causeway.finished(first);
    expect(failed).toMatchObject({ state: 'failed', failure: { class: how === 'cancel' ? 'Canceled' : 'Terminated' } });
    expect((await causeway.finished(next)).state).toBe('done');

    await redriven(causeway, first);
    const again = await eventually('it is done', async () => {
      const view = await causeway.read(first);
      return view.state === 'done' ? view : undefined;
    });
    expect(again.workflow.id).toMatch(/^evt:.*:1$/);
  },
);

test('a batch of large events has fewer of them, so that a step can read it, and the others follow in the next', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false });
  const ids = await post(
    causeway,
    views(24, () => ({ account: '1' })),
  );
  await causeway.queries.execute(
    sql`update events set sealed = decode(repeat('ab', 1000000), 'hex') where id = any(${sql.param(ids)}::uuid[])`,
  );
  const claim = async () => {
    const id = crypto.randomUUID();
    await claimBatch(causeway.queries, id, { maxEvents: 24, maxWaitMs: 3_600_000 });
    const events = await readBatch(causeway.queries, id);
    await concludeEvents(
      causeway.queries,
      id,
      events.map((event) => ({ id: event.id, lane: event.lane, ending: { outcome: 'no_action' } })),
    );
    return events.map((event) => event.id);
  };
  expect(await claim()).toEqual(ids.slice(0, 17));
  await causeway.queries.execute(sql`update events set opened_at = opened_at - interval '1 hour'`);
  expect(await claim()).toEqual(ids.slice(17));
});

test('the interest in an account that many events of a batch are about is counted once', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false });
  await post(
    causeway,
    views(3, () => ({ account: '1' })),
  );
  const statements: unknown[][] = [];
  const queries = Object.assign(
    drizzle(causeway.queries.$client, {
      schema,
      logger: { logQuery: (_statement, parameters) => void statements.push(parameters) },
    }),
    { over: causeway.queries.over.bind(causeway.queries) },
  );
  const recentIntent = createRecentIntent({
    queries,
    hasher: createHasher(Buffer.from(causeway.configuration.HASH_KEY, 'base64')),
    provider: noIntentProvider,
    days: 30,
  });
  const now = new Date();
  const found = await Promise.all(
    Array.from({ length: 500 }, (_, index) =>
      recentIntent('default', { accountId: String(index % 2) }, now, () => ({ timeoutMs: 1_000 })),
    ),
  );
  expect(found.map(({ count }) => count)).toEqual(found.map((_found, index) => (index % 2 === 1 ? 3 : 0)));
  // One statement, with two accounts.
  expect(statements.map(([accounts]) => [accounts].flat().length)).toEqual([2]);
});

test('a batch that was claimed and never started is started by a sweep', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false, sweep: { staleMs: 0 } });
  const ids = await post(causeway, views(3));
  const claimed = await claimBatch(causeway.queries, crypto.randomUUID(), { maxEvents: 3, maxWaitMs: 0 });
  expect(claimed?.events).toBe(3);
  await causeway.startWorker();
  const finished = await finishedAll(causeway, ids);
  expect(new Set(finished.map(({ workflow }) => workflow.id))).toEqual(
    new Set([batchWorkflowId(claimed?.batchId ?? '')]),
  );
});

test('a step of a batch that comes late leaves alone what has left the batch', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false });
  const { queries } = causeway;
  const ids = await post(causeway, views(2));
  const batchId = crypto.randomUUID();
  await claimBatch(queries, batchId, { maxEvents: 2, maxWaitMs: 0 });
  const [first, second] = await readBatch(queries, batchId);
  const conclusion = (row = first, outcome?: string) => ({
    id: row?.id ?? '',
    lane: row?.lane ?? '',
    ...(outcome !== undefined && { ending: { outcome } }),
  });
  const { next } = await concludeEvents(queries, batchId, [conclusion(first), conclusion(second, 'no_action')]);
  expect(next.map(({ id }) => id)).toEqual([ids[0]]);
  const before = await Promise.all(ids.map((id) => wholeRow(queries, id)));

  expect(await beginBatch(queries, batchId, 'late')).toBe(0);
  await storeBatchFacts(
    queries,
    batchId,
    ids.map((id) => ({ id, sealed: Buffer.from('late'), people: [] })),
  );
  const late = await concludeEvents(queries, batchId, [conclusion(first, 'undecided'), conclusion(second)]);
  expect(late.closed).toEqual([]);
  const claimed = /"claimed_at": ?"[^"]*"/g;
  const now = await Promise.all(ids.map((id) => wholeRow(queries, id)));
  expect(now.map((row) => row.replace(claimed, ''))).toEqual(before.map((row) => row.replace(claimed, '')));
});

const decisionBy = (by: string) => ({
  id: crypto.randomUUID(),
  decidedBy: by,
  ruleId: null,
  ruleSetHash: '',
  confidence: 1,
  sealed: Buffer.from('sealed'),
});

test('what a batch decides is in the ledger as intended before anybody acts, together with its decision', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false });
  const { queries } = causeway;
  const [id = ''] = await post(causeway, views(1));
  const batchId = crypto.randomUUID();
  await claimBatch(queries, batchId, { maxEvents: 1, maxWaitMs: 0 });
  const lane = (await readBatch(queries, batchId))[0]?.lane ?? '';
  const effects = [{ key: `${id}:notify_ae`, action: 'notify_ae', targetId: 'default', priority: 'high' }];
  await concludeEvents(queries, batchId, [{ id, lane, decision: decisionBy('rules'), effects }]);
  await concludeEvents(queries, batchId, [{ id, lane, decision: decisionBy('late') }]);
  const { rows } = await queries.execute(sql`
    select d.decided_by as by, f.key, f.state, f.attempts, f.unsettled from decisions d join effects f using (event_id)`);
  expect(rows).toEqual([{ by: 'rules', key: `${id}:notify_ae`, state: 'intent', attempts: 0, unsettled: false }]);
});

test('while somebody else has a lane, no event of it is ended or let go', async () => {
  const causeway = await started('{maxWaitSeconds: 3600}', { worker: false });
  const { queries } = causeway;
  await post(causeway, views(1));
  const batchId = crypto.randomUUID();
  await claimBatch(queries, batchId, { maxEvents: 1, maxWaitMs: 0 });
  const [event] = await readBatch(queries, batchId);
  const { lane = '', id = '' } = event ?? {};
  const session = await openSession(causeway.configuration.DATABASE_URL);
  onTestFinished(() => session.close());
  await session.query('begin');
  await session.query(`select pg_advisory_xact_lock(('x' || left($1, 16))::bit(64)::bigint)`, [lane]);
  const concluding = concludeEvents(queries, batchId, [{ id, lane, ending: { outcome: 'no_action' } }]);
  await session.waiting(1);
  expect(await eventRow(queries, id)).toMatchObject({ state: 'accepted' });
  await session.query('commit');
  expect((await concluding).closed).toMatchObject([{ id, outcome: 'no_action' }]);
});
