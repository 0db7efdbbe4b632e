import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Causeway, startCauseway } from './causeway.ts';
import { problemIn } from './watched-causeway.ts';
import { type RawAnswer, sendRaw } from './raw-request.ts';

/** Protects the way in which operators read histories: Temporal's Web UI and command line ask the API to decrypt. */

const uiUrl = 'https://temporal.example.com/ui';
const origin = 'https://temporal.example.com';
const value = { eventId: 'an-event' };
const plain = payloadToJSON(defaultPayloadConverter.toPayload(value) ?? {});

let causeway: Causeway;
let bearer: string;
beforeAll(async () => {
  const HISTORY_KEYS = `first:${randomBytes(32).toString('base64')}`;
  causeway = await startCauseway({
    worker: false,
    environment: { HISTORY_CODEC: 'on', HISTORY_KEYS, TEMPORAL_UI_URL: uiUrl },
  });
  bearer = `Bearer ${causeway.configuration.OPERATOR_API_KEY}`;
});
afterAll(() => causeway.close());

/** As the Web UI sends it. */
const ask = (path: string, payloads: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  sendRaw(causeway.url, {
    path,
    body: JSON.stringify({ payloads }),
    headers: {
      'content-type': 'application/json',
      'x-namespace': 'default',
      origin,
      authorization: bearer,
      ...headers,
    },
  });

const answered = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()), data: z.string() })),
});
const payloadsIn = ({ status, text }: RawAnswer) => {
  expect(status).toBe(200);
  return answered.parse(JSON.parse(text)).payloads;
};
const encryptedOnes = async (payloads: unknown[]) => payloadsIn(await ask('/codec/encode', payloads));

describe('the codec server', () => {
  it('encrypts and decrypts, in the order that was sent; what is not encrypted stays as it is', async () => {
    const [encrypted] = await encryptedOnes([plain]);
    expect(Buffer.from(encrypted?.metadata['encoding'] ?? '', 'base64').toString()).toBe('binary/causeway-sealed');
    const answer = await ask('/codec/decode', [plain, encrypted]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(payloadsIn(answer)).toEqual([plain, plain]);
    const [read] = payloadsIn(await ask('/codec/decode', [encrypted]));
    expect(read && defaultPayloadConverter.fromPayload(JSONToPayload(read))).toEqual(value);
  });

  it('reads what a worker of this installation wrote', async () => {
    const [written = {}] = await causeway.codec.encode([JSONToPayload(plain)]);
    expect(payloadsIn(await ask('/codec/decode', [payloadToJSON(written)]))).toEqual([plain]);
  });

  it('answers with a tombstone for what it cannot decrypt, and goes on with the rest', async () => {
    const [encrypted] = await encryptedOnes([plain]);
    const changed = { ...encrypted, data: Buffer.from('changed').toString('base64') };
    const [tombstone, rest] = payloadsIn(await ask('/codec/decode', [changed, encrypted]));
    expect(Buffer.from(tombstone?.data ?? '', 'base64').toString()).toContain('$unreadable');
    expect(rest).toEqual(plain);
  });

  it('takes payloads as JSON leaves them: without data, with null, or none at all', async () => {
    const empty = { metadata: { encoding: Buffer.from('binary/null').toString('base64') } };
    expect(await encryptedOnes([empty, { ...empty, data: null }, { metadata: null, data: '' }])).toHaveLength(3);
    expect(await encryptedOnes([])).toEqual([]);
  });

  it.each([{}, { payloads: 'many' }, { payloads: [{ data: 'no base64!' }] }, { payloads: [{ metadata: { a: 1 } }] }])(
    'refuses %j, and does not repeat it',
    async (body) => {
      const headers = { 'content-type': 'application/json', authorization: bearer };
      const answer = await sendRaw(causeway.url, { path: '/codec/decode', body: JSON.stringify(body), headers });
      expect(problemIn(answer)).toMatchObject({ status: 400 });
      expect(answer.text).not.toMatch(/many|no base64!/);
    },
  );

  it('takes bodies as large as every other route', async () => {
    const data = Buffer.alloc(1024 * 1024).toString('base64');
    expect(problemIn(await ask('/codec/decode', [{ data }])).reason).toBe('body_too_large');
  });

  it.each(['/codec/decode', '/codec/encode'])(
    '%s is a 401 without the operator key, which the page may read',
    async (path) => {
      for (const authorization of [
        '',
        'Bearer',
        'Bearer undefined',
        `Bearer ${bearer}`,
        bearer.replace('Bearer', 'Basic'),
      ]) {
        const answer = await ask(path, [plain], { authorization });
        expect(problemIn(answer)).toMatchObject({ status: 401, reason: 'not_an_operator' });
        expect(answer.headers['access-control-allow-origin']).toBe(origin);
      }
    },
  );
});

const preflight = (path: string, from: string) =>
  sendRaw(causeway.url, {
    method: 'OPTIONS',
    path,
    headers: {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-namespace',
    },
  });

describe('a browser', () => {
  it.each(['/codec/decode', '/codec/encode'])('may call %s from the Web UI', async (path) => {
    const answer = await preflight(path, origin);
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringMatching(/authorization.*content-type.*x-namespace/),
      vary: 'origin',
    });
    expect((await ask(path, [plain])).headers['access-control-allow-origin']).toBe(origin);
  });

  it.each([`${origin}.evil.example`, 'http://temporal.example.com', uiUrl, 'null'])(
    'may not from %s',
    async (other) => {
      for (const answer of [
        await preflight('/codec/decode', other),
        await ask('/codec/decode', [plain], { origin: other }),
      ]) {
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
        expect(answer.headers['vary']).toBe('origin');
      }
    },
  );

  it('may call nothing else from the Web UI', async () => {
    const answer = await sendRaw(causeway.url, {
      method: 'GET',
      path: '/ops/lanes',
      headers: { origin, authorization: bearer },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

it('is not there when histories are not encrypted', async () => {
  const off = await startCauseway({
    worker: false,
    environment: { HISTORY_KEYS: `first:${randomBytes(32).toString('base64')}` },
  });
  try {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${off.configuration.OPERATOR_API_KEY}`,
    };
    const body = JSON.stringify({ payloads: [plain] });
    const answer = await sendRaw(off.url, { path: '/codec/decode', body, headers });
    expect(problemIn(answer)).toMatchObject({ status: 404, reason: 'unknown_route' });
  } finally {
    await off.close();
  }
});
