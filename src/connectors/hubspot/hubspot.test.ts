import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runSandbox, runServer, type RunningSandbox } from '../../../test/running-sandbox.ts';
import { VendorError, type VendorErrorKind } from '../../domain/failure.ts';
import type { RequestLimit } from '../ports.ts';
import { createHubSpot } from './index.ts';

// Protects what the rules read about a deal, and that every failure of HubSpot is known by its kind, in time.

const call = { timeoutMs: 5_000 };
const secret = 'pat-secret-0815';
let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await runSandbox();
});
beforeEach(() => sandbox.forget());
afterAll(() => sandbox.close());

function hubspot(baseUrl = sandbox.hubspotUrl, limit?: RequestLimit) {
  return createHubSpot({ accessToken: secret, baseUrl, competitorsProperty: 'competitors', ...(limit && { limit }) });
}

test('a deal is read with its stage by label, its lists split, its moments in ISO and its people by id', async () => {
  await sandbox.put('contacts', '501', { email: 'ada@example.com' });
  await sandbox.put('companies', '601', { name: 'Acme' });
  const properties = {
    dealname: 'Acme renewal',
    dealstage: 'decisionmakerboughtin',
    pipeline: 'default',
    closedate: '1767225600000',
    hubspot_owner_id: '77',
    hs_v2_date_entered_current_stage: '2025-11-01T09:00:00Z',
    notes_last_updated: '2025-11-05T10:30:00.500Z',
    competitors: ' Globex ;;Initech; ',
  };
  await sandbox.put('tasks', '701', { hs_task_subject: 'Call Ada' });
  await sandbox.put('deals', '9001', properties, { contacts: ['501'], companies: ['601'], tasks: ['701'] });

  await expect(hubspot().readDeals(['9001'], call)).resolves.toEqual([
    {
      id: '9001',
      name: 'Acme renewal',
      stage: 'decision maker bought-in',
      stageId: 'decisionmakerboughtin',
      closeDate: '2026-01-01T00:00:00.000Z',
      enteredStageAt: '2025-11-01T09:00:00.000Z',
      lastActivityAt: '2025-11-05T10:30:00.500Z',
      competitors: ['Globex', 'Initech'],
      ownerId: '77',
      contactId: '501',
      accountId: '601',
      taskIds: ['701'],
    },
  ]);
  expect(await sandbox.calls('hubspot', 'deals.read')).toBe(1);
});

test('what a deal does not say, or says illegibly, is absent rather than empty', async () => {
  await sandbox.put('deals', '9002', { dealname: null, closedate: 'next spring', competitors: ' ; ' });
  await expect(hubspot().readDeals(['9002'], call)).resolves.toEqual([{ id: '9002' }]);
});

test('a stage that no pipeline knows stays its id', async () => {
  await sandbox.put('deals', '9003', { dealstage: '1f4f1ec1-8174' });
  const [deal] = await hubspot().readDeals(['9003'], call);
  expect(deal).toMatchObject({ stage: '1f4f1ec1-8174', stageId: '1f4f1ec1-8174' });
});

test('deals that are read at the same time share one look-up of the labels, and later ones reuse it', async () => {
  await sandbox.put('deals', '9004', { dealstage: 'negotiation' });
  const crm = hubspot();
  const deals = await Promise.all(Array.from({ length: 5 }, () => crm.readDeals(['9004'], call)));
  expect(deals.flat().map(({ stage }) => stage)).toEqual(Array.from({ length: 5 }, () => 'negotiation'));
  await crm.readDeals(['9004'], call);
  expect(await sandbox.calls('hubspot', 'pipelines.list')).toBe(1);
});

test('a look-up of the labels that failed is made again by the next read', async () => {
  await sandbox.put('deals', '9005', { dealstage: 'negotiation' });
  await sandbox.fault({ connector: 'hubspot', operation: 'pipelines.list', fault: 'status', status: 503 });
  const crm = hubspot();
  await expect(crm.readDeals(['9005'], call)).rejects.toMatchObject({ kind: 'Unavailable' });
  await expect(crm.readDeals(['9005'], call)).resolves.toMatchObject([{ stage: 'negotiation' }]);
});

test('contacts, companies and owners are read by id', async () => {
  await sandbox.put('contacts', '502', { email: 'ada@example.com', firstname: 'Ada', lastname: null });
  await sandbox.put('companies', '602', { name: 'Acme', numberofemployees: '1200', industry: 'BIOTECHNOLOGY' });
  await sandbox.put('companies', '603', { name: 'Globex', numberofemployees: 'many', industry: ' ' });
  await sandbox.put('owners', '78', { email: 'olga@example.com', firstName: 'Olga' });
  const crm = hubspot();
  await expect(crm.readContacts(['502'], call)).resolves.toEqual([
    { id: '502', email: 'ada@example.com', firstName: 'Ada' },
  ]);
  await expect(crm.readAccounts(['602', '603'], call)).resolves.toEqual([
    { id: '602', name: 'Acme', employeeCount: 1200, industry: 'BIOTECHNOLOGY' },
    { id: '603', name: 'Globex' },
  ]);
  await expect(crm.readOwner('78', call)).resolves.toEqual({
    id: '78',
    email: 'olga@example.com',
    firstName: 'Olga',
  });
});

test('a hundred tasks are read in one request, and those that are done are left out', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => String(800 + index));
  for (const [index, id] of ids.entries()) {
    await sandbox.put('tasks', id, {
      hs_task_subject: index === 1 ? null : `Task ${index}`,
      hs_task_status: index < 98 && index > 1 ? 'COMPLETED' : 'NOT_STARTED',
    });
  }
  const open = await hubspot().readOpenTasks([...ids, '404'].slice(-100), call);
  expect(open.map(({ subject }) => subject)).toEqual(['a task without a subject', 'Task 98', 'Task 99']);
  expect(await sandbox.calls('hubspot', 'tasks.batchRead')).toBe(1);
});

test('what is gone is left out, and an owner who is gone is NotFound', async () => {
  const gone = { kind: 'NotFound', failureClass: 'HubSpotNotFound' };
  await expect(hubspot().readDeals(['404'], call)).resolves.toEqual([]);
  await expect(hubspot().readContacts(['404'], call)).resolves.toEqual([]);
  await expect(hubspot().readOwner('not-a-number', call)).rejects.toMatchObject(gone);
});

test('an id that cannot be one of HubSpot is not asked for, so that it spoils no request of others', async () => {
  await sandbox.put('contacts', '504', { firstname: 'Ada' });
  const crm = hubspot();
  await expect(crm.readContacts(['user_1', '504', '1e3'], call)).resolves.toEqual([{ id: '504', firstName: 'Ada' }]);
  await expect(crm.readDeals(['deal-1'], call)).resolves.toEqual([]);
  await expect(crm.readAccounts(['../owners'], call)).resolves.toEqual([]);
  expect(await sandbox.calls('hubspot', 'contacts.batchRead')).toBe(1);
  expect(await sandbox.calls('hubspot', 'companies.batchRead')).toBe(0);
});

test('a hundred deals are read with all they are associated with in four requests, and a few one by one', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => String(10_000 + index));
  for (const [index, id] of ids.entries()) {
    const properties = {
      dealname: `Deal ${index}`,
      dealstage: 'negotiation',
      competitors: index === 0 ? 'Globex' : null,
    };
    const links = { contacts: [String(20_000 + index)], companies: ['601'], tasks: ['1', '2'] };
    if (index !== 50) await sandbox.put('deals', id, properties, index === 99 ? {} : links);
  }
  const crm = hubspot();
  const few = await crm.readDeals(ids.slice(0, 4), call);
  expect(await sandbox.calls('hubspot', 'deals.read')).toBe(4);
  const deals = await crm.readDeals(ids, call);
  expect(deals.slice(0, 4)).toEqual(few);
  expect(deals).toHaveLength(99);
  expect(deals[0]).toEqual({
    id: '10000',
    name: 'Deal 0',
    stage: 'negotiation',
    stageId: 'negotiation',
    competitors: ['Globex'],
    contactId: '20000',
    accountId: '601',
    taskIds: ['1', '2'],
  });
  expect(deals.at(-1)).toEqual({ id: '10099', name: 'Deal 99', stage: 'negotiation', stageId: 'negotiation' });
  const counts = ['deals.batchRead', 'deals.batchReadAssociations', 'deals.read'].map((operation) =>
    sandbox.calls('hubspot', operation),
  );
  expect(await Promise.all(counts)).toEqual([1, 3, 4]);
});

test.each<[number, VendorErrorKind]>([
  [400, 'Rejected'],
  [401, 'Unauthorized'],
  [403, 'Unauthorized'],
  [404, 'NotFound'],
  [409, 'Rejected'],
  [423, 'Unavailable'],
  [429, 'RateLimited'],
  [477, 'Unavailable'],
  [500, 'Unavailable'],
  [521, 'Unavailable'],
])('status %i is %s, is asked for once, and its message holds neither token nor body', async (status, kind) => {
  await sandbox.fault({ connector: 'hubspot', fault: 'status', status });
  const error = await hubspot()
    .readContacts(['1'], call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ provider: 'HubSpot', kind });
  expect(error).toHaveProperty('message', `HubSpot readContacts: ${kind} (status ${status})`);
  expect(error).toHaveProperty('retryAfterMs', status === 429 ? 10_000 : undefined);
  expect(error).not.toHaveProperty('cause');
  expect(await sandbox.calls('hubspot', 'contacts.batchRead')).toBe(1);
});

test('a call that times out cuts its connection instead of leaving it open', async () => {
  const requested = Promise.withResolvers<Socket>();
  const server = await runServer(({ socket }) => requested.resolve(socket));
  const attempt = hubspot(server.url).readContacts(['1'], { timeoutMs: 200 });
  const closed = requested.promise.then((socket) => once(socket, 'close'));
  await expect(attempt).rejects.toMatchObject({ kind: 'Timeout' });
  await closed;
  await server.close();
});

test('the time that HubSpot asks to wait is passed on', async () => {
  const server = await runServer((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end());
  await expect(hubspot(server.url).readContacts(['1'], call)).rejects.toMatchObject({
    kind: 'RateLimited',
    retryAfterMs: 7_000,
  });
  await server.close();
});

test.each([
  ['You have reached your ten_secondly_rolling limit.', 10_000],
  ['You have reached your secondly limit.', 1_000],
  ['You have reached your daily limit.', 900_000],
  ['Too much.', 10_000],
])('a 429 that says "%s" holds everybody back for %i ms', async (message, pauseMs) => {
  const server = await runServer((_request, response) =>
    response
      .writeHead(429, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: 'error', message, errorType: 'RATE_LIMIT', correlationId: 'c' })),
  );
  const limit = limitThat();
  await expect(hubspot(server.url, limit).readContacts(['1'], call)).rejects.toMatchObject({
    kind: 'RateLimited',
    retryAfterMs: pauseMs,
  });
  expect(limit.pauses).toEqual([pauseMs]);
  await server.close();
});

test('every request asks for its turn, and one that gets none is not sent', async () => {
  await sandbox.put('deals', '9006', { dealstage: 'negotiation' });
  const open = limitThat();
  await hubspot(sandbox.hubspotUrl, open).readDeals(['9006'], call);
  expect(open.admitted).toHaveLength(2);
  expect(open.admitted.every((timeoutMs) => timeoutMs <= call.timeoutMs / 2)).toBe(true);

  const full = limitThat(new VendorError('HubSpot', 'Throttled', 'full', { retryAfterMs: 4_000 }));
  await expect(hubspot(sandbox.hubspotUrl, full).readOwner('1', call)).rejects.toMatchObject({ kind: 'Throttled' });
  expect(await sandbox.calls('hubspot', 'owners.read')).toBe(0);
  expect(full.pauses).toEqual([]);
});

function limitThat(refusal?: VendorError) {
  const admitted: number[] = [];
  const pauses: number[] = [];
  return {
    admitted,
    pauses,
    admit: ({ timeoutMs }: { timeoutMs: number }): Promise<void> => {
      admitted.push(timeoutMs);
      return refusal ? Promise.reject(refusal) : Promise.resolve();
    },
    pause: (pauseMs: number): Promise<void> => Promise.resolve(void pauses.push(pauseMs)),
  };
}
