import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countEvents, eventRows } from './event-rows.ts';
import { dealChange, newId } from './hubspot-events.ts';
import { signatureHeaders } from './raw-request.ts';
import { violationRows } from './violation-rows.ts';
import { contactChange, problemIn, receiptIn, startWatchedCauseway, type WatchedCauseway } from './watched-causeway.ts';

/** Protects the door: only what is signed comes in, only what fits is taken, and each answer says what to do about it. */

const minuteMs = 60_000;
let watched: WatchedCauseway;
beforeAll(async () => {
  watched = await startWatchedCauseway();
});
afterAll(() => watched.causeway.close());
beforeEach(() => watched.forgetLines());

const batch = (...events: unknown[]): string => JSON.stringify(events);
const sign = (text: string, change: Parameters<typeof signatureHeaders>[2] = {}) =>
  signatureHeaders(watched.causeway, text, change);
const withSignature = (text: string, change: (signature: string) => string) => {
  const headers = sign(text);
  return { ...headers, 'x-hubspot-signature-v3': change(headers['x-hubspot-signature-v3']) };
};
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const refusals: Readonly<Record<string, [reason: string, headersOf: (text: string) => Record<string, string>]>> = {
  'no signature': ['missing_signature', () => ({})],
  'a wrong secret': ['wrong_signature', (text) => sign(text, { secret: 'another secret' })],
  'the signature of another body': ['wrong_signature', (text) => sign(`${text} `)],
  'the signature of another URL': ['wrong_signature', (text) => sign(text, { url: 'https://other.example/hubspot' })],
  'half of the right signature': ['wrong_signature', (text) => withSignature(text, (right) => right.slice(0, 22))],
  'the right signature and a letter': ['wrong_signature', (text) => withSignature(text, (right) => `${right}A`)],
  'the right signature in hex': [
    'wrong_signature',
    (text) => withSignature(text, (right) => Buffer.from(right, 'base64').toString('hex')),
  ],
  'a signature that is five minutes old': [
    'stale_timestamp',
    (text) => sign(text, { nowMs: Date.now() - 5 * minuteMs - 1 }),
  ],
  'a signature from five minutes ahead': [
    'stale_timestamp',
    (text) => sign(text, { nowMs: Date.now() + 6 * minuteMs }),
  ],
  'a new time over an old signature': [
    'wrong_signature',
    (text) => ({
      ...sign(text, { nowMs: Date.now() - 6 * minuteMs }),
      'x-hubspot-request-timestamp': String(Date.now()),
    }),
  ],
  'no time': ['missing_timestamp', (text) => ({ ...sign(text), 'x-hubspot-request-timestamp': '' })],
  'a time that is none': ['bad_timestamp', (text) => ({ ...sign(text), 'x-hubspot-request-timestamp': 'yesterday' })],
  'version 1 only': [
    'unsupported_version',
    (text) => ({
      'x-hubspot-signature': sha256(`${watched.causeway.configuration.HUBSPOT_CLIENT_SECRET}${text}`),
      'x-hubspot-signature-version': 'v1',
    }),
  ],
  'version 2 only': [
    'unsupported_version',
    (text) => {
      const { HUBSPOT_CLIENT_SECRET: secret, HUBSPOT_WEBHOOK_URL: url } = watched.causeway.configuration;
      return { 'x-hubspot-signature': sha256(`${secret}POST${url}${text}`), 'x-hubspot-signature-version': 'v2' };
    },
  ],
};

const words: Readonly<Record<string, RegExp>> = {
  missing_signature:
    /^the header x-hubspot-signature-v3 is missing; .* over <the method>.*<the raw body>.*, in base64$/,
  wrong_signature:
    /^x-hubspot-signature-v3 does not match: use the secret of this source, and sign the bytes of the body/,
  stale_timestamp: /^the time in x-hubspot-request-timestamp is more than 5 minutes from ours; .*set your clock$/,
  missing_timestamp: /^the header x-hubspot-request-timestamp is missing/,
  bad_timestamp: /^the header x-hubspot-request-timestamp is no time; send milliseconds since 1970/,
  unsupported_version:
    /^the request is signed in a version that is not accepted; send the header x-hubspot-signature-v3/,
};

describe('who did not sign learns a reason and what to do about it, and nothing else', () => {
  it.each(Object.keys(refusals))('%s is a 401', async (name) => {
    const [reason, headersOf] = refusals[name] ?? ['', () => ({})];
    const text = batch(contactChange());
    const headers = headersOf(text);
    const before = await countEvents(watched.causeway.queries);
    const answer = await watched.send({ body: text, headers });

    expect(answer.status).toBe(401);
    expect(problemIn(answer)).toMatchObject({
      title: 'Unauthorized',
      reason,
      detail: expect.stringMatching(words[reason] ?? 'no words'),
    });
    watched.expectQuiet(
      answer.text,
      Object.values<string>({ ...headers, right: sign(text)['x-hubspot-signature-v3'] }),
    );
    // The operator is told more: the URL that we take for the one that HubSpot calls.
    const { HUBSPOT_WEBHOOK_URL } = watched.causeway.configuration;
    const correlation = answer.headers['x-correlation-id'];
    expect(watched.warnings()).toEqual([
      expect.objectContaining({ status: 401, reason, correlation_id: correlation, expected_url: HUBSPOT_WEBHOOK_URL }),
    ]);
    expect(await countEvents(watched.causeway.queries)).toBe(before);
  });

  it.each([-4.9, 4.9])('a signature %d minutes from now is good', async (minutes) => {
    const text = batch(contactChange());
    const answer = await watched.send({ body: text, headers: sign(text, { nowMs: Date.now() + minutes * minuteMs }) });
    expect(receiptIn(answer).accepted).toBe(1);
  });

  it('keeps no record of what a stranger sends', async () => {
    const before = await violationRows(watched.causeway);
    expect((await watched.send({ body: '{"not json' })).status).toBe(401);
    expect((await watched.send({ body: batch({ not: 'an event' }) })).status).toBe(401);
    expect(await violationRows(watched.causeway)).toEqual(before);
  });
});

describe('a signed body that is no batch', () => {
  it.each(['', '{"a":', 'deal.propertyChange', '[1,]', '\u0000', Buffer.from([0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d])])(
    'is a 400 and a record when it is not JSON in UTF-8: %j',
    async (body) => {
      const before = await violationRows(watched.causeway);
      const answer = await watched.sendSigned(body);
      expect(answer.status).toBe(400);
      expect(problemIn(answer)).toMatchObject({ reason: 'not_json', detail: expect.stringMatching(/not JSON/) });
      const [record, ...more] = (await violationRows(watched.causeway)).slice(before.length);
      expect(more).toEqual([]);
      expect(record).toMatchObject({ path: '', correlationId: answer.headers['x-correlation-id'] });
      expect(record?.raw).toEqual(Buffer.from(body));
      expect(watched.warnings()).toHaveLength(1);
    },
  );

  it.each([{ objectId: 1, properties: {} }, { eventId: 1, objectId: 2 }, {}, 'text', 1, null, true])(
    'is a 400 that says what was expected: %j',
    async (body) => {
      const answer = await watched.sendSigned(JSON.stringify(body));
      expect(answer.status).toBe(400);
      expect(problemIn(answer)).toMatchObject({
        reason: 'not_a_batch',
        detail: expect.stringMatching(/^Expected a(n| JSON) array of/),
      });
      expect(watched.warnings()).toHaveLength(1);
    },
  );

  it('may have 100 events, and 101 are refused whole', async () => {
    const events = Array.from({ length: 101 }, () => dealChange(newId()));
    const before = await countEvents(watched.causeway.queries);
    const refused = await watched.sendSigned(batch(...events));
    expect(refused.status).toBe(400);
    expect(problemIn(refused).detail).toMatch(/up to 100 events.*got 101/);
    expect(await countEvents(watched.causeway.queries)).toBe(before);
    expect(receiptIn(await watched.sendSigned(batch(...events.slice(1))))).toMatchObject({ accepted: 100 });
  });

  it('may be empty of events', async () => {
    expect(receiptIn(await watched.sendSigned('[]'))).toEqual({ accepted: 0, duplicates: 0, rejected: 0, events: [] });
  });
});

describe('a batch of which some does not fit', () => {
  it('one bad event in ten: nine are accepted, one is a violation with the path that failed', async () => {
    // The latest first: what is answered has the order of what was sent, not of what happened.
    const events = Array.from({ length: 10 }, (_, index) => contactChange({ occurredAt: Date.now() - index * 1_000 }));
    events[3] = contactChange({ occurredAt: 'yesterday' });
    const answer = await watched.sendSigned(batch(...events));
    const receipt = receiptIn(answer);
    expect(receipt).toMatchObject({ accepted: 9, duplicates: 0, rejected: 1 });
    expect(receipt.events.map(({ status }) => status)).toEqual(
      events.map((_, index) => (index === 3 ? 'violation' : 'accepted')),
    );
    expect(receipt.events[3]).toEqual({
      id: expect.any(String),
      status: 'violation',
      error: { path: '[3].occurredAt', message: expect.stringMatching(/^expected a time in epoch milliseconds/) },
    });
    // Positions are given by occurrence: the reverse of what was sent.
    const rows = await eventRows(
      watched.causeway.queries,
      receipt.events.map(({ id }) => id),
    );
    expect(rows.map(({ id }) => id)).toEqual(
      receipt.events
        .filter(({ status }) => status === 'accepted')
        .map(({ id }) => id)
        .toReversed(),
    );
    const record = (await violationRows(watched.causeway)).find(({ id }) => id === receipt.events[3]?.id);
    expect(record).toMatchObject({ path: '[3].occurredAt', correlationId: answer.headers['x-correlation-id'] });
    expect(JSON.parse(String(record?.raw))).toEqual(events[3]);
    expect(watched.warnings()).toEqual([
      expect.objectContaining({ violation_id: record?.id, path: '[3].occurredAt', msg: 'event refused' }),
    ]);
    watched.expectQuiet(answer.text);
  });

  it('nothing fits: still a 202, since HubSpot would send it ten times more', async () => {
    const receipt = receiptIn(await watched.sendSigned(batch(null, 'text', { objectId: 1 })));
    expect(receipt).toMatchObject({ accepted: 0, rejected: 3 });
    expect(receipt.events.map((event) => 'error' in event && event.error.path)).toEqual([
      '[0]',
      '[1]',
      expect.stringMatching(/^\[2\]/),
    ]);
  });

  it('the same event twice in a batch is one event, and both entries name it', async () => {
    const event = dealChange(newId());
    const receipt = receiptIn(await watched.sendSigned(batch(event, { ...event, attemptNumber: 3 })));
    expect(receipt).toMatchObject({ accepted: 1, duplicates: 1, rejected: 0 });
    expect(receipt.events[1]).toEqual({ ...receipt.events[0], status: 'duplicate' });
  });

  it('keeps no more than the first 16 KiB of what did not fit', async () => {
    const text = 'x'.repeat(100_000);
    const { events } = receiptIn(await watched.sendSigned(batch({ text })));
    const record = (await violationRows(watched.causeway)).find(({ id }) => id === events[0]?.id);
    expect(String(record?.raw)).toBe(JSON.stringify({ text }).slice(0, 16 * 1024));
    const unread = await watched.sendSigned(`["${text}`);
    expect(unread.status).toBe(400);
    expect((await violationRows(watched.causeway)).at(-1)?.raw).toHaveLength(16 * 1024);
  });
});
