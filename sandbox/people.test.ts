import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestSandbox } from './test-sandbox.ts';

/** The stand-ins for CoreSignal and Lusha: their shapes, what they cost, and what a test can put in. */

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

async function send(path: string, body?: unknown) {
  const response = await fetch(`${sandbox.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { apikey: 'k', api_key: 'k', 'content-type': 'application/json' },
    signal: AbortSignal.timeout(2_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answered: unknown = await response.json();
  return { status: response.status, headers: response.headers, body: answered };
}
const where = (name: string, value: string | number) => ({ query: { bool: { must: [{ term: { [name]: value } }] } } });
const employees = '/coresignal/cdapi/v2/employee_multi_source';
const companies = '/coresignal/cdapi/v2/company_multi_source';
const atNordlicht = where('active_experience_company_id', 7001);

async function paid() {
  const effects = await sandbox.effects();
  return effects.map(({ connector, operation, target, body }) => [
    connector,
    operation,
    target,
    z.object({ credits: z.number() }).parse(body).credits,
  ]);
}

describe('CoreSignal', () => {
  test('searches for nothing, a page at a time', async () => {
    const first = await send(`${employees}/search/es_dsl?items_per_page=20`, atNordlicht);
    expect(first.body).toHaveLength(20);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-total-results': '25',
      'x-total-pages': '2',
      'x-credits-remaining': '10000',
    });
    const after = first.headers.get('x-next-page-after');
    const second = await send(`${employees}/search/es_dsl?items_per_page=20&after=${after}`, atNordlicht);
    expect(second.body).toHaveLength(5);
    expect(second.headers.get('x-next-page-after')).toBeNull();
    expect(await paid()).toEqual([]);
  });

  test('a record costs 20 credits, one that is not there none, and without credits there is none', async () => {
    const { body, headers } = await send(`${employees}/collect/500004`);
    expect(body).toMatchObject({
      full_name: 'Dana Okafor',
      active_experience_title: 'Chief Revenue Officer',
      experience: [{ company_id: 7001, company_name: 'Nordlicht Software', active_experience: 1 }],
    });
    expect(headers.get('x-credits-remaining')).toBe('9980');
    expect(await send(`${employees}/collect/1`)).toMatchObject({ status: 404, body: { detail: 'Not found' } });
    expect(await paid()).toEqual([['coresignal', 'employees.collect', 'employees/500004', 20]]);
    await sandbox.ask('PUT', '/_sandbox/credits/coresignal', { remaining: 19 });
    expect(await send(`${companies}/collect/7001`)).toMatchObject({
      status: 402,
      body: { detail: 'Insufficient credits' },
    });
    expect(await paid()).toHaveLength(1);
  });

  test('a company is found by its website or its name', async () => {
    expect((await send(`${companies}/enrich?website=https://www.meridien.example/fr`)).body).toMatchObject({
      id: 7002,
    });
    expect((await send(`${companies}/search/es_dsl`, where('company_name', 'nordlicht software'))).body).toEqual([
      7001,
    ]);
  });

  test('a query in another language is refused', async () => {
    expect(await send(`${employees}/search/es_dsl`, { query: { match_all: {} } })).toMatchObject({ status: 422 });
  });
});

describe('Lusha', () => {
  test('finds a person by each of its combinations, for one credit', async () => {
    const combinations = [
      'personId=4000500004',
      'email=dana.okafor@nordlicht.example',
      'firstName=Dana&lastName=Okafor&companyDomain=nordlicht.example',
      'firstName=dana&lastName=okafor&companyName=Nordlicht%20Software',
    ];
    for (const query of combinations) {
      expect((await send(`/lusha/v2/person?${query}`)).body).toMatchObject({
        contact: { error: null, isCreditCharged: true, data: { personId: 4_000_500_004, fullName: 'Dana Okafor' } },
      });
    }
    expect(await paid()).toHaveLength(4);
    expect((await send('/lusha/v3/account/usage')).body).toEqual({
      credits: { total: 10_000, used: 4, remaining: 9_996 },
    });
  });

  test('says 200 and no credit of somebody it does not know, 400 of nobody, 451 of whom it may not tell, 402 without credits', async () => {
    const unknown = await send('/lusha/v2/person?email=nobody@nordlicht.example');
    expect(unknown).toMatchObject({
      status: 200,
      body: { contact: { isCreditCharged: false, error: { name: 'EMPTY_DATA' } } },
    });
    expect(await send('/lusha/v2/person?firstName=Dana')).toMatchObject({ status: 400, body: { statusCode: 400 } });
    const position = { companyId: '7001', title: 'CEO', from: '2026-01-01' };
    await sandbox.ask('PUT', '/_sandbox/people/9', {
      name: 'Ada Withheld',
      positions: [position],
      email: 'ada@nordlicht.example',
      isWithheld: true,
    });
    expect(await send('/lusha/v2/person?email=ada@nordlicht.example')).toMatchObject({
      status: 451,
      body: { statusCode: 451 },
    });
    await sandbox.ask('PUT', '/_sandbox/credits/lusha', { remaining: 0 });
    expect(await send('/lusha/v2/person?personId=4000500004')).toMatchObject({
      status: 402,
      body: { statusCode: 402 },
    });
    expect(await paid()).toEqual([]);
  });
});

test('what a test puts in counts, in place of what is there by itself', async () => {
  const people = async () =>
    z.array(z.object({ id: z.string() })).parse(await (await sandbox.ask('GET', '/_sandbox/people')).json());
  expect(await people()).toHaveLength(40);
  await sandbox.ask('PUT', '/_sandbox/companies/7009', { name: 'Neu', domain: 'neu.example' });
  await sandbox.ask('PUT', '/_sandbox/people/500004', {
    name: 'Dana Okafor',
    positions: [
      { companyId: '7009', title: 'CEO', from: '2026-02-01' },
      { companyId: '7001', title: 'Chief Revenue Officer', from: '2019-01-01', to: '2026-01-31' },
    ],
  });
  await sandbox.ask('DELETE', '/_sandbox/people/500001');
  expect(await people()).toHaveLength(39);
  expect((await send(`${employees}/search/es_dsl`, atNordlicht)).body).toHaveLength(23);
  expect((await send(`${employees}/search/es_dsl`, where('active_experience_company_id', 7009))).body).toEqual([
    500_004,
  ]);
  expect((await sandbox.ask('PUT', '/_sandbox/people/x', {})).status).toBe(400);
  expect((await sandbox.ask('PUT', '/_sandbox/credits/slack', { remaining: 1 })).status).toBe(400);
});
