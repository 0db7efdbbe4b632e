import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { actionSamples, crmFields, groupSample } from '../../test/action-samples.ts';
import { runSandbox, type RunningSandbox } from '../../test/running-sandbox.ts';
import { vendorPorts } from '../../test/vendor-ports.ts';
import type { Ports } from '../connectors/ports.ts';
import type { ActionType, GroupActionType } from '../domain/decision.ts';
import type { Facts } from '../domain/facts.ts';
import type { ActionInput } from './action.ts';
import { createActions, groupActions } from './index.ts';
import { whyUnusable } from './unusable-action.ts';

// The contract of every action in the registry, by real HTTP: an effect is done once, can be found again when its answer was
// lost, and goes to whom the facts name, whatever text they hold.

const actions = { ...createActions({ crmFields }), ...groupActions };
type Type = ActionType | GroupActionType;

const call = { timeoutMs: 5_000 };
const owner = { id: '77', email: 'olga@example.com', firstName: 'Olga' };
const fallback = { channel: '#revenue', mailbox: 'revenue@example.com' };

/** Found by the value that they leave, which is the same whoever left it; all others by their key. */
const marksByValue: ReadonlySet<Type> = new Set(['update_crm_field']);

let sandbox: RunningSandbox;
let ports: Ports;

beforeAll(async () => {
  sandbox = await runSandbox();
  ports = vendorPorts(sandbox);
});
beforeEach(async () => {
  await sandbox.forget();
  await sandbox.put('owners', owner.id, { email: owner.email });
  await sandbox.put('deals', '9001', { dealname: 'Acme renewal' });
});
afterAll(() => sandbox.close());

function input(
  type: Type,
  facts: Partial<Facts>,
  parameters = actionSamples[type].parameters,
  targetId = owner.id,
): ActionInput {
  return {
    tenantId: 'default',
    eventId: '00000000-0000-4000-8000-000000000001',
    action: { type, targetId, priority: 'high', parameters },
    event: {
      version: 1,
      source: 'hubspot',
      eventType: 'deal.propertyChange',
      objectType: 'deal',
      objectId: '9001',
      urgency: 'high',
      confidence: 1,
      firedAt: '2025-11-20T10:00:00.000Z',
      receivedAt: '2025-11-20T10:00:01.000Z',
      payload: {},
    },
    facts: {
      buyerGroup: groupSample('Acme', facts.owner?.email ? [{ reasonId: targetId, email: facts.owner.email }] : []),
      gaps: [],
      provider: 'hubspot',
      fetchedAt: '2025-11-20T10:00:02.000Z',
      ...facts,
    },
    fallback,
  };
}

function prepare(type: Type, facts: Partial<Facts>, parameters?: Readonly<Record<string, unknown>>) {
  return actions[type].prepare(input(type, facts, parameters), ports, call);
}

async function onlyEffect() {
  const effects = await sandbox.effects();
  expect(effects).toHaveLength(1);
  return effects[0];
}

describe.each(Object.values(actions))('$type', ({ type, settleMs }) => {
  const deal = { id: '9001', name: 'Acme renewal', stage: 'negotiation', closeDate: '2026-01-01T00:00:00.000Z' };
  const contact = { id: '501', email: 'ada@example.com', firstName: 'Ada' };
  const facts = { deal, contact, owner };

  test('preparing changes nothing at any provider', async () => {
    await prepare(type, facts);
    expect(await sandbox.effects()).toEqual([]);
  });

  test('a later attempt asks where the first one went, though the fallback and the facts have changed', async () => {
    const key = `${randomUUID()}:${type}`;
    const sinceMs = Date.now();
    const first = await prepare(type, { deal });
    const receipt = await first.perform({ ...call, key });
    const changed = { ...input(type, facts), fallback: { channel: '#elsewhere', mailbox: 'elsewhere@example.com' } };
    const later = await actions[type].prepare({ ...changed, address: first.address }, ports, call);
    expect(later.address).toBe(first.address);
    await expect(later.find(key, sinceMs, call)).resolves.toEqual(receipt);
  });

  test('what was done is found, and only then', async () => {
    const eventId = randomUUID();
    const key = `${eventId}:${type}`;
    const sinceMs = Date.now();
    const effect = await prepare(type, facts);
    await expect(effect.find(key, sinceMs, call)).resolves.toBeNull();
    const receipt = await effect.perform({ ...call, key });
    await expect(effect.find(key, sinceMs, call)).resolves.toEqual(receipt);
    const byAnotherKey = await effect.find(`${randomUUID()}:${type}`, sinceMs, call);
    expect(byAnotherKey !== null).toBe(marksByValue.has(type));
    expect(await onlyEffect()).toMatchObject({ key: expect.stringContaining(eventId) });
  });

  test.each([
    ['a person', facts],
    ['the default target', { deal }],
  ])('an effect on %s whose answer was lost is found within the time it may take to settle', async (_target, known) => {
    const key = `${randomUUID()}:${type}`;
    const sinceMs = Date.now();
    const effect = await prepare(type, known);
    await sandbox.fault({ connector: actionSamples[type].connector, fault: 'lost-answer' });
    await expect(effect.perform({ ...call, key })).rejects.toMatchObject({ effect: 'unknown' });
    const again = await prepare(type, known);
    await expect.poll(() => again.find(key, sinceMs, call), { timeout: settleMs }).not.toBeNull();
    await onlyEffect();
  });

  test('hostile text in the facts changes neither target nor structure', async () => {
    const evil = '<!channel> <http://evil.example|x>\r\nBcc: eve@example.com\r\n\r\n{{senderName}} & *bold*';
    const plain = await prepare(type, facts);
    await plain.perform({ ...call, key: 'plain' });
    const hostile = await prepare(type, {
      deal: { ...deal, name: evil, stage: evil, competitors: [evil] },
      contact: { ...contact, firstName: evil, lastName: evil },
      account: { id: '601', name: evil },
      owner: { ...owner, firstName: evil },
      buyerGroup: groupSample(evil, [{ reasonId: owner.id, email: owner.email }]),
    });
    await hostile.perform({ ...call, key: 'hostile' });

    const [first, second] = await sandbox.effects();
    expect(second?.target).toBe(first?.target);
    expect(shapeOf(second?.body)).toEqual(shapeOf(first?.body));
    expect(second?.key.split('@')[0]).toBe('hostile');
  });

  test('parameters that cannot be used are refused by name, before a provider is asked', async () => {
    const message = expect.stringMatching(new RegExp(`^${type}: parameters\\.`));
    await expect(prepare(type, facts, {})).rejects.toMatchObject({ name: 'UnusableAction', message });
    expect(whyUnusable(actions[type], {})).toEqual(message);
    expect(whyUnusable(actions[type], actionSamples[type].parameters)).toBeUndefined();
  });
});

describe('notify_ae goes to', () => {
  test('the direct channel of the owner', async () => {
    const effect = await prepare('notify_ae', { owner });
    await effect.perform({ ...call, key: 'key' });
    expect((await onlyEffect())?.target).toBe(await ports.chat.findPerson(owner.email, call));
  });

  test('the default channel when the plan names that, though the deal has an owner', async () => {
    const planned = input('notify_ae', { owner }, undefined, 'default');
    const effect = await actions.notify_ae.prepare(planned, ports, call);
    expect(effect.address).toBe('#revenue');
    expect(await sandbox.calls('slack', 'users.lookupByEmail')).toBe(0);
  });

  test.each([
    ['there is no owner', {}],
    ['the owner has no address', { owner: { id: '78' } }],
    ['Slack does not know the address', { owner: { id: '78', email: 'stranger@example.com' } }],
  ])('the default channel when %s', async (_why, facts) => {
    const effect = await prepare('notify_ae', facts);
    await effect.perform({ ...call, key: 'key' });
    expect((await onlyEffect())?.target).toBe('#revenue');
  });
});

test('notify_ae escapes all text of a vendor for Slack', async () => {
  const effect = await prepare('notify_ae', {
    owner,
    deal: { id: '9001', name: '<!channel> & <http://evil.example|x>' },
  });
  await effect.perform({ ...call, key: 'key' });
  const sent = JSON.stringify((await onlyEffect())?.body);
  expect(sent).not.toMatch(/[<>]/);
  expect(sent).toContain('&lt;!channel&gt; &amp; &lt;http://evil.example|x&gt;');
});

test('notify_buyer_group escapes all text of a vendor for Slack, and makes no links of it', async () => {
  const effect = await prepare('notify_buyer_group', {
    buyerGroup: groupSample('<!channel> & <http://evil.example|x>'),
  });
  await effect.perform({ ...call, key: 'key' });
  const sent = JSON.stringify((await onlyEffect())?.body);
  expect(sent).not.toMatch(/[<>]/);
  expect(sent).toContain('&lt;!channel&gt; &amp; &lt;http://evil.example|x&gt;');
  const texts = sent.match(/"type":"mrkdwn"/g) ?? [];
  expect(sent.match(/"verbatim":true/g)).toHaveLength(texts.length);
});

test('notify_buyer_group says in the default channel that it is for somebody whom Slack does not know', async () => {
  const requesters = [{ reasonId: owner.id, email: 'nobody@example.com' }];
  const effect = await prepare('notify_buyer_group', { buyerGroup: groupSample('Nordlicht', requesters) });
  expect(effect.address).toBe(fallback.channel);
  await effect.perform({ ...call, key: 'key' });
  expect(JSON.stringify((await onlyEffect())?.body)).toContain('whom Slack does not know');
});

describe('draft_followup', () => {
  test('is addressed to the contact and left with the owner', async () => {
    const contact = { id: '501', email: 'ada@example.com', firstName: 'Ada' };
    const effect = await prepare('draft_followup', { contact, owner, deal: { id: '9001', name: 'Acme renewal' } });
    await effect.perform({ ...call, key: 'key' });
    await expect(onlyEffect()).resolves.toMatchObject({
      target: owner.email,
      body: {
        to: 'ada@example.com',
        subject: 'Picking up Acme renewal again',
        text: expect.stringMatching(/^Hi Ada,[^]*Olga\s*$/),
      },
    });
  });

  test.each([
    ['nobody is known', {}],
    ['the contact has no address', { contact: { id: '501' } }],
    ['the address is more than one', { contact: { id: '501', email: 'ada@example.com, eve@example.com' } }],
    ['the address hides a header', { contact: { id: '501', email: 'ada@example.com\r\nBcc: eve@example.com' } }],
  ])('has no addressee and lies in the default mailbox when %s', async (_why, facts) => {
    const effect = await prepare('draft_followup', facts);
    await effect.perform({ ...call, key: 'key' });
    await expect(onlyEffect()).resolves.toMatchObject({ target: 'revenue@example.com', body: { to: '' } });
  });
});

/** The structure of a value without its texts, but for those that say what a part is. */
function shapeOf(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item, key)]));
  }
  return ['type', 'channel', 'from', 'to', 'event_type', 'verbatim'].includes(name) ? value : typeof value;
}
