import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, runSandbox, type RunningSandbox, runServer } from '../../../test/running-sandbox.ts';
import { createCoreSignal } from './index.ts';

/** Protects what is read from CoreSignal: whole lists, each record paid once, and nothing of a form that is not known. */

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await runSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

const call = { timeoutMs: 10_000 };
const provider = () => createCoreSignal({ apiKey: 'k', baseUrl: sandbox.coreSignalUrl });
const paid = async () => (await sandbox.effects()).map(({ operation, target }) => `${operation} ${target}`);

test('a company is resolved by id, else by domain, else by a name that no other has', async () => {
  const nordlicht = {
    id: '7001',
    name: 'Nordlicht Software',
    domain: 'nordlicht.example',
    employees: 420,
    country: 'Germany',
  };
  for (const reference of [
    { id: '7001', domain: 'meridien.example' },
    { domain: 'nordlicht.example', name: 'x' },
    { name: 'Nordlicht Software' },
  ]) {
    expect(await provider().resolveCompany(reference, call)).toMatchObject({
      value: nordlicht,
      credits: { charged: 20 },
    });
  }
  expect(await paid()).toEqual([
    'companies.collect companies/7001',
    'companies.enrich companies/7001',
    'companies.collect companies/7001',
  ]);
});

test('a company that is not known, or whose name is that of several, is none, and costs nothing', async () => {
  await sandbox.arrange('companies/7003', { name: 'Nordlicht Software', domain: 'other.example' });
  const references = [
    { id: '1' },
    { id: '../7001' },
    { domain: 'nobody.example' },
    { name: 'Nordlicht Software' },
    { name: 'Nobody' },
    {},
  ];
  for (const reference of references) {
    expect(await provider().resolveCompany(reference, call)).toMatchObject({ value: null, credits: { charged: 0 } });
  }
  expect(await paid()).toEqual([]);
});

test('a page at a site of many is no website of a company, nor of a position', async () => {
  await sandbox.arrange('companies/7003', { name: 'Page Example', domain: 'linkedin.com' });
  await sandbox.arrange('people/9', {
    name: 'Mara Quist',
    positions: [{ companyId: '7003', title: 'CRO', from: '2026-02-01' }],
  });
  expect(await provider().resolveCompany({ id: '7003' }, call)).toMatchObject({
    value: { name: 'Page Example', domain: null },
  });
  expect(await provider().readMember('9', call)).toMatchObject({
    value: { positions: [{ companyName: 'Page Example', companyDomain: null }] },
  });
});

test('every member is listed once, page by page, and free of charge', async () => {
  const seen: string[] = [];
  let next: string | null = null;
  for (let pages = 0; pages < 3; pages += 1) {
    const page: Awaited<ReturnType<ReturnType<typeof provider>['listMembers']>> = await provider().listMembers(
      '7001',
      { next, limit: 10 },
      call,
    );
    expect(page).toMatchObject({ value: { total: 25 }, credits: { charged: 0, remaining: 10_000 } });
    seen.push(...page.value.ids);
    next = page.value.next;
  }
  expect(next).toBeNull();
  expect(seen).toHaveLength(25);
  expect(new Set(seen).size).toBe(25);
  expect(await paid()).toEqual([]);
});

test('a member is read with the positions, for 20 credits; one who is gone is null', async () => {
  await sandbox.arrange('people/9', {
    name: 'Mara Quist',
    email: 'mara@meridien.example',
    positions: [
      { companyId: '7002', title: 'CRO', from: '2026-02-01' },
      { companyId: '7001', title: 'VP Sales', from: '2020-01-01', to: '2026-01-31' },
    ],
  });
  expect(await provider().readMember('9', call)).toEqual({
    value: {
      id: '9',
      name: 'Mara Quist',
      title: 'CRO',
      email: 'mara@meridien.example',
      profileUrl: expect.stringContaining('/9'),
      updatedAt: '2026-01-15',
      positions: [
        {
          companyId: '7002',
          companyName: 'Atelier Meridien',
          companyDomain: 'meridien.example',
          title: 'CRO',
          isCurrent: true,
          from: '2026-02-01',
          to: null,
        },
        {
          companyId: '7001',
          companyName: 'Nordlicht Software',
          companyDomain: 'nordlicht.example',
          title: 'VP Sales',
          isCurrent: false,
          from: '2020-01-01',
          to: '2026-01-31',
        },
      ],
    },
    credits: { charged: 20, remaining: 9_980 },
  });
  for (const id of ['1', '1/../9', ''])
    expect(await provider().readMember(id, call)).toMatchObject({ value: null, credits: { charged: 0 } });
  expect(await paid()).toEqual(['employees.collect employees/9']);
});

test('credits that are used up are a failure of their own, which asking again does not mend', async () => {
  await sandbox.arrange('credits/coresignal', { remaining: 19 });
  await expect(provider().readMember('500004', call)).rejects.toMatchObject({
    failureClass: 'CoreSignalPaymentRequired',
    retryable: false,
    effect: 'none',
  });
  expect(await provider().health(call)).toEqual({ charged: 0, remaining: 19 });
});

test('a limit that was reached is told with the time to wait', async () => {
  await sandbox.fault({ connector: 'coresignal', fault: 'status', status: 429 });
  await expect(provider().health(call)).rejects.toMatchObject({ kind: 'RateLimited', retryAfterMs: 1_000 });
});

const json =
  (body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const ofLength =
  (length: number): Answer =>
  (_request, response) =>
    response.writeHead(200).end(JSON.stringify({ id: 1, full_name: 'Ada' }).padEnd(length));

describe('an answer', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  async function answering(answer: Answer) {
    const server = await runServer(answer);
    closing.push(() => server.close());
    return createCoreSignal({ apiKey: 'k', baseUrl: server.url });
  }

  test.each([[{}], [null], [{ id: 'x', full_name: 'A' }], [{ id: 1 }], [[]]])('%j is no person', async (body) => {
    const asked = await answering(json(body));
    await expect(asked.readMember('1', call)).rejects.toMatchObject({ kind: 'Malformed' });
  });

  test('is read for what it has, and a person who was deleted is nobody', async () => {
    const bare = { id: 1, full_name: 'Ada', experience: 'none', active_experience_title: 5 };
    expect(await (await answering(json(bare))).readMember('1', call)).toMatchObject({
      value: { name: 'Ada', title: null, email: null, positions: [] },
      credits: { remaining: null },
    });
    expect(await (await answering(json({ ...bare, is_deleted: 1 }))).readMember('1', call)).toMatchObject({
      value: null,
      credits: { charged: 20 },
    });
  });

  test('of a person is kept as far as it can be: no NUL, no text without end, no date that is none', async () => {
    const dates = ['2020-01-01', '20226-01-15', '1899-12-31', '2200', 'soon'];
    const experience = dates.map((date) => ({
      company_name: 'A\u0000B',
      position_title: '\u0000',
      date_from: date,
      date_to: date,
    }));
    const told = { id: 1, full_name: `A\u0000da ${'x'.repeat(600)}`, updated_at: '20226-01-15', experience };
    const none = { companyName: 'AB', title: null, isCurrent: false, from: null, to: null };
    expect(await (await answering(json(told))).readMember('1', call)).toMatchObject({
      value: {
        name: `Ada ${'x'.repeat(496)}`,
        updatedAt: null,
        positions: [{ ...none, from: '2020-01-01', to: '2020-01-01' }, none, none, none, none],
      },
    });
    await expect((await answering(json({ id: 1, full_name: '\u0000' }))).readMember('1', call)).rejects.toMatchObject({
      kind: 'Malformed',
    });
  });

  test.each([
    [2_147_483_647, 2_147_483_647],
    [3_000_000_000, null],
    [-1, null],
    [1.5, null],
  ])('of %j employees counts as %j', async (told, kept) => {
    const asked = await answering(json({ id: 7001, company_name: 'Nord\u0000licht', employees_count: told }));
    expect(await asked.resolveCompany({ id: '7001' }, call)).toMatchObject({
      value: { name: 'Nordlicht', employees: kept },
    });
  });

  test('about another person than was asked for is Malformed', async () => {
    const asked = await answering(json({ id: 2, full_name: 'Bela' }));
    await expect(asked.readMember('1', call)).rejects.toMatchObject({ kind: 'Malformed' });
  });

  test.each([
    ['NORDLICHT  software ', '7001'],
    ['Nordlicht', undefined],
    ['Nordlicht Software GmbH', undefined],
  ])('to the name %j counts only when it is of that name', async (name, id) => {
    const asked = await answering((request, response) =>
      json(request.method === 'POST' ? [7001] : { id: 7001, company_name: 'Nordlicht Software' })(request, response),
    );
    const { value, credits } = await asked.resolveCompany({ name }, call);
    expect({ id: value?.id, charged: credits.charged }).toEqual({ id, charged: 20 });
  });

  test('that never ends a listing is ended', async () => {
    const asked = await answering(json([], { 'x-next-page-after': '5' }));
    expect((await asked.listMembers('7001', { next: '5', limit: 10 }, call)).value).toMatchObject({
      ids: [],
      next: null,
    });
  });

  test('that is too long is not read to its end', async () => {
    expect(await (await answering(ofLength(4_000_000))).readMember('1', call)).toMatchObject({
      value: { name: 'Ada' },
    });
    await expect((await answering(ofLength(5_000_000))).readMember('1', call)).rejects.toMatchObject({
      kind: 'Malformed',
    });
  });

  test('that leads elsewhere is not followed', async () => {
    const asked = await answering((_request, response) =>
      response.writeHead(302, { location: sandbox.coreSignalUrl }).end(),
    );
    await expect(asked.readMember('500004', call)).rejects.toMatchObject({
      name: 'VendorError',
      provider: 'CoreSignal',
    });
    expect(await sandbox.calls('coresignal', 'employees.collect')).toBe(0);
  });
});
