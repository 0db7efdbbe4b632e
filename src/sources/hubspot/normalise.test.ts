import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalEvent } from '../../domain/event.ts';
import type { ParsedEvent } from '../../domain/incoming.ts';
import { normalise } from './normalise.ts';
import samples from './samples/property-changes.json' with { type: 'json' };
import { readEvent } from './schema.ts';

const receivedAt = new Date('2026-01-10T12:00:00.000Z');
const dealChange = samples[0];

function normaliseOne(changes: Record<string, unknown> = {}): ParsedEvent {
  const read = readEvent({ ...dealChange, ...changes }, receivedAt);
  if (!read.ok) throw new Error(`${read.path.join('.')}: ${read.message}`);
  return normalise(read.event, read.payload, receivedAt);
}

describe('an event of HubSpot becomes ours', () => {
  test('a change of stage', () => {
    expect(normaliseOne()).toEqual({
      kind: 'event',
      event: {
        version: 1,
        source: 'hubspot',
        eventType: 'deal.propertyChange',
        objectType: 'deal',
        objectId: '332507360001',
        dealId: '332507360001',
        propertyName: 'dealstage',
        propertyValue: 'contractsent',
        urgency: 'high',
        confidence: 0.95,
        firedAt: '2025-12-30T10:30:05.123Z',
        receivedAt: '2026-01-10T12:00:00.000Z',
        payload: dealChange,
      },
      idempotencyKey: [
        '48211903',
        '39410022',
        '6527619',
        'deal.propertyChange',
        '3816279480',
        '332507360001',
        '',
        'dealstage',
        '1767090605123',
        'contractsent',
      ],
      fingerprint: ['', ''],
      lane: ['hubspot', '48211903', 'deal', '332507360001'],
      subject: { kind: 'tenant' },
    });
  });

  test.each([
    ['dealstage', 'high'],
    ['closedate', 'high'],
    ['hs_deal_stage_probability', 'high'],
    ['amount', 'standard'],
  ])('a change of %s is of %s urgency', (propertyName, urgency) => {
    expect(normaliseOne({ propertyName }).event.urgency).toBe(urgency);
  });

  test.each([
    ['0-1', 'contact', { contactId: '332507360001' }],
    ['0-2', 'company', { accountId: '332507360001' }],
    ['0-3', 'deal', { dealId: '332507360001' }],
    ['0-5', 'ticket', {}],
    ['2-143967026', '2-143967026', {}],
  ])('an object event of type %s is about a %s', (objectTypeId, objectType, ids) => {
    const { event, lane } = normaliseOne({ subscriptionType: 'object.propertyChange', objectTypeId });
    expect(event).toMatchObject({ eventType: 'object.propertyChange', objectType, ...ids });
    expect(lane).toEqual(['hubspot', '48211903', objectType, '332507360001']);
  });

  test('a merge is in the lane of the record that won', () => {
    const merge = { subscriptionType: 'company.merge', primaryObjectId: 5, mergedObjectIds: [6], newObjectId: 7 };
    expect(normaliseOne(merge).lane).toEqual(['hubspot', '48211903', 'company', '5']);
  });

  test('an association is in the lane of the side that it is told from', () => {
    const association = { fromObjectId: 5, toObjectId: 6, associationRemoved: false };
    const named = { ...association, subscriptionType: 'deal.associationChange', associationType: 'DEAL_TO_CONTACT' };
    expect(normaliseOne(named).lane).toEqual(['hubspot', '48211903', 'deal', '5']);
    const generic = { ...association, subscriptionType: 'object.associationChange', fromObjectTypeId: '0-3' };
    expect(normaliseOne(generic).lane).toEqual(['hubspot', '48211903', 'deal', '5']);
  });

  test('a type that HubSpot has not listed yet is kept as it is, with keys that nobody knows', () => {
    const { event } = normaliseOne({ subscriptionType: 'quote.signature', signedBy: { level: 2 } });
    expect(event).toMatchObject({ eventType: 'quote.signature', objectType: 'quote' });
    expect(event.payload).toHaveProperty('signedBy', { level: 2 });
  });

  test('a value with NUL or half a character reaches no field but the sealed ones', () => {
    const { event, lane, subject } = normaliseOne({
      propertyValue: '\u0000\ud800',
      subscriptionType: 'contact.propertyChange',
    });
    expect(canonicalEvent.parse(event).propertyValue).toBe('\u0000\ud800');
    expect(JSON.stringify([event.eventType, event.objectType, event.objectId, lane, subject])).not.toMatch(/\\u/);
  });
});

describe('the person an event is about', () => {
  const contact = { subscriptionType: 'contact.propertyChange' };
  const external = ['hubspot', '48211903', '332507360001'];

  test('a contact is known by its id at HubSpot, and by an e-mail that it is given', () => {
    expect(normaliseOne(contact).subject).toEqual({ kind: 'person', external });
    const email = { ...contact, propertyName: 'email', propertyValue: ' Ada@Example.com ' };
    expect(normaliseOne(email).subject).toEqual({ kind: 'person', external, email: 'ada@example.com' });
  });

  test.each(['', 'REDACTED', 'two@at@example.com', 'nul\u0000@example.com'])(
    'the e-mail %j is no address of anybody',
    (propertyValue) => {
      const { subject, event } = normaliseOne({ ...contact, propertyName: 'email', propertyValue });
      expect(subject).toEqual({ kind: 'person', external });
      expect(event.propertyValue).toBe(propertyValue);
    },
  );

  test.each(['company', 'deal', 'ticket'])('a %s is about no person', (name) => {
    expect(normaliseOne({ subscriptionType: `${name}.propertyChange` }).subject).toEqual({ kind: 'tenant' });
  });
});

/** What tells generated events apart: the type id counts for types that have one. */
function describeIdentity({ objectTypeId, ...rest }: { objectTypeId: string; subscriptionType: string }): string {
  return JSON.stringify(
    ['object.propertyChange', 'quote.propertyChange'].includes(rest.subscriptionType) ? [rest, objectTypeId] : [rest],
  );
}

describe('the same event is recognised, and no other is taken for it', () => {
  const association = {
    subscriptionType: 'deal.associationChange',
    fromObjectId: 5,
    toObjectId: 6,
    associationType: 'DEAL_TO_COMPANY',
    associationRemoved: false,
    isPrimaryAssociation: false,
  };
  const merge = { subscriptionType: 'deal.merge', primaryObjectId: 5, mergedObjectIds: [6], newObjectId: 7 };

  test('sent again, with another attemptNumber, it has the same key and fingerprint', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.nat(), fastCheck.string(), (attemptNumber, changeSource) => {
        const [first, again] = [normaliseOne(), normaliseOne({ attemptNumber, changeSource })];
        expect(again.idempotencyKey).toEqual(first.idempotencyKey);
        expect(again.fingerprint).toEqual(first.fingerprint);
      }),
    );
  });

  test('property changes that differ in anything have different keys', () => {
    const small = fastCheck.integer({ min: 1, max: 12 });
    const word = fastCheck.constantFrom('a', 'ab', 'b', 'amount', 'dealstage');
    const change = fastCheck.record({
      eventId: small,
      portalId: small,
      appId: fastCheck.option(small, { nil: undefined }),
      subscriptionId: fastCheck.option(small, { nil: undefined }),
      objectId: small,
      occurredAt: fastCheck.constantFrom(1767090605123, 1767090605124),
      subscriptionType: fastCheck.constantFrom(
        'deal.propertyChange',
        'contact.propertyChange',
        'quote.propertyChange',
        'object.propertyChange',
      ),
      objectTypeId: fastCheck.constantFrom('0-1', '0-3'),
      propertyName: word,
      propertyValue: fastCheck.oneof(word, fastCheck.constant(''), fastCheck.string({ unit: 'binary' })),
    });
    fastCheck.assert(
      fastCheck.property(
        change,
        change,
        fastCheck.constantFrom(...Object.keys(samples[0] ?? {})),
        (left, other, key) => {
          // Two of them that differ in one field only come about too rarely by chance.
          const near = { ...left, ...Object.fromEntries(Object.entries(other).filter(([name]) => name === key)) };
          for (const right of [other, near]) {
            const sameKey =
              JSON.stringify(normaliseOne(left).idempotencyKey) === JSON.stringify(normaliseOne(right).idempotencyKey);
            expect(sameKey).toBe(describeIdentity(left) === describeIdentity(right));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ['the other side', association, { toObjectId: 7 }],
    ['its kind', association, { associationType: 'DEAL_TO_CONTACT' }],
    ['being removed', association, { associationRemoved: true }],
    ['being the primary one', association, { isPrimaryAssociation: true }],
    ['the winner of a merge', merge, { primaryObjectId: 8 }],
    ['the losers of a merge', merge, { mergedObjectIds: [6, 7] }],
    ['the new record of a merge', merge, { newObjectId: null }],
    ['the message', { subscriptionType: 'conversation.newMessage', messageId: 'a' }, { messageId: 'b' }],
  ])('%s makes another event', (_, base, changes) => {
    expect(normaliseOne({ ...base, ...changes }).idempotencyKey).not.toEqual(normaliseOne(base).idempotencyKey);
  });

  test('what the object came to be is part of what may not change', () => {
    const created = { subscriptionType: 'deal.creation', changeFlag: 'CREATED' };
    const [first, other] = [normaliseOne(created), normaliseOne({ ...created, changeFlag: 'NEW' })];
    expect(other.idempotencyKey).toEqual(first.idempotencyKey);
    expect(other.fingerprint).not.toEqual(first.fingerprint);
  });
});
