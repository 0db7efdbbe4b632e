import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runSandbox, type RunningSandbox } from '../../test/running-sandbox.ts';
import { vendorPorts } from '../../test/vendor-ports.ts';
import type { Ports } from '../connectors/ports.ts';
import { createUpdateCrmField } from './update-crm-field.ts';

/** Protects the CRM of our users: only what they allow is written, only where it was decided, and read back as it stands. */

const action = createUpdateCrmField({ deals: ['hs_priority', 'amount'], contacts: ['lifecyclestage'] });
const call = { timeoutMs: 5_000 };
const key = 'event:update_crm_field';

let sandbox: RunningSandbox;
let ports: Ports;
beforeAll(async () => {
  sandbox = await runSandbox();
  ports = vendorPorts(sandbox);
});
beforeEach(async () => {
  await sandbox.forget();
  await sandbox.put('deals', '9001', { hs_priority: 'low' });
  await sandbox.put('contacts', '501', { lifecyclestage: 'lead' });
});
afterAll(() => sandbox.close());

function prepare(parameters: Readonly<Record<string, unknown>>) {
  const event = {
    version: 1 as const,
    source: 'hubspot',
    eventType: 'deal.propertyChange',
    objectType: 'deal',
    objectId: '9001',
    urgency: 'standard' as const,
    confidence: 1,
    firedAt: '2026-03-20T10:00:00.000Z',
    receivedAt: '2026-03-20T10:00:01.000Z',
    payload: {},
  };
  return action.prepare(
    {
      tenantId: 'default',
      eventId: '00000000-0000-4000-8000-000000000001',
      action: { type: 'update_crm_field', targetId: '9001', priority: 'standard', parameters },
      event,
      facts: { gaps: [], provider: 'none', fetchedAt: event.receivedAt },
      fallback: { channel: '#revenue', mailbox: 'revenue@example.com' },
    },
    ports,
    call,
  );
}

const high = { objectType: 'deals', property: 'hs_priority', value: 'high' };

test('the property of the object of the event is set, and nothing else', async () => {
  const effect = await prepare(high);
  expect(effect.write).toEqual({
    crm: 'hubspot',
    objectType: 'deal',
    objectId: '9001',
    property: 'hs_priority',
    value: 'high',
  });
  await expect(effect.perform({ ...call, key })).resolves.toEqual({
    objectType: 'deals',
    objectId: '9001',
    property: 'hs_priority',
  });
  expect(await sandbox.effects()).toMatchObject([
    {
      connector: 'hubspot',
      operation: 'deals.update',
      key,
      target: 'deals/9001',
      body: { properties: { hs_priority: 'high' } },
    },
  ]);
});

test('another object is written where the decision names it', async () => {
  const change = { objectType: 'contacts', objectId: '501', property: 'lifecyclestage', value: 'opportunity' };
  const effect = await prepare(change);
  await effect.perform({ ...call, key });
  expect(await sandbox.effects()).toMatchObject([{ target: 'contacts/501' }]);
});

test.each([
  ['high', 'high', true],
  ['high', 'low', false],
  ['high', null, false],
  ['', null, true],
  [12, '12', true],
  [true, 'true', true],
])('writing %j is found done where the property reads %j: %j', async (value, stands, done) => {
  await sandbox.put('deals', '9001', { hs_priority: stands });
  const effect = await prepare({ ...high, value });
  const found = await effect.find(key, 0, call);
  expect(found !== null).toBe(done);
});

describe('is refused before anybody is asked', () => {
  test.each([
    ['a property that nobody allowed', { ...high, property: 'dealstage' }, /actions\.crmFields\.deals/],
    [
      'a property that is allowed for another type',
      { ...high, property: 'lifecyclestage' },
      /actions\.crmFields\.deals/,
    ],
    ['a type of which nothing is allowed', { ...high, objectType: 'tickets' }, /actions\.crmFields\.tickets/],
    ['a name that every object has', { ...high, property: 'constructor' }, /actions\.crmFields\.deals/],
    ['a type that there is not', { ...high, objectType: 'owners' }, /parameters\.objectType/],
    ['an id that leads elsewhere', { ...high, objectId: '1/../../owners/1' }, /parameters\.objectId/],
    [
      'an object that the event is not about',
      { ...high, objectType: 'contacts', property: 'lifecyclestage' },
      /objectId/,
    ],
    ['no value', { objectType: 'deals', property: 'hs_priority' }, /parameters\.value/],
    ['a value that is no text', { ...high, value: ['high'] }, /parameters\.value/],
  ])('%s', async (_what, parameters, message) => {
    await expect(prepare(parameters)).rejects.toMatchObject({
      name: 'UnusableAction',
      message: expect.stringMatching(message),
    });
    expect(await sandbox.calls('hubspot', 'deals.update')).toBe(0);
    expect(await sandbox.calls('hubspot', 'deals.read')).toBe(0);
  });
});

test('an object that is gone is said to be, and its write is not tried as if it might have been done', async () => {
  const effect = await prepare({ ...high, objectId: '404' });
  await expect(effect.perform({ ...call, key })).rejects.toMatchObject({ kind: 'NotFound', effect: 'none' });
});
