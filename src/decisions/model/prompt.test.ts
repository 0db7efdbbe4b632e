import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { injections } from '../../../test/injections.ts';
import type { CanonicalEvent } from '../../domain/event.ts';
import type { Facts } from '../../domain/facts.ts';
import { buildPrompt, type ModelSettings } from './prompt.ts';

/** Protects people and the model: a prompt shows what it may, hides who it is about, and no text in it is anything but data. */

const now = new Date('2026-03-01T12:00:00Z');
const event: CanonicalEvent = {
  version: 1,
  source: 'hubspot',
  eventType: 'deal.propertyChange',
  objectType: 'deal',
  objectId: '9001',
  dealId: '9001',
  propertyName: 'dealstage',
  propertyValue: 'negotiation',
  urgency: 'high',
  confidence: 0.95,
  firedAt: '2026-03-01T11:00:00Z',
  receivedAt: '2026-03-01T11:00:01Z',
  payload: { message: 'hello', secret: 'never shown' },
};
const facts: Facts = {
  deal: {
    id: '9001',
    name: 'Renewal of Erika',
    stage: 'negotiation',
    closeDate: '2026-03-10T00:00:00Z',
    lastActivityAt: '2026-02-20T00:00:00Z',
    competitors: ['Acme'],
    ownerId: '77',
    contactId: '4242',
    accountId: '5151',
  },
  contact: { id: '4242', email: 'erika@mustermann.example', firstName: 'Erika', lastName: 'Mustermann' },
  account: { id: '5151', name: 'Mustermann GmbH' },
  owner: { id: '77', email: 'owner@example.com', firstName: 'Otto' },
  gaps: [],
  provider: 'hubspot',
  fetchedAt: '2026-03-01T11:59:00Z',
};
const settings: ModelSettings = {
  name: 'gpt-4o-mini',
  maxOutputTokens: 256,
  temperature: 0.2,
  allowedContextFields: ['stage', 'closeDate', 'competitors', 'lastActivityDaysAgo', 'openTasks'],
  eventFields: ['dealstage', 'dealname', 'description', 'message'],
};

const build = (
  change: { event?: Partial<CanonicalEvent>; facts?: Partial<Facts>; settings?: Partial<ModelSettings> } = {},
) =>
  buildPrompt({
    event: { ...event, ...change.event },
    facts: { ...facts, ...change.facts },
    settings: { ...settings, ...change.settings },
    now,
  });

/** What stands in the data block; the prompt has exactly one, at its end. */
function dataOf(user: string): unknown {
  expect(user.match(/<data>/g)).toHaveLength(1);
  expect(user.match(/<\/data>/g)).toHaveLength(1);
  expect(user.endsWith('\n</data>')).toBe(true);
  const lines = user.split('\n');
  expect(lines).toHaveLength(4);
  return JSON.parse(lines[2] ?? '');
}

test('shows the event, and of its context what is allowed', () => {
  const { prompt, offers } = build();
  expect(dataOf(prompt.user)).toEqual({
    event: {
      type: 'deal.propertyChange',
      objectType: 'deal',
      urgency: 'high',
      firedAt: '2026-03-01T11:00:00Z',
      property: 'dealstage',
      value: 'negotiation',
      fields: { message: 'hello' },
    },
    context: {
      stage: 'negotiation',
      closeDate: '2026-03-10T00:00:00.000Z',
      competitors: ['Acme'],
      lastActivityDaysAgo: 9,
      daysToClose: 9,
    },
  });
  expect(offers.map(({ type, targets }) => [type, Object.fromEntries(targets)])).toEqual([
    ['draft_followup', { contact: '4242', account: '5151', deal: '9001' }],
    ['notify_ae', { owner: '77', default: 'default' }],
  ]);
});

test('says how urgent the event is in the light of what is known, as the decision does', () => {
  const idle = { ...facts.deal, id: '9001', lastActivityAt: '2026-02-01T00:00:00Z' };
  expect(dataOf(build({ facts: { deal: idle } }).prompt.user)).toMatchObject({ event: { urgency: 'immediate' } });
});

test('names no person, no address and no id of a provider, wherever it could', () => {
  const all = [
    ...settings.allowedContextFields,
    'id',
    'ownerId',
    'contactId',
    'accountId',
    'name',
    'email',
    'firstName',
  ];
  const message =
    'Erika MUSTERMANN (erika@mustermann.example, +49 (170) 123-45 67, www.mustermann.example/e) asks Otto';
  const { prompt } = build({
    settings: { allowedContextFields: all },
    event: { payload: { message, nested: { email: 'a@b.example' } }, propertyName: 'dealname', propertyValue: message },
  });
  const text = JSON.stringify(prompt);
  expect(text).not.toMatch(/erika|mustermann|otto|@|170|123-45|9001|4242|5151|"77"|never shown/i);
  expect(dataOf(prompt.user)).toMatchObject({
    event: { value: '[name] [name] [email] [number], [link] asks [name]' },
  });
});

test('shows no value of a property, and no field of a payload, that is not listed', () => {
  const hidden = {
    propertyName: 'internal_note',
    propertyValue: 'HIDDEN',
    payload: { note: 'HIDDEN', message: 'shown' },
  };
  expect(build({ event: hidden }).prompt.user).not.toContain('HIDDEN');
  const inherited = { settings: { eventFields: ['constructor', '__proto__', 'toString'] } };
  expect(dataOf(build(inherited).prompt.user)).not.toHaveProperty('event.fields');
});

test('shows numbers, but none that may be a phone', () => {
  const payload = { message: { seats: 12, budget: 250_000, caller: 491_701_234_567, called: -491_701_234_567 } };
  expect(dataOf(build({ event: { payload } }).prompt.user)).toMatchObject({
    event: { fields: { message: { seats: 12, budget: 250_000 } } },
  });
  expect(build({ event: { payload } }).prompt.user).not.toContain('491701234567');
});

test('offers nothing for which there is nobody', () => {
  const { deal: _deal, contact: _contact, account: _account, owner: _owner, ...nothing } = facts;
  const { dealId: _dealId, ...about } = event;
  const { offers } = buildPrompt({ event: about, facts: nothing, settings, now });
  expect(offers.map(({ type, targets }) => [type, [...targets.keys()]])).toEqual([['notify_ae', ['default']]]);
});

test('is the same for the same input, and has another hash when anything that the model is given differs', () => {
  expect(build()).toEqual(build());
  const hashes = [
    build(),
    build({ event: { propertyValue: 'closedwon' } }),
    build({ settings: { name: 'another' } }),
    build({ settings: { temperature: 0 } }),
    build({ settings: { maxOutputTokens: 100 } }),
    build({ facts: { owner: { id: '77' }, deal: { id: '9001' } } }),
  ].map(({ prompt }) => prompt.hash);
  expect(new Set(hashes).size).toBe(hashes.length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('asks for a form that strict structured output takes: every property required, no other allowed, no union at the root', () => {
  const { jsonSchema } = build().prompt;
  expect(jsonSchema).toMatchObject({ type: 'object', additionalProperties: false });
  expect(jsonSchema).not.toHaveProperty('anyOf');
  expect(JSON.stringify(jsonSchema)).not.toMatch(/oneOf|allOf|\$ref|\$schema|minLength|4242|9001/);
});

describe('a text of somebody else', () => {
  test.each(injections)('stays data: %j', (text) => {
    const { prompt, offers } = build({
      event: { propertyName: 'description', propertyValue: text, payload: { message: text } },
      facts: { deal: { id: '9001', name: text, stage: text, competitors: [text, 'Acme'] } },
    });
    const calm = build({ facts: { deal: { id: '9001' } } });
    dataOf(prompt.user);
    expect(prompt.system).toBe(calm.prompt.system);
    expect(prompt.jsonSchema).toEqual(calm.prompt.jsonSchema);
    expect(offers).toEqual(calm.offers);
    expect(prompt.user).not.toMatch(/attacker|evil@|170/);
    expect(prompt.user.length).toBeLessThan(6_000);
  });

  test('of any kind stays data, on one line, and short', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom('<', '/', 'data', '>', '"', '\\', '\n', '}', '\u2028', '\ud800', '&lt;'),
        maxLength: 60,
      }),
    );
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const { prompt } = build({
          event: { propertyName: 'description', propertyValue: first, payload: { message: { [first]: second } } },
          facts: { deal: { id: '9001', stage: second, competitors: [first] } },
        });
        dataOf(prompt.user);
        expect(prompt.system).toBe(build().prompt.system);
        expect(prompt.user.length).toBeLessThan(6_000);
      }),
      { numRuns: 300 },
    );
  });

  test('never carries an address through, whatever stands around it', () => {
    const around = fc.string({ unit: 'grapheme', maxLength: 30 });
    fc.assert(
      fc.property(around, around, fc.integer({ min: 0, max: 2_100 }), (before, after, padding) => {
        const text = `${'x '.repeat(padding / 2)}${before} jane.doe@victim.example ${after}`;
        expect(build({ event: { payload: { message: text } } }).prompt.user).not.toMatch(/jane\.doe|victim/);
      }),
      { numRuns: 300 },
    );
  });
});
