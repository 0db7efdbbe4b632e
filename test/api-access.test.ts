import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createReaders } from '../src/api/plugins/reader-auth.ts';
import { receipt } from '../src/domain/received.ts';
import { type ApiKeyRequest, createApiKeys } from '../src/operations/api-keys.ts';
import { createSenders } from '../src/operations/senders.ts';
import { sendRaw } from './raw-request.ts';
import { problemIn, startWatchedCauseway, type WatchedCauseway } from './watched-causeway.ts';

/** Protects what is not for everybody: a route that nobody thought about turns this red. */

let watched: WatchedCauseway;
beforeAll(async () => {
  watched = await startWatchedCauseway({ worker: true });
});
afterAll(() => watched.causeway.close());
beforeEach(() => watched.forgetLines());

/** Each route with what protects it. A new one belongs here, and `open` is only for what may be read by anybody. */
const protection: Readonly<Record<string, 'operator' | 'reader' | 'sender' | 'signature' | 'path' | 'open'>> = {
  'POST /ingest': 'sender',
  'POST /webhooks/:source': 'signature',
  'GET /api/v1/events/:id': 'reader',
  'HEAD /api/v1/events/:id': 'reader',
  'GET /api/v1/leads': 'reader',
  'HEAD /api/v1/leads': 'reader',
  'POST /api/v1/leads/search': 'reader',
  'GET /api/v1/jobs/:id': 'reader',
  'HEAD /api/v1/jobs/:id': 'reader',
  'GET /api/v1/intelligence/companies': 'reader',
  'HEAD /api/v1/intelligence/companies': 'reader',
  'POST /api/v1/intelligence/companies': 'reader',
  'GET /api/v1/intelligence/companies/:id/buyer-group': 'reader',
  'HEAD /api/v1/intelligence/companies/:id/buyer-group': 'reader',
  'POST /api/v1/intelligence/companies/:id/refresh': 'reader',
  'GET /metrics': 'operator',
  'HEAD /metrics': 'operator',
  'GET /ops/failures': 'operator',
  'HEAD /ops/failures': 'operator',
  'GET /ops/jobs': 'operator',
  'HEAD /ops/jobs': 'operator',
  'POST /ops/jobs/:id/cancel': 'operator',
  'GET /ops/health/providers': 'operator',
  'HEAD /ops/health/providers': 'operator',
  'GET /ops/lanes': 'operator',
  'HEAD /ops/lanes': 'operator',
  'GET /ops/providers': 'operator',
  'HEAD /ops/providers': 'operator',
  // The secret is in it: test/role-changes.test.ts asks with a wrong one.
  'POST /webhooks/:source/:key': 'path',
  'POST /api/webhooks/person-change': 'signature',
  'POST /ops/erasures': 'operator',
  'GET /ops/erasures/:id': 'operator',
  'HEAD /ops/erasures/:id': 'operator',
  'GET /ops/erasures/keys': 'operator',
  'HEAD /ops/erasures/keys': 'operator',
  'POST /ops/subjects': 'operator',
  'GET /ops/redrives/:id': 'operator',
  'HEAD /ops/redrives/:id': 'operator',
  'GET /ops/violations': 'operator',
  'HEAD /ops/violations': 'operator',
  'GET /ops/why/:id': 'operator',
  'HEAD /ops/why/:id': 'operator',
  'POST /ops/redrives': 'operator',
  'POST /ops/settlements': 'operator',
  'GET /healthz': 'open',
  'HEAD /healthz': 'open',
  'GET /readyz': 'open',
  'HEAD /readyz': 'open',
  'GET /schemas/lead-event.json': 'open',
  'HEAD /schemas/lead-event.json': 'open',
  'GET /docs': 'open',
  'HEAD /docs': 'open',
  'GET /docs/': 'open',
  'HEAD /docs/': 'open',
  'GET /docs/json': 'open',
  'HEAD /docs/json': 'open',
  'GET /docs/yaml': 'open',
  'HEAD /docs/yaml': 'open',
  'GET /docs/static/index.html': 'open',
  'HEAD /docs/static/index.html': 'open',
  'GET /docs/static/swagger-initializer.js': 'open',
  'HEAD /docs/static/swagger-initializer.js': 'open',
  'GET /docs/static/*': 'open',
  'HEAD /docs/static/*': 'open',
};

/** Fastify prints its routes as a tree of path prefixes, four columns a level. */
function listRoutes(tree: string): string[] {
  const prefixes: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S+)(?: \((.+)\))?$/.exec(line) ?? [];
    prefixes.length = indent.length / 4;
    prefixes.push(part);
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${prefixes.join('')}`);
  });
}

const routesBy = (kind: 'operator' | 'reader' | 'sender' | 'signature' | 'open') =>
  Object.entries(protection).flatMap(([route, protectedBy]) => {
    const [method = '', pattern = ''] = route.split(' ');
    const path = pattern.replace(':source', 'hubspot').replace(':id', randomUUID()).replace('*', 'swagger-ui.css');
    return protectedBy === kind ? [[method, path] as const] : [];
  });

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  sendRaw(watched.causeway.url, { method, path, headers });

describe('who may ask', () => {
  it('is settled for every route', () => {
    const routes = listRoutes(watched.causeway.app.printRoutes());
    expect(routes.toSorted()).toEqual(Object.keys(protection).toSorted());
  });

  const wrong: Record<string, string>[] = [
    {},
    { authorization: 'Bearer' },
    { authorization: 'Bearer another-key-of-an-operator' },
    { authorization: 'Bearer canary-of-the-operator-ke' },
    { authorization: 'Bearer canary-of-the-operator-keys' },
    { authorization: 'Basic canary-of-the-operator-key' },
    { authorization: 'canary-of-the-operator-key' },
    { 'x-api-key': 'canary-of-the-operator-key' },
  ];

  it.each(routesBy('open'))('%s %s may be read by anybody, and gives nothing away', async (method, path) => {
    const answer = await ask(method, path);
    expect([200, 302]).toContain(answer.status);
    watched.expectQuiet(answer.text);
  });

  it.each([...routesBy('operator'), ...routesBy('reader'), ...routesBy('signature')])(
    '%s %s is a 401 without its key',
    async (method, path) => {
      for (const headers of wrong) {
        const answer = await ask(method, path, headers);
        expect([headers, answer.status]).toEqual([headers, 401]);
        watched.expectQuiet(answer.text, Object.values(headers));
      }
      expect(watched.warnings()).toHaveLength(wrong.length);
    },
  );

  it('an operator is told what to send', async () => {
    const answer = await ask('GET', '/ops/lanes');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(problemIn(answer)).toMatchObject({
      reason: 'not_an_operator',
      detail: expect.stringContaining('Authorization: Bearer'),
    });
  });

  it('whoever sends another key than the operator has learns that it is another, and not that none came', async () => {
    const authorization = 'Bearer another-key-of-an-operator';
    for (const path of ['/ops/lanes', `/api/v1/events/${randomUUID()}`]) {
      const answer = await ask('GET', path, { authorization });
      expect(problemIn(answer).detail).toMatch(/^what came in Authorization is not the operator key; /);
    }
  });
});

const keysOf = (tenantId = 'default') => createApiKeys({ queries: watched.causeway.queries, tenantId });
const created = (request: Partial<ApiKeyRequest> = {}, tenantId?: string) =>
  keysOf(tenantId).create({ name: 'test', sources: null, perMinute: null, ...request }, 'test');
const reading = (id: string, key: string) => ask('GET', `/api/v1/events/${id}`, { 'x-api-key': key });

/** An event without consent ends at the door, so nothing has to be waited for. */
async function sentBy(key: string, source: string): Promise<string> {
  const response = await fetch(`${watched.causeway.url}/ingest`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify({ idempotency_key: randomUUID(), source, email: 'ada@example.com', consent: false }),
    signal: AbortSignal.timeout(5_000),
  });
  return receipt.parse(await response.json()).events[0]?.id ?? '';
}

describe('an API key', () => {
  it('reads what became of events: of any source, or only of those that it is bound to', async () => {
    const [{ key: any }, { key: shop }] = [await created(), await created({ sources: ['shop'] })];
    const [own, others] = [await sentBy(shop, 'shop'), await sentBy(any, 'website')];
    expect((await reading(own, shop)).status).toBe(200);
    expect((await reading(own, any)).status).toBe(200);
    expect((await reading(others, any)).status).toBe(200);
    const refused = await reading(others, shop);
    // Not even whether there is such an event.
    expect(problemIn(refused)).toEqual({
      ...problemIn(await reading(randomUUID(), shop)),
      correlationId: refused.headers['x-correlation-id'],
    });
    expect(refused.status).toBe(404);
  });

  it('of another tenant reads nothing of this one', async () => {
    const other = await created({}, 'other');
    const id = await sentBy((await created()).key, 'website');
    expect((await reading(id, other.key)).status).toBe(404);
  });

  it('that was revoked, or that is none, reads nothing, and learns what to do, and not which of both it is', async () => {
    const { id: keyId, key } = await created();
    const id = await sentBy(key, 'website');
    await keysOf().revoke(keyId, 'test');
    const sending = (wrong: string) => ask('POST', '/ingest', { 'x-api-key': wrong });
    const said = new Set<string>();
    for (const wrong of [key, `${key}x`, 'dev-ingest-ke', '']) {
      for (const answer of [await reading(id, wrong), await sending(wrong)]) {
        expect(answer.status).toBe(401);
        watched.expectQuiet(answer.text, [wrong]);
        said.add(problemIn(answer).detail);
      }
    }
    expect([...said]).toEqual([expect.stringMatching(/not known or was revoked.*keys create/)]);
    const unsaid = [await ask('GET', `/api/v1/events/${id}`), await ask('POST', '/ingest')].map(problemIn);
    for (const { detail } of unsaid) expect(detail).toMatch(/^send an API key in the header x-api-key/);
  });

  it('is counted when it reads, against the same limit as when it sends', async () => {
    const { key } = await created({ perMinute: 2 });
    const id = await sentBy(key, 'website');
    expect((await reading(id, key)).status).toBe(200);
    const answer = await reading(id, key);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is no operator', async () => {
    const { key } = await created({ readsLeads: true });
    for (const [method, path] of routesBy('operator')) {
      expect([path, (await ask(method, path, { 'x-api-key': key })).status]).toEqual([path, 401]);
      expect([path, (await ask(method, path, { authorization: `Bearer ${key}` })).status]).toEqual([path, 401]);
    }
  });
});

describe('a route that shows leads', () => {
  let url = '';
  const leads = fastify();
  beforeAll(async () => {
    const senders = createSenders({
      queries: watched.causeway.queries,
      tenantId: 'default',
      configuredKey: 'the-configured-key',
      tokens: undefined,
    });
    const readers = createReaders({ operatorKey: 'the-operator-key', senders });
    leads.get('/leads', { onRequest: readers.require('leads') }, (request, reply) => reply.send(readers.of(request)));
    url = await leads.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => leads.close());

  const asking = async (headers: Record<string, string>) => {
    const answer = await sendRaw(url, { method: 'GET', path: '/leads', headers });
    const body: unknown = JSON.parse(answer.text);
    return { status: answer.status, body };
  };

  it('is shut to a key that was not made for it, and says how one is made', async () => {
    const { key } = await created();
    expect(await asking({ 'x-api-key': key })).toMatchObject({
      status: 403,
      body: { reason: 'may_not_read', detail: expect.stringContaining('--reads-leads') },
    });
    expect(await asking({})).toMatchObject({ status: 401, body: { reason: 'unknown_reader' } });
  });

  it('is open to one that was, within its tenant and sources, to the configured key, and to operators', async () => {
    const { id, key } = await created({ sources: ['shop'], readsLeads: true });
    const within = { tenantId: 'default', sources: ['shop'], by: `key test (${id})` };
    expect(await asking({ 'x-api-key': key })).toEqual({ status: 200, body: within });
    const configured = { tenantId: 'default', sources: null, by: 'key of the configuration (configured)' };
    expect(await asking({ 'x-api-key': 'the-configured-key' })).toEqual({ status: 200, body: configured });
    const all = { tenantId: null, sources: null, by: 'operator (http)' };
    expect(await asking({ authorization: 'Bearer the-operator-key' })).toEqual({ status: 200, body: all });
  });
});
