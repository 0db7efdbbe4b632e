import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { VendorErrorKind } from '../../domain/failure.ts';
import { freePorts } from '../../main/world/ports.ts';
import { createSearch } from './index.ts';

/**
 * What becomes of every answer that an engine can give: each failure is known by its kind, asked once and in time, and its error
 * quotes nothing. What a real engine makes of our requests is in `test/search/`.
 */

const call = { timeoutMs: 5_000 };
const document = {
  tenant_id: 'default',
  id: '00000000-0000-4000-8000-000000000001',
  event_id: '00000000-0000-4000-8000-000000000001',
  received_at: new Date('2026-03-31T12:00:00Z'),
  source: 'website',
  first_name: 'PERSONAL',
  last_name: null,
  email: 'PERSONAL@example.com',
  phone: null,
  message: 'PERSONAL',
  submission_type: null,
  geo_country: null,
  geo_city: null,
  utm_campaign: null,
};
const lead = { document, updatedAt: document.received_at };

/** A server that answers every request as the test says, and counts them; the user and the password of its address are a canary. */
async function engineThat(answer: RequestListener) {
  let requests = 0;
  const authorizations = new Set<string | undefined>();
  const server = createServer((request, response) => {
    requests += 1;
    authorizations.add(request.headers.authorization);
    answer(request, response);
  });
  const [port = 0] = await freePorts(1);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    search: createSearch({ url: `http://PERSONAL:SECRET@127.0.0.1:${port}`, alias: 'leads' }),
    requests: () => requests,
    authorizations,
  };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const refusedAs = (status: number, type: string, headers?: Record<string, string>) =>
  json(
    status,
    { error: { type, reason: 'PERSONAL', root_cause: [{ type, reason: `PERSONAL of ${document.id}` }] }, status },
    headers,
  );

const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('an engine that answers', () => {
  it.each<[number, string, VendorErrorKind, boolean]>([
    [400, 'strict_dynamic_mapping_exception', 'Rejected', false],
    [400, 'mapper_parsing_exception', 'Rejected', false],
    [401, 'security_exception', 'Unauthorized', false],
    [403, 'security_exception', 'Unauthorized', false],
    [403, 'cluster_block_exception', 'Unavailable', true],
    [429, 'circuit_breaking_exception', 'RateLimited', true],
    [500, 'exception', 'Unavailable', true],
    [503, 'cluster_manager_not_discovered_exception', 'Unavailable', true],
  ])('%i %s is asked once; that is %s', async (status, type, kind, retryable) => {
    const engine = await engineThat(refusedAs(status, type));
    const error = await failureOf(engine.search.index(lead, call));
    expect(error).toMatchObject({ provider: 'Search', kind, retryable, message: `Search index: ${kind} (${type})` });
    expect(error).not.toHaveProperty('cause');
    expect(JSON.stringify(error) + String(error)).not.toMatch(/PERSONAL|SECRET/);
    expect(engine.requests()).toBe(1);
    expect([...engine.authorizations]).toEqual([`Basic ${Buffer.from('PERSONAL:SECRET').toString('base64')}`]);
  });

  it('a status without words of its own is known by that', async () => {
    const engine = await engineThat((_request, response) => response.writeHead(502).end('<html>PERSONAL</html>'));
    expect(await failureOf(engine.search.index(lead, call))).toMatchObject({
      kind: 'Unavailable',
      message: 'Search index: Unavailable (status 502)',
    });
  });

  it('when to come back is believed', async () => {
    const engine = await engineThat(refusedAs(429, 'too_many', { 'retry-after': '7' }));
    expect(await failureOf(engine.search.index(lead, call))).toMatchObject({
      kind: 'RateLimited',
      retryAfterMs: 7_000,
    });
  });

  it('that it has a newer version is content', async () => {
    const engine = await engineThat(refusedAs(409, 'version_conflict_engine_exception'));
    expect(await engine.search.index(lead, call)).toEqual({ document: document.id });
  });

  it.each<[string, RequestListener]>([
    [
      'half of JSON',
      (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a'),
    ],
    ['another form', json(200, { hits: 'PERSONAL' })],
    [
      'a page of a proxy',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('hello'),
    ],
  ])('in %s cannot be read', async (_name, answer) => {
    const engine = await engineThat(answer);
    const error = await failureOf(engine.search.search({ tenantId: 'default', criteria: {}, limit: 1, ...call }));
    expect(error).toMatchObject({ kind: 'Malformed', effect: 'unknown' });
  });

  it('one line of many with a refusal refuses the whole, by its name', async () => {
    const line = { _id: document.id, status: 400, error: { type: 'mapper_parsing_exception', reason: 'PERSONAL' } };
    const engine = await engineThat(json(200, { errors: true, items: [{ index: line }] }));
    const error = await failureOf(engine.search.fillIndex('leads-v2', [lead], call));
    expect(error).toMatchObject({ kind: 'Rejected', message: 'Search fillIndex: Rejected (mapper_parsing_exception)' });
  });
});

describe('an engine that does not', () => {
  it('ends the call in time, however slowly it goes on', async () => {
    const engine = await engineThat((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    });
    expect(await failureOf(engine.search.index(lead, { timeoutMs: 200 }))).toMatchObject({
      kind: 'Timeout',
      effect: 'unknown',
    });
  });

  it('is one call however many requests that takes, and ends in time all together', async () => {
    const engine = await engineThat((request, response) => {
      setTimeout(() => refusedAs(404, 'index_not_found_exception')(request, response), 150);
    });
    expect(await failureOf(engine.search.index(lead, { timeoutMs: 200 }))).toMatchObject({ kind: 'Timeout' });
  });

  it('but breaks the connection may have done it, and nothing is printed', async () => {
    const print = vi.spyOn(console, 'log');
    onTestFinished(() => print.mockRestore());
    for (const answer of [
      ((_request, response) => response.destroy()) satisfies RequestListener,
      ((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{', () => response.destroy());
      }) satisfies RequestListener,
    ]) {
      const engine = await engineThat(answer);
      const error = await failureOf(engine.search.index(lead, call));
      expect(error).toMatchObject({ kind: 'Unavailable', effect: 'unknown' });
    }
    expect(print).not.toHaveBeenCalled();
  });

  it.each(['127.0.0.1', 'localhost'])('listen at all on %s has done nothing', async (host) => {
    const [port = 0] = await freePorts(1);
    const search = createSearch({ url: `http://${host}:${port}`, alias: 'leads' });
    expect(await failureOf(search.index(lead, call))).toMatchObject({
      kind: 'NotReached',
      effect: 'none',
      message: 'Search index: NotReached (ECONNREFUSED)',
    });
  });
});
