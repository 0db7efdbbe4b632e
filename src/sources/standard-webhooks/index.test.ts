import { describe, expect, test } from 'vitest';
import type { ParsedEvent } from '../../domain/incoming.ts';
import { createStandardWebhooks } from './index.ts';

const source = createStandardWebhooks({
  name: 'product',
  fields: {
    type: 'type',
    occurredAt: 'timestamp',
    objectType: 'data.object.type',
    objectId: 'data.object.id',
    accountId: 'data.account',
    contactId: 'data.user.id',
    contactEmail: 'data.user.email',
    dealId: 'data.deal',
  },
});
const receivedAt = new Date('2026-03-02T09:30:00.000Z');
const headers = { 'webhook-id': 'msg_1' };
const object = { type: 'workspace', id: 'ws_1' };

function event(data: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) {
  return { type: 'user.signed_up', timestamp: '2026-03-02T09:14:21.512Z', data: { object, ...data }, ...rest };
}
const parse = (body: unknown, given: Record<string, string> = headers) => source.parse(body, receivedAt, given);

function only(body: unknown): ParsedEvent {
  const parsed = parse(body);
  const [first] = parsed.kind === 'events' ? parsed.events : [];
  if (first?.kind !== 'event') throw new Error(`no event: ${JSON.stringify(first)}`);
  return first;
}

function violation(body: unknown) {
  const parsed = parse(body);
  const [first] = parsed.kind === 'events' ? parsed.events : [];
  return first?.kind === 'violation' ? { path: first.path, message: first.message } : undefined;
}

test('every mapped field is found where the mapping says, and the whole event is kept as sent', () => {
  const sent = event({ account: 4711, user: { id: 'u1', email: ' Ada@Example.com ' }, deal: '9001' });
  expect(only(sent)).toEqual({
    kind: 'event',
    event: {
      version: 1,
      source: 'product',
      eventType: 'user.signed_up',
      objectType: 'workspace',
      objectId: 'ws_1',
      accountId: '4711',
      contactId: 'u1',
      dealId: '9001',
      urgency: 'standard',
      confidence: 1,
      firedAt: '2026-03-02T09:14:21.512Z',
      receivedAt: receivedAt.toISOString(),
      payload: sent,
    },
    idempotencyKey: ['msg_1', '0'],
    fingerprint: [JSON.stringify(sent)],
    lane: ['product', 'account', '4711'],
    subject: { kind: 'person', email: 'ada@example.com', external: ['product', 'u1'] },
  });
});

describe('an event is the same event', () => {
  test('when its message is sent again, however it was signed then', () => {
    expect(only(event()).idempotencyKey).toEqual(only(event()).idempotencyKey);
  });

  test('only in its place among those of its message', () => {
    const parsed = parse([event(), event()]);
    const keys =
      parsed.kind === 'events' ? parsed.events.map((each) => each.kind === 'event' && each.idempotencyKey) : [];
    expect(keys).toEqual([
      ['msg_1', '0'],
      ['msg_1', '1'],
    ]);
  });

  test('and its content tells a second delivery from a conflict', () => {
    expect(only(event()).fingerprint).not.toEqual(only(event({ seats: 1 })).fingerprint);
  });
});

describe('lane and subject', () => {
  test('are those of the object and of the tenant where the event names no account and no person', () => {
    expect(only(event())).toMatchObject({ lane: ['product', 'workspace', 'ws_1'], subject: { kind: 'tenant' } });
  });

  test('what is no address names nobody, and the contact still does', () => {
    const { subject } = only(event({ user: { id: 7, email: 'nobody' } }));
    expect(subject).toEqual({ kind: 'person', external: ['product', '7'] });
  });

  test('an event about a contact is about a person', () => {
    const { subject } = only(event({ object: { type: 'contact', id: 'c1' } }));
    expect(subject).toEqual({ kind: 'person', external: ['product', 'c1'] });
  });
});

test.each([
  ['2026-03-02T10:14:21+01:00', '2026-03-02T09:14:21.000Z'],
  [1_772_442_861, '2026-03-02T09:14:21.000Z'],
  ['1772442861', '2026-03-02T09:14:21.000Z'],
  [1_772_442_861.5, '2026-03-02T09:14:21.500Z'],
  [1_772_442_861_512, '2026-03-02T09:14:21.512Z'],
])('the time %j is %s', (timestamp, firedAt) => {
  expect(only(event({}, { timestamp })).event.firedAt).toBe(firedAt);
});

test.each([
  ['no type', event({}, { type: undefined }), 'type'],
  ['a type with a space', event({}, { type: 'signed up' }), 'type'],
  ['a time without a zone', event({}, { timestamp: '2026-03-02T09:14:21' }), 'timestamp'],
  ['a time in another unit', event({}, { timestamp: 177_244_286 }), 'timestamp'],
  ['a time before there were such senders', event({}, { timestamp: '1999-01-01T00:00:00Z' }), 'timestamp'],
  ['a time more than a day ahead', event({}, { timestamp: '2026-03-04T09:30:00Z' }), 'timestamp'],
  ['no object', event({ object: undefined }), 'data.object.type'],
  ['an id that JSON cannot hold', event({ object: { type: 'workspace', id: 2 ** 60 } }), 'data.object.id'],
  ['an id that is an object', event({ account: {} }), 'data.account'],
  ['a field that only every object has', event({ object: 'x' }), 'data.object.type'],
])('%s is a violation that names the field of the sender', (_what, body, path) => {
  expect(violation(body)).toEqual({ path, message: expect.stringMatching(/^expected /) });
  expect(violation([body])).toEqual({ path: `[0].${path}`, message: expect.stringMatching(/^expected /) });
});

test('what cannot be events at all is refused', () => {
  for (const body of [null, 'text', 3, Array(101).fill(event())]) expect(parse(body).kind).toBe('refused');
  expect(parse(event(), {}).kind).toBe('refused');
});

test('a mapping needs to say no more than where type, time and object are', () => {
  const fields = { type: 'type', occurredAt: 'timestamp', objectType: 'data.object.type', objectId: 'data.object.id' };
  const plain = createStandardWebhooks({ name: 'product', fields });
  const parsed = plain.parse(event(), receivedAt, headers);
  expect(parsed).toMatchObject({
    events: [
      {
        kind: 'event',
        event: { objectId: 'ws_1' },
        lane: ['product', 'workspace', 'ws_1'],
        subject: { kind: 'tenant' },
      },
    ],
  });
});
