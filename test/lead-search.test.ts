import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { ask, find, idsOf, lead, send } from './search/leads.ts';

/** Protects the search over leads where no engine is: PostgreSQL answers what it can, and what it cannot is said. */

vi.setConfig({ testTimeout: 60_000 });

let causeway: Causeway;
const ids: Record<string, string> = {};
const address = `ada-${randomUUID()}@example.com`;
beforeAll(async () => {
  causeway = await startCauseway();
  const people = {
    first: { source: 'webinar', utm_campaign: 'spring' },
    second: { email: address, submission_type: 'demo request' },
    third: { utm_campaign: 'spring' },
  };
  for (const [name, given] of Object.entries(people)) {
    const [id = ''] = await send(causeway, [lead(given)]);
    await causeway.finished(id);
    ids[name] = id;
  }
});
afterAll(() => causeway.close());

const named = (names: string[]) => names.map((name) => ids[name]);

describe.each(['GET', 'POST'] as const)('a search by %s', (method) => {
  const cases: [criteria: Record<string, unknown>, names: string[]][] = [
    [{}, ['third', 'second', 'first']],
    [{ email: address }, ['second']],
    [{ source: 'webinar' }, ['first']],
    [{ submission_type: 'demo request' }, ['second']],
    [{ utm_campaign: 'spring' }, ['third', 'first']],
    [{ utm_campaign: 'spring', source: 'website' }, ['third']],
    [{ geo_country: 'GB' }, []],
    [{ from: '2020-01-01T00:00:00+01:00' }, ['third', 'second', 'first']],
    [{ to: '2020-01-01' }, []],
  ];
  it.each(cases)('for %j finds %j, newest first', async (criteria, names) => {
    expect(idsOf(await find(causeway, criteria, method))).toEqual(named(names));
  });

  it('is answered page by page, each lead once', async () => {
    const first = await find(causeway, { limit: 2 }, method);
    expect(idsOf(first)).toEqual(named(['third', 'second']));
    const second = await find(causeway, { limit: 2, cursor: first.next }, method);
    expect([idsOf(second), second.next]).toEqual([named(['first']), null]);
  });

  it('for free text says what is missing', async () => {
    const response = await ask(causeway, { q: 'Ada' }, method);
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ reason: 'no_search_engine', detail: expect.stringContaining('SEARCH_URL') }),
    ]);
  });
});

it('a search is for operators', async () => {
  for (const [path, method] of [
    ['/api/v1/leads', 'GET'],
    ['/api/v1/leads/search', 'POST'],
  ] as const) {
    const response = await fetch(`${causeway.url}${path}`, { method, signal: AbortSignal.timeout(5_000) });
    expect(response.status).toBe(401);
  }
});
