import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalEvent } from '../../domain/event.ts';
import { normalise } from './normalise.ts';
import samples from './samples/property-changes.json' with { type: 'json' };
import { readEvent } from './schema.ts';

const receivedAt = new Date('2026-01-10T12:00:00.000Z');
const dayMs = 24 * 60 * 60_000;
const dealChange = samples[0];

function readOne(changes: Record<string, unknown>) {
  return readEvent({ ...dealChange, ...changes }, receivedAt);
}

describe('an event that does not fit is told by the path to what is wrong', () => {
  test.each([
    ['a time in seconds', { occurredAt: 1767090605 }, 'occurredAt'],
    ['a time far in the future', { occurredAt: receivedAt.getTime() + dayMs + 1 }, 'occurredAt'],
    ['a fraction of a millisecond', { occurredAt: 1767090605123.5 }, 'occurredAt'],
    ['an id beyond 2^53', { objectId: 2 ** 53 }, 'objectId'],
    ['an id of zero', { portalId: 0 }, 'portalId'],
    ['an id as text', { objectId: '332507360001' }, 'objectId'],
    ['a change without its property', { propertyName: undefined }, 'propertyName'],
    ['a property with a NUL', { propertyName: 'deal\u0000stage' }, 'propertyName'],
    ['a value that is no text', { propertyValue: 5 }, 'propertyValue'],
    ['an object event without its type id', { subscriptionType: 'object.propertyChange' }, 'objectTypeId'],
    ['a type of one word', { subscriptionType: 'deal' }, 'subscriptionType'],
    ['no type', { subscriptionType: undefined }, 'subscriptionType'],
    ['a merge without its winner', { subscriptionType: 'deal.merge', mergedObjectIds: [1] }, 'primaryObjectId'],
    [
      'a merged id of zero',
      { subscriptionType: 'deal.merge', primaryObjectId: 1, mergedObjectIds: [2, 0] },
      'mergedObjectIds.1',
    ],
  ])('%s', (_, changes, path) => {
    expect(readOne(changes)).toMatchObject({ ok: false, path: path.split('.').map((key) => (key === '1' ? 1 : key)) });
  });

  test.each([null, 7, 'text', []])('an item that is %j', (item) => {
    expect(readEvent(item, receivedAt)).toMatchObject({ ok: false, path: [] });
  });

  test.each(Object.keys(samples[0] ?? {}))('the message about a bad %s does not quote it', (key) => {
    const secret = 'ada@example.com';
    const { payload: _, ...answer } = { payload: null, ...readOne({ [key]: { [secret]: secret } }) };
    expect(JSON.stringify(answer)).not.toContain(secret);
  });
});

describe('what may come is taken', () => {
  test('the name that the field table of HubSpot gives to the type', () => {
    const { subscriptionType, ...rest } = { subscriptionType: '', ...dealChange };
    expect(readEvent({ ...rest, eventType: subscriptionType }, receivedAt)).toMatchObject({
      ok: true,
      event: { subscriptionType: 'deal.propertyChange' },
    });
  });

  test('a clock that is a day ahead, a value that was cleared, and ids up to 2^53', () => {
    expect(readOne({ occurredAt: receivedAt.getTime() + dayMs })).toMatchObject({ ok: true });
    expect(readOne({ propertyValue: '' })).toMatchObject({ ok: true });
    expect(readOne({ objectId: Number.MAX_SAFE_INTEGER })).toMatchObject({ ok: true });
  });

  test('keys that nobody knows yet stay in the payload', () => {
    expect(readOne({ isSensitive: false, signedBy: { level: 2 } })).toMatchObject({
      ok: true,
      payload: { isSensitive: false, signedBy: { level: 2 } },
    });
  });
});

test('an event with any JSON in any of its fields is answered for', () => {
  const keys = [
    ...Object.keys(samples[0] ?? {}),
    'objectTypeId',
    'primaryObjectId',
    'mergedObjectIds',
    'fromObjectId',
    '__proto__',
  ];
  const types = ['deal.merge', 'object.associationChange', 'object.merge', 'conversation.newMessage', '__proto__.x'];
  const changes = fastCheck.dictionary(fastCheck.constantFrom(...keys), fastCheck.jsonValue(), {
    noNullPrototype: true,
  });
  fastCheck.assert(
    fastCheck.property(changes, fastCheck.constantFrom(...types, 'deal.propertyChange'), (fields, subscriptionType) => {
      // Through text, as it would come: only so does `__proto__` become a key like any other.
      const item: unknown = JSON.parse(JSON.stringify({ ...dealChange, subscriptionType, ...fields }));
      const read = readEvent(item, receivedAt);
      const fits = read.ok && canonicalEvent.safeParse(normalise(read.event, read.payload, receivedAt).event).success;
      expect(fits || (!read.ok && read.message.startsWith('expected'))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
