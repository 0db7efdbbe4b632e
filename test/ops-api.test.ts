import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { insertKey } from './event-rows.ts';
import { runGate, type Gate } from './gate.ts';
import { contestedDeal, dealChange, newId } from './hubspot-events.ts';
import { insertFailed, operatorOf } from './ops.ts';
import { ids } from './parsed-event.ts';

/** Protects what operators are told over HTTP: the form of each answer, and that a wrong question is explained. */

const canary = 'canary@example.com';

let gate: Gate;
let causeway: Causeway;
let operator: ReturnType<typeof operatorOf>;
beforeAll(async () => {
  gate = await runGate();
  causeway = await startCauseway({ environment: { SLACK_API_URL: gate.url } });
  gate.forwardTo(causeway.sandbox.slackUrl);
  operator = operatorOf(causeway);
  await insertKey(causeway.queries);
});
afterAll(async () => {
  await gate.close();
  await causeway.close();
});

const problem = (status: number, reason: string) => ({
  status,
  body: { status, reason, detail: expect.stringMatching(/.{10}/) },
});

describe('a question that cannot be answered', () => {
  it.each([
    ['/ops/failures?class=x&cursor=nonsense', 400, 'unreadable_cursor'],
    ['/ops/violations?cursor=nonsense', 400, 'unreadable_cursor'],
    ['/ops/failures?clas=x', 400, 'bad_request'],
    [`/ops/redrives/${randomUUID()}`, 404, 'unknown_redrive'],
    ['/ops/redrives/x', 404, 'unknown_redrive'],
    [`/ops/why/${randomUUID()}`, 404, 'unknown_event'],
    ['/ops/nothing', 404, 'unknown_route'],
  ])('GET %s is a %i: %s', async (path, status, reason) => {
    const answer = await operator.get(path);
    expect(answer).toMatchObject(problem(status, reason));
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['nothing', {}],
    ['two selections', { class: 'A', eventIds: [randomUUID()] }],
    ['no ids', { eventIds: [] }],
    ['more ids than one redrive takes', { eventIds: Array.from({ length: 1_001 }, () => randomUUID()) }],
    ['an id that is none', { eventIds: ['x'] }],
    ['an empty filter', { filter: {} }],
    ['a word that the filter does not know', { filter: { clas: 'A' } }],
    ['a time that is none', { filter: { failedAfter: 'yesterday' } }],
    ['a dry run that is neither yes nor no', { class: 'A', dryRun: 'yes' }],
    ['no object', []],
    ['no JSON', '{"class":'],
  ])('a redrive of %s is a 400 and runs nothing', async (_what, body) => {
    const [failed = ''] = await insertFailed(causeway.queries, 1, { failureClass: 'A' });
    expect(await operator.post('/ops/redrives', body)).toMatchObject(problem(400, 'bad_request'));
    expect(await causeway.read(failed).catch(() => ({ state: 'failed' }))).toMatchObject({ state: 'failed' });
  });

  it('a body in another form than JSON is a 415', async () => {
    const response = await fetch(`${causeway.url}/ops/redrives`, {
      method: 'POST',
      headers: { authorization: `Bearer ${causeway.configuration.OPERATOR_API_KEY}`, 'content-type': 'text/plain' },
      body: '{"class":"A"}',
      signal: AbortSignal.timeout(5_000),
    });
    expect(response.status).toBe(415);
  });

  it('whoever has no key is told so before the body is read', async () => {
    const response = await fetch(`${causeway.url}/ops/redrives`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"class":',
      signal: AbortSignal.timeout(5_000),
    });
    expect(response.status).toBe(401);
  });
});

describe('the lanes', () => {
  it('show the head that runs, since when it is open, and how many are behind it, until they are through', async () => {
    const dealId = newId();
    const name = `lane-${dealId}`;
    await causeway.sandbox.put('deals', String(dealId), { ...contestedDeal(), dealname: name });
    gate.hold(name);
    const [head = ''] = ids((await causeway.post([dealChange(dealId)])).body.events);
    await gate.arrived(name);
    const rest = ids((await causeway.post([dealChange(dealId), dealChange(dealId)])).body.events);
    expect((await operator.get('/ops/lanes')).body).toEqual({
      lanes: [
        {
          lane: expect.stringMatching(/^[0-9a-f]{32}$/),
          headId: head,
          state: 'running',
          headAgeMs: expect.any(Number),
          waiting: 2,
        },
      ],
    });
    expect(await metric('gtm_pipeline_lane_head_age_seconds')).toBeGreaterThan(0);
    gate.release(name);
    for (const id of [head, ...rest]) await causeway.finished(id);
    expect((await operator.get('/ops/lanes')).body).toEqual({ lanes: [] });
    expect(await metric('gtm_pipeline_lane_head_age_seconds')).toBe(0);
  });
});

describe('the violations', () => {
  it('say what did not fit and where, newest first, and nothing of what was sent', async () => {
    const bad = { ...dealChange(newId()), occurredAt: 'x', propertyValue: canary };
    const { body } = await causeway.post([bad, { ...bad, occurredAt: canary }]);
    const [one = '', other = ''] = ids(body.events);
    const answer = await operator.get('/ops/violations');
    const { violations } = z.object({ violations: z.array(z.looseObject({ id: z.string() })) }).parse(answer.body);
    expect(new Set(ids(violations))).toEqual(new Set([one, other]));
    expect(violations[0]).toEqual({
      id: expect.any(String),
      source: 'hubspot',
      path: expect.stringContaining('occurredAt'),
      message: expect.any(String),
      correlationId: expect.any(String),
      at: expect.any(String),
    });
    expect(JSON.stringify(answer.body)).not.toContain(canary);
  });
});

describe('an event', () => {
  it('is explained the same way to operators as to everybody who may ask', async () => {
    const [id = ''] = ids((await causeway.post([dealChange(newId())])).body.events);
    const event = await causeway.finished(id);
    expect(await operator.get(`/ops/why/${id}`)).toMatchObject({ status: 200, body: event });
  });
});

describe('the providers', () => {
  it('are all listed, closed while nothing is wrong', async () => {
    expect((await operator.get('/ops/providers')).body).toMatchObject({
      providers: expect.arrayContaining([{ provider: 'Slack', state: 'closed', processes: [] }]),
    });
  });
});

/** The value of one line of `/metrics`. */
async function metric(line: string): Promise<number | undefined> {
  const { body } = await operator.get('/metrics');
  const found = String(body)
    .split('\n')
    .find((each) => each.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

/** How much a line has risen by, once it has risen; an answer is sent before it is counted. */
const rises = (line: string, before: number | undefined) =>
  eventually(`${line} rises`, async () => {
    const by = ((await metric(line)) ?? 0) - (before ?? 0);
    return by > 0 ? by : undefined;
  });

describe('the metrics', () => {
  it('count each event that is received, finished, failed and refused, and each effect', async () => {
    const { sandbox } = causeway;
    const lines = [
      'gtm_pipeline_events_received_total{source="hubspot",status="accepted"}',
      'gtm_pipeline_events_received_total{source="hubspot",status="violation"}',
      'gtm_pipeline_schema_violations_total{source="hubspot"}',
      'gtm_pipeline_unknown_types_total{source="hubspot"}',
      'gtm_pipeline_events_finished_total{outcome="acted",decided_by="rules"}',
      'gtm_pipeline_events_finished_total{outcome="failed",decided_by="rules"}',
      'dlq_events_total{class="SlackRejected"}',
      'gtm_pipeline_effects_total{action="notify_ae",state="confirmed"}',
      'gtm_pipeline_effects_total{action="notify_ae",state="refused"}',
      'webhook_received_total{source="hubspot",status="202"}',
      'ingest_api_latency_seconds_count{route="/webhooks/:source",status="202"}',
      'gtm_pipeline_failed_events',
    ];
    const [good, bad] = [newId(), newId()];
    for (const id of [good, bad]) await sandbox.put('deals', String(id), contestedDeal());
    const before = await Promise.all(lines.map(metric));

    const unlisted = { ...dealChange(newId()), subscriptionType: 'deal.somethingNew' };
    const violation = { ...dealChange(newId()), occurredAt: 'x' };
    const [acted = '', unknown = ''] = ids((await causeway.post([dealChange(good), unlisted, violation])).body.events);
    await causeway.finished(acted);
    await causeway.finished(unknown);
    await sandbox.fault({ connector: 'slack', operation: 'chat.postMessage', fault: 'status', status: 400 });
    await causeway.finished(ids((await causeway.post([dealChange(bad)])).body.events)[0] ?? '');

    const risen = await Promise.all(lines.map((line, index) => rises(line, before[index])));
    expect(Object.fromEntries(lines.map((line, index) => [line, risen[index]]))).toEqual({
      ...Object.fromEntries(lines.map((line) => [line, 1])),
      'gtm_pipeline_events_received_total{source="hubspot",status="accepted"}': 3,
      'webhook_received_total{source="hubspot",status="202"}': 2,
      'ingest_api_latency_seconds_count{route="/webhooks/:source",status="202"}': 2,
    });
    expect(await metric('gtm_pipeline_accept_to_done_seconds_count')).toBeGreaterThanOrEqual(3);
  });

  it('count requests that are not signed, by source and reason, and no name that somebody made up', async () => {
    const before = await metric('webhook_signature_invalid_total{source="hubspot",reason="missing_signature"}');
    for (const source of ['hubspot', 'made-up-by-somebody']) {
      await fetch(`${causeway.url}/webhooks/${source}`, {
        method: 'POST',
        body: '[]',
        signal: AbortSignal.timeout(5_000),
      });
    }
    const { body } = await operator.get('/metrics');
    expect(String(body)).toMatch(/webhook_signature_invalid_total\{source="hubspot",reason="\w+"\} \d/);
    expect(String(body)).not.toContain('made-up-by-somebody');
    expect(before).toBeUndefined();
  });
});
