import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
const protection: Readonly<Record<string, 'operator' | 'sender' | 'signature' | 'open'>> = {
  'POST /ingest': 'sender',
  'POST /webhooks/:source': 'signature',
  'GET /api/v1/events/:id': 'operator',
  'HEAD /api/v1/events/:id': 'operator',
  'GET /api/v1/leads': 'operator',
  'HEAD /api/v1/leads': 'operator',
  'POST /api/v1/leads/search': 'operator',
  'GET /metrics': 'operator',
  'HEAD /metrics': 'operator',
  'GET /ops/failures': 'operator',
  'HEAD /ops/failures': 'operator',
  'GET /ops/lanes': 'operator',
  'HEAD /ops/lanes': 'operator',
  'GET /ops/providers': 'operator',
  'HEAD /ops/providers': 'operator',
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

const routesBy = (kind: 'operator' | 'sender' | 'signature' | 'open') =>
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

  it.each([...routesBy('operator'), ...routesBy('signature')])(
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
    const answer = await ask('GET', `/api/v1/events/${randomUUID()}`);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(problemIn(answer)).toMatchObject({
      reason: 'not_an_operator',
      detail: expect.stringContaining('Authorization: Bearer'),
    });
  });
});
