import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { searchOf } from '../../src/main/search.ts';
import { type Causeway, startCauseway } from '../causeway.ts';
import { call, newAlias, versioned } from './documents.ts';
import { ask, find, idsOf, indexed, lead, send } from './leads.ts';

/** Protects the search over leads: what is found by what, page by page, and that the engine never shows what PostgreSQL has not. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let causeway: Causeway;
const lines: string[] = [];
/** By the names that the tests give them. */
const ids: Record<string, string> = {};
const address = `grace-${randomUUID()}@Example.com`;

const people = {
  ada: { first_name: 'Ada', last_name: 'Lovelace', message: 'Tell me about the Engine', utm_campaign: 'spring' },
  grace: { first_name: 'Grace', last_name: 'Hopper', email: address, phone: '+1 202 555 0143', utm_campaign: 'autumn' },
  other: { first_name: 'Ada', last_name: 'Yonath', message: 'ribosomes', source: 'webinar' },
  odd: { first_name: 'Zoë "x"', message: 'مرحبا 👩‍🚀 =1+1 AND NOT (', submission_type: 'demo request' },
};

beforeAll(async () => {
  causeway = await startCauseway({
    environment: { SEARCH_URL: inject('searchUrl'), SEARCH_INDEX: newAlias(), LOG_LEVEL: 'debug' },
    logTo: { write: (line) => void lines.push(line) },
  });
  for (const [name, given] of Object.entries(people)) {
    const [id = ''] = await send(causeway, [lead(given)]);
    ids[name] = id;
  }
  await indexed(causeway, Object.values(ids));
  await searchOf(causeway.configuration)?.status(call);
});
afterAll(() => causeway.close());

const named = (names: string[]) => names.map((name) => ids[name]);

describe.each(['GET', 'POST'] as const)('a search by %s', (method) => {
  const cases: [criteria: Record<string, unknown>, names: string[]][] = [
    [{}, ['odd', 'other', 'grace', 'ada']],
    [{ q: 'ada' }, ['other', 'ada']],
    [{ q: 'lovelace ADA engine' }, ['ada']],
    [{ q: 'ada hopper' }, []],
    [{ q: address }, ['grace']],
    [{ q: address.toLowerCase() }, ['grace']],
    [{ q: '+1 202 555 0143' }, ['grace']],
    [{ q: '555' }, []],
    [{ q: 'مرحبا' }, ['odd']],
    [{ q: 'AND NOT (' }, ['odd']],
    [{ q: '*' }, []],
    [{ email: address }, ['grace']],
    [{ email: address.toLowerCase() }, []],
    [{ source: 'webinar' }, ['other']],
    [{ source: 'web' }, []],
    [{ submission_type: 'demo request' }, ['odd']],
    [{ utm_campaign: 'spring', q: 'ada' }, ['ada']],
    [{ utm_campaign: 'autumn', q: 'ada' }, []],
    [{ geo_country: 'GB' }, []],
    [{ from: '2020-01-01' }, ['odd', 'other', 'grace', 'ada']],
    [{ to: '2020-01-01' }, []],
  ];
  it.each(cases)('for %j finds %j, newest first', async (criteria, names) => {
    expect(idsOf(await find(causeway, criteria, method))).toEqual(named(names));
  });

  it('is answered page by page, each lead once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof find>> = await find(
        causeway,
        { limit: 1, ...(cursor !== null && { cursor }) },
        method,
      );
      expect(page.leads).toHaveLength(1);
      seen.push(...idsOf(page));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(named(['odd', 'other', 'grace', 'ada']));
  });

  it('shows the row as it is, without where its sender was', async () => {
    const { leads } = await find(causeway, { q: address }, method);
    expect(leads).toMatchObject([{ id: ids['grace'], email: address, last_name: 'Hopper', consent: true }]);
    expect(leads[0]).not.toHaveProperty('ip_address');
  });

  it.each([
    { limit: 0 },
    { limit: 101 },
    { limit: 'x' },
    { from: 'yesterday' },
    { q: '' },
    { q: 'x'.repeat(201) },
    { email: 'a\u0000b' },
    { no_such: 'x' },
    { cursor: 'x' },
  ])('refuses %j', async (criteria) => {
    const response = await ask(causeway, criteria, method);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      expect.stringContaining('application/problem+json'),
    ]);
  });
});

it('a lead of another tenant, or one that PostgreSQL has not, is not shown though the index has it', async () => {
  const search = searchOf(causeway.configuration);
  const name = `only-in-the-index-${randomUUID()}`;
  const [erased = ''] = await send(causeway, [lead({ message: name })]);
  await indexed(causeway, [erased]);
  const others = versioned({ message: name });
  await search?.index(others, call);
  await causeway.queries.execute(sql`
    insert into leads (id, tenant_id, event_id, idempotency_key, source, received_at, email)
    values (${others.document.id}, 'somebody-else', ${others.document.id}, ${name}, 'website', now(), 'x@example.com')`);
  await search?.status(call);
  expect(idsOf(await find(causeway, { q: name }))).toEqual([erased]);
  await causeway.queries.execute(sql`delete from leads where id = ${erased}`);
  expect(await find(causeway, { q: name })).toEqual({ leads: [], next: null });
});

it('neither what was looked for nor where the engine is stands in a log line, nor the first in a metric, however the request ends', async () => {
  const canary = `canary-${randomUUID()}`;
  for (const criteria of [
    { q: canary },
    { email: canary },
    { q: canary, limit: 0 },
    { [canary]: 'x' },
    { q: canary, cursor: canary },
  ]) {
    for (const method of ['GET', 'POST'] as const) await ask(causeway, criteria, method);
  }
  await fetch(`${causeway.url}/api/v1/leads?q=${canary}`, { signal: AbortSignal.timeout(5_000) });
  await fetch(`${causeway.url}/api/v1/leads/none?q=${canary}`, { signal: AbortSignal.timeout(5_000) });
  expect(lines.filter((line) => line.includes('request refused')).length).toBeGreaterThan(5);
  expect(lines.filter((line) => line.includes(canary) || line.includes('127.0.0.1:'))).toEqual([]);
  expect(await causeway.metrics.registry.metrics()).not.toContain(canary);
});
