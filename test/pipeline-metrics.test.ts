import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { beginEvent } from '../src/db/event-steps.ts';
import { closeEvent } from '../src/db/lane-heads.ts';
import { eventWorkflowId } from '../src/domain/ids.ts';
import { createFinish } from '../src/intake/finish.ts';
import { createStarter } from '../src/intake/starter.ts';
import type { Causeway } from './causeway.ts';
import { eventRow } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { operatorOf } from './ops.ts';
import { ids } from './parsed-event.ts';
import { postProduct, productEvent, startWithProduct } from './product-events.ts';

/** Protects the numbers of all pipelines: a run begins once and ends once, whatever crashes in between. */

vi.setConfig({ testTimeout: 60_000 });

const never = 3_600_000;

let causeway: Causeway;
beforeAll(async () => {
  const sweep = { staleMs: never, runningMs: never };
  causeway = await startWithProduct('{maxEvents: 3, maxWaitSeconds: 3600}', { sweep });
});
afterAll(() => causeway.close());

async function page(): Promise<Map<string, number>> {
  const lines = (await causeway.metrics.registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

type Counted = Record<string, number>;

/** What `work` adds to the lines that fit, once those that `until` names have risen by so much. */
async function risen(lines: RegExp, until: Counted, work: () => Promise<unknown>): Promise<Counted> {
  const before = await page();
  await work();
  return eventually(`${Object.keys(until).join(', ')} rises`, async () => {
    const rises = new Map([...(await page())].map(([line, value]) => [line, value - (before.get(line) ?? 0)]));
    if (Object.entries(until).some(([line, by]) => (rises.get(line) ?? 0) < by)) return undefined;
    return Object.fromEntries([...rises].filter(([line, by]) => lines.test(line) && by !== 0));
  });
}

const timed = (workflow: string) => `pipeline_duration_seconds_count{workflow="${workflow}"}`;
const started = (workflow: string) => `pipeline_started_total{workflow="${workflow}"}`;
const completed = (workflow: string, outcome: string) =>
  `pipeline_completed_total{workflow="${workflow}",outcome="${outcome}"}`;
const failed = (workflow: string, failureClass: string) =>
  `pipeline_failed_total{workflow="${workflow}",class="${failureClass}"}`;
const step = (name: string, result: string) =>
  `pipeline_step_duration_seconds_count{step="${name}",result="${result}"}`;

const runs = '^pipeline_(started|completed|failed)_total|^pipeline_duration_seconds_count';
const ofRuns = new RegExp(runs);
const ofRunsAnd = (name: string) => new RegExp(`${runs}|^pipeline_step_duration_seconds_count\\{step="${name}"`);

async function posted(dealId = newId()): Promise<string> {
  const [id = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
  return id;
}

/** A deal that somebody is told of. */
async function contested(): Promise<number> {
  const dealId = newId();
  await causeway.sandbox.put('deals', String(dealId), contestedDeal());
  return dealId;
}

const askOperator = async (path: string, body: unknown) =>
  expect(await operatorOf(causeway).post(path, body)).toMatchObject({ status: 202 });

it('a run that acts, one that fails and one that is redriven are each begun, ended and timed once', async () => {
  const once = { [timed('gtmEvent')]: 1 };
  const began = { [started('gtmEvent')]: 1, ...once };
  const acts = await risen(ofRunsAnd('act'), once, async () => posted(await contested()));
  expect(acts).toEqual({ ...began, [completed('gtmEvent', 'acted')]: 1, [step('act', 'ok')]: 1 });

  let id = '';
  const fails = await risen(ofRunsAnd('act'), once, async () => {
    await causeway.sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
    id = await posted(await contested());
  });
  expect(fails).toEqual({ ...began, [failed('gtmEvent', 'SlackRejected')]: 1, [step('act', 'failed')]: 1 });

  const again = await risen(ofRunsAnd('act'), once, () => askOperator('/ops/redrives', { eventIds: [id] }));
  expect(again).toEqual({ ...began, [completed('gtmEvent', 'acted')]: 1, [step('act', 'ok')]: 1 });
});

it('leads and erasures are runs as well, under the names of their workflows', async () => {
  const email = `ada-${newId()}@example.com`;
  const lead = await risen(ofRuns, { [timed('leadIntake')]: 1 }, () =>
    fetch(`${causeway.url}/ingest`, {
      method: 'POST',
      headers: { 'x-api-key': 'dev-ingest-key', 'content-type': 'application/json' },
      body: JSON.stringify({ idempotency_key: email, source: 'website', email, consent: true }),
      signal: AbortSignal.timeout(20_000),
    }),
  );
  expect(lead).toEqual({
    [started('leadIntake')]: 1,
    [completed('leadIntake', 'captured')]: 1,
    [timed('leadIntake')]: 1,
  });
  const erasure = await risen(ofRuns, { [timed('eraseSubject')]: 1 }, () => askOperator('/ops/erasures', { email }));
  expect(erasure).toEqual({
    [started('eraseSubject')]: 1,
    [completed('eraseSubject', 'acted')]: 1,
    [timed('eraseSubject')]: 1,
  });
});

it('events of a batch are begun and ended once each, also the one that goes on alone', async () => {
  const deal = String(await contested());
  const counted = await risen(ofRuns, { [timed('gtmEvent')]: 3 }, () =>
    postProduct(causeway, [
      productEvent('page.viewed'),
      productEvent('page.viewed', { deal }),
      productEvent('page.viewed'),
    ]),
  );
  expect(counted).toEqual({
    [started('gtmEvent')]: 3,
    [completed('gtmEvent', 'acted')]: 1,
    [completed('gtmEvent', 'undecided')]: 2,
    [timed('gtmEvent')]: 3,
  });
});

it('a first step that is repeated after a crash begins no second run', async () => {
  await causeway.stopWorker();
  const id = await posted();
  const counted = await risen(ofRuns, { [timed('gtmEvent')]: 1 }, async () => {
    // The worker died after the commit. What it had counted died with it, or was scraped before.
    await beginEvent(causeway.queries, { eventId: id, generation: 0 }, 'the worker that died');
    await causeway.startWorker();
  });
  expect(counted).toEqual({ [completed('gtmEvent', 'undecided')]: 1, [timed('gtmEvent')]: 1 });
});

it('who comes too late begins no run, and has not failed', async () => {
  let id = '';
  await risen(ofRuns, { [timed('gtmEvent')]: 1 }, async () => {
    id = await posted();
  });
  const { keyHash, lane } = await eventRow(causeway.queries, id);
  const labels = { tenantId: 'default', source: 'hubspot', type: 'deal.propertyChange', correlationId: 'test' };
  const late = {
    ...labels,
    id,
    workflow: 'gtmEvent',
    keyHash,
    lane,
    generation: 1,
    traceParent: null,
    priority: null,
  } as const;
  const counted = await risen(ofRunsAnd('begin'), { [step('begin', 'ok')]: 1 }, () =>
    createStarter(causeway).start([late], 'sweep'),
  );
  expect(counted).toEqual({ [step('begin', 'ok')]: 1 });
});

it('an end that is repeated after a crash is counted no second time', async () => {
  await causeway.stopWorker();
  const event = await eventRow(causeway.queries, await posted());
  const counted = await risen(ofRuns, {}, async () => {
    await closeEvent(causeway.queries, event, { outcome: 'no_action', settle: false });
    const finish = createFinish({ ...causeway, starter: createStarter(causeway) });
    expect(await finish({ ...event, outcome: 'no_action', settle: false })).toMatchObject({ again: true });
  });
  expect(counted).toEqual({});
});

it('a run that is ended from outside before its first step began and failed', async () => {
  await causeway.stopWorker();
  const { keyHash } = await eventRow(causeway.queries, await posted());
  const counted = await risen(ofRuns, { [timed('gtmEvent')]: 1 }, async () => {
    await causeway.client.workflow.getHandle(eventWorkflowId(keyHash, 0)).terminate();
    await createStarter(causeway).sweep({ staleMs: 0, runningMs: never, count: 100 });
  });
  expect(counted).toEqual({
    [started('gtmEvent')]: 1,
    [failed('gtmEvent', 'Terminated')]: 1,
    [timed('gtmEvent')]: 1,
  });
});
