import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { array, asyncProperty, assert as holds, dictionary, record, string, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { createHistoryCodec, type HistoryKey, missingKeyOf } from './payload-codec.ts';

/** Protects what Temporal keeps: unreadable without a key, readable with it, and never the reason that a workflow is stuck. */

const keyOf = (id: string): HistoryKey => ({ id, key: randomBytes(32) });
const [older, newer] = [keyOf('2025'), keyOf('2026')];
const under = (...keys: HistoryKey[]) => createHistoryCodec({ keys, encrypts: true });
const off = createHistoryCodec({ keys: [], encrypts: false });

const secret = { eventId: 'canary-of-an-event' };
const plain = defaultPayloadConverter.toPayload(secret);
const nothing = defaultPayloadConverter.toPayload(undefined);
const valueOf = (payload: Payload | undefined): unknown => payload && defaultPayloadConverter.fromPayload(payload);

async function encoded(codec: ReturnType<typeof under>, payload = plain): Promise<Payload> {
  const [only] = await codec.encode([payload]);
  if (!only) throw new Error('nothing was encoded');
  return only;
}

/** What the payload reads as; `unreadable` for a tombstone, which is a value too. */
async function read(codec: ReturnType<typeof under>, payload: Payload): Promise<unknown> {
  const [only] = await codec.decode([payload]);
  if (!only || missingKeyOf(only) === undefined) return valueOf(only);
  expect(valueOf(only)).toEqual({ $unreadable: expect.any(String) });
  return 'unreadable';
}

/** Every byte of a payload as a text. */
const textOf = ({ metadata, data }: Payload): string =>
  [...Object.entries(metadata ?? {}).flat(), data ?? ''].map((part) => Buffer.from(part).toString('latin1')).join('\n');

test('any payloads come back as they were, in their order, metadata included', async () => {
  const payload = record({ metadata: dictionary(string(), uint8Array()), data: uint8Array() });
  await holds(
    asyncProperty(array(payload, { maxLength: 5 }), async (payloads) => {
      const codec = under(newer);
      const sent = await codec.encode(payloads);
      expect(sent.map(({ metadata }) => Object.keys(metadata ?? {}))).toEqual(
        payloads.map(() => ['encoding', 'encryption-key-id']),
      );
      expect(bytesOf(await codec.decode(sent))).toEqual(bytesOf(payloads));
    }),
  );
});
const bytesOf = (payloads: readonly Payload[]) =>
  payloads.map(({ metadata, data }) => ({
    metadata: Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value)]),
    data: Buffer.from(data ?? []),
  }));

test('no payloads are none, and one without data comes back without', async () => {
  const codec = under(newer);
  expect(await codec.encode([])).toEqual([]);
  expect(await codec.decode([])).toEqual([]);
  expect(await read(codec, await encoded(codec, nothing))).toBeUndefined();
  expect(bytesOf(await codec.decode([await encoded(codec, {})]))).toEqual(bytesOf([{}]));
});

test('what is encrypted shows the id of its key, and neither its text nor its kind', async () => {
  const text = textOf(await encoded(under(newer)));
  expect(textOf(plain)).toMatch(/json\/plain[^]*canary/);
  expect(text).toMatch(/2026/);
  expect(text).not.toMatch(/json|canary|event/i);
});

test('the first key encrypts and all decrypt, so that keys can be changed', async () => {
  const [old, current] = [await encoded(under(older)), await encoded(under(newer, older))];
  expect(textOf(current)).toContain('2026');
  for (const payload of [old, current]) expect(await read(under(newer, older), payload)).toEqual(secret);
});

test('without its key, or with another one under its id, a payload is a tombstone; the others are read', async () => {
  const told: string[] = [];
  const codec = createHistoryCodec({ keys: [newer], encrypts: true, onUnreadable: (keyId) => told.push(keyId) });
  const payloads = [await encoded(under(older)), await encoded(codec), await encoded(under(keyOf('2026'))), plain];
  const decoded = await codec.decode(payloads);
  expect(decoded.map(missingKeyOf)).toEqual(['2025', undefined, '2026', undefined]);
  expect([valueOf(decoded[1]), valueOf(decoded[3])]).toEqual([secret, secret]);
  expect(told).toEqual(['2025', '2026']);
});

test('a bit changed anywhere, or a part of it, is a tombstone or passes as it is; it never throws', async () => {
  const codec = under(newer, { ...newer, id: '2027' });
  const payload = await encoded(codec);
  const sealed = Buffer.from(payload.data ?? []);
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const data = Buffer.from(sealed);
    data.writeUInt8(data.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(await read(codec, { ...payload, data }), `bit ${bit}`).toBe('unreadable');
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(await read(codec, { ...payload, data: sealed.subarray(0, length) }), `${length} bytes`).toBe('unreadable');
  }
  const { data: _, ...headless } = payload;
  expect(await read(codec, headless)).toBe('unreadable');
  const renamed = { ...payload.metadata, 'encryption-key-id': Buffer.from('2027') };
  expect(await read(codec, { ...payload, metadata: renamed })).toBe('unreadable');
});

test('what was never encrypted passes, and comes through a codec that is off untouched', async () => {
  for (const codec of [under(newer), off]) {
    expect(await codec.decode([plain, {}, nothing])).toEqual([plain, {}, nothing]);
  }
  expect(await off.encode([plain, nothing])).toEqual([plain, nothing]);
});

test('a codec that is off reads what was encrypted, when it has the key', async () => {
  const payload = await encoded(under(newer));
  expect(await read(createHistoryCodec({ keys: [newer], encrypts: false }), payload)).toEqual(secret);
  expect(await read(off, payload)).toBe('unreadable');
});

test('a codec that is to encrypt is not made without a key', () => {
  expect(() => under()).toThrow(/needs a key/);
});
