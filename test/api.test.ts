import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dealChange, newId, stalledDeal } from './hubspot-events.ts';
import { type RawAnswer, sendRaw } from './raw-request.ts';
import { problemIn, receiptIn, startWatchedCauseway, type WatchedCauseway } from './watched-causeway.ts';

/** Protects the HTTP surface that others rely on: the form of its answers, and the thread through the log. */

let watched: WatchedCauseway;
beforeAll(async () => {
  watched = await startWatchedCauseway({ worker: true });
});
afterAll(() => watched.causeway.close());
beforeEach(() => watched.forgetLines());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> =>
  sendRaw(watched.causeway.url, { method, path, headers });
const asOperator = () => ({ authorization: `Bearer ${watched.causeway.configuration.OPERATOR_API_KEY}` });
const post = (...events: unknown[]) => watched.sendSigned(JSON.stringify(events));

describe('a sender', () => {
  it('is told of each event in the order of what was sent, in exactly this form', async () => {
    const first = dealChange(newId());
    const known = receiptIn(await post(first)).events[0];
    const conflict = { ...first, changeFlag: 'NEW' };
    const answer = await post(conflict, { ...first, occurredAt: 5 }, dealChange(newId()), first);
    const started = { id: expect.any(String), workflowId: expect.stringMatching(/^evt:[0-9a-f]{32}:0$/) };
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(answer.text)).toStrictEqual({
      accepted: 1,
      duplicates: 1,
      rejected: 2,
      events: [
        { ...known, status: 'conflict' },
        {
          id: expect.any(String),
          status: 'violation',
          error: { path: '[1].occurredAt', message: expect.stringContaining('epoch milliseconds') },
        },
        { ...started, status: 'accepted' },
        { ...known, status: 'duplicate' },
      ],
    });
  });

  it.each(['a', 'A-b_c.9', 'x'.repeat(64)])('keeps its correlation id %s, down to the event', async (correlationId) => {
    const answer = await watched.sendSigned(JSON.stringify([dealChange(newId())]), {
      'x-correlation-id': correlationId,
    });
    expect(answer.headers['x-correlation-id']).toBe(correlationId);
    const event = await watched.causeway.read(receiptIn(answer).events[0]?.id ?? '');
    expect(event.correlationId).toBe(correlationId);
    const line = { event_id: event.id, tenant_id: 'default', correlation_id: correlationId };
    expect(watched.said()).toContain(JSON.stringify(line).slice(1, -1));
  });

  it.each(['', 'x'.repeat(65), 'two words', 'a"b', 'canary@example.com', 'ümlaut', '../..'])(
    'is given a correlation id in place of %j',
    async (given) => {
      const answer = await get('/nowhere', { 'x-correlation-id': Buffer.from(given).toString('latin1') });
      expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      watched.expectQuiet(answer.text);
    },
  );
});

/** The form that others rely on; more may stand in a decision. */
const listedEvent = z.strictObject({
  id: z.uuid(),
  tenantId: z.literal('default'),
  source: z.literal('hubspot'),
  type: z.literal('deal.propertyChange'),
  state: z.enum(['accepted', 'running', 'done', 'failed']),
  outcome: z.enum(['acted', 'failed']).nullable(),
  correlationId: z.string(),
  receivedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  jobId: z.null(),
  refreshes: z.array(z.never()),
  decision: z
    .object({
      decidedBy: z.enum(['rules', 'model', 'fallback', 'none']),
      ruleId: z.string().nullable(),
      confidence: z.number().nullable(),
      reasoning: z.string(),
      trace: z.array(z.object({ ruleId: z.string(), matched: z.boolean() })),
    })
    .nullable(),
  actions: z.array(
    z.strictObject({
      type: z.string(),
      target: z.string(),
      priority: z.string(),
      effect: z.strictObject({
        key: z.string(),
        state: z.enum(['intent', 'confirmed', 'refused', 'unknown', 'skipped']),
        attempts: z.number(),
        receipt: z.record(z.string(), z.string()).nullable(),
      }),
    }),
  ),
  failure: z.strictObject({ class: z.string(), message: z.string() }).nullable(),
  workflow: z.strictObject({ id: z.string(), runId: z.string().nullable(), url: z.url() }),
});
const read = async (id: string) =>
  listedEvent.parse(JSON.parse((await get(`/api/v1/events/${id}`, asOperator())).text));

describe('an event that is asked for', () => {
  it('has the same form before it runs, when it is done and when it has failed', async () => {
    const { sandbox, finished } = watched.causeway;
    await watched.causeway.stopWorker();
    const dealIds = [newId(), newId()];
    for (const id of dealIds) await sandbox.put('deals', String(id), stalledDeal());
    const [acted = '', failed = ''] = receiptIn(await post(...dealIds.map((id) => dealChange(id)))).events.map(
      ({ id }) => id,
    );
    expect(await read(acted)).toMatchObject({
      state: 'accepted',
      outcome: null,
      decision: null,
      actions: [],
      failure: null,
    });

    await watched.causeway.startWorker();
    await finished(acted);
    await finished(failed);
    expect(await read(acted)).toMatchObject({
      state: 'done',
      outcome: 'acted',
      decision: { decidedBy: 'rules', ruleId: 'stalled-deal-reactivation' },
      actions: [{ type: 'draft_followup', effect: { state: 'confirmed', attempts: 1 } }],
      failure: null,
    });
  });

  it('that failed says so with a class', async () => {
    const { sandbox, finished } = watched.causeway;
    const dealId = newId();
    await sandbox.put('deals', String(dealId), stalledDeal());
    await sandbox.fault({ connector: 'gmail', fault: 'status', status: 400, times: 1 });
    const id = receiptIn(await post(dealChange(dealId))).events[0]?.id ?? '';
    await finished(id);
    expect(await read(id)).toMatchObject({
      state: 'failed',
      outcome: 'failed',
      actions: [{ effect: { state: 'refused' } }],
      failure: { class: 'GmailRejected' },
    });
  });

  it.each([randomUUID(), 'x', '%00', "'; drop table events; --", '../../etc/passwd', '1e9', 'ü', 'x'.repeat(100)])(
    'by the id %j is not there: 404, and what an id is',
    async (id) => {
      const answer = await get(`/api/v1/events/${encodeURIComponent(id)}`, asOperator());
      expect(answer.status).toBe(404);
      expect(problemIn(answer)).toMatchObject({ reason: 'unknown_event', detail: expect.stringContaining('webhook') });
    },
  );
});

describe('what is not there', () => {
  it.each([
    '/',
    '/api',
    '/api/v1/events',
    '/webhooks',
    '/webhooks/hubspot/more/still',
    '/.env',
    '/docs/static/..%2f..%2fpackage.json',
  ])('%s is a 404', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
  });

  it.each([
    ['GET', '/webhooks/hubspot', 'POST'],
    ['GET', '/webhooks/hubspot/more', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', `/api/v1/events/${randomUUID()}`, 'GET, HEAD'],
  ])('%s %s is a 405 that names %s', async (method, path, allowed) => {
    const answer = await get(path, {}, method);
    expect([answer.status, answer.headers['allow']]).toEqual([405, allowed]);
    expect(problemIn(answer)).toMatchObject({ reason: 'method_not_allowed', detail: expect.stringContaining(allowed) });
  });
});

describe('what the service says of itself', () => {
  it('is ready while all it needs is up, and names each part', async () => {
    expect(JSON.parse((await get('/readyz')).text)).toEqual({
      status: 'ready',
      checks: { postgresql: 'up', temporal: 'up', worker: 'up', sandbox: 'up' },
    });
  });

  it('is described by OpenAPI, with the operator key where it is needed', async () => {
    expect(JSON.parse((await get('/docs/json')).text)).toMatchObject({
      openapi: expect.stringMatching(/^3\./),
      paths: {
        '/webhooks/{source}': { post: { summary: expect.any(String) } },
        '/api/v1/events/{id}': { get: { security: [{ operator: [] }, { sender: [] }] } },
        '/ops/lanes': { get: { security: [{ operator: [] }] } },
        '/readyz': { get: {} },
      },
    });
  });
});
