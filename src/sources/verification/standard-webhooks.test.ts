import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { standardWebhooksV1 } from './standard-webhooks.ts';
import { type SignedRequest, verify } from './verify.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const seconds = 1_614_265_330;
const payload = '{"test": 2432232314}';

interface Options {
  payload?: string;
  secrets?: readonly string[];
  headers?: SignedRequest['headers'];
  nowSeconds?: number;
  signWith?: string;
}

/** A request that the standard's own library has signed. */
function signed(options: Options = {}): SignedRequest {
  const body = options.payload ?? payload;
  return {
    method: 'POST',
    uri: '',
    rawBody: Buffer.from(body),
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': new Webhook(options.signWith ?? secret).sign(id, new Date(seconds * 1000), body),
      ...options.headers,
    },
    secrets: options.secrets ?? [secret],
    nowMs: (options.nowSeconds ?? seconds) * 1000,
  };
}

const check = (options: Options = {}) => verify(standardWebhooksV1, signed(options));
const withSignature = (text: string): Options => ({ headers: { 'webhook-signature': text } });
const valid = () => String(signed().headers['webhook-signature']);
const refused = (reason: string) => ({ ok: false, reason });
const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

test('what the library of the standard signs is accepted, and bytes that are no ASCII too', () => {
  expect(check()).toEqual({ ok: true });
  expect(check({ payload: '{"name":"Zoë 🦊"}' })).toEqual({ ok: true });
});

test('a request that was changed anywhere is refused', () => {
  expect(verify(standardWebhooksV1, { ...signed(), rawBody: Buffer.from(`${payload} `) })).toEqual(
    refused('wrong_signature'),
  );
  expect(check({ headers: { 'webhook-id': `${id}2` } })).toEqual(refused('wrong_signature'));
  expect(check({ headers: { 'webhook-timestamp': String(seconds + 1) } })).toEqual(refused('wrong_signature'));
});

test('any one signature is enough, in any place, and any one secret', () => {
  const wrong = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
  expect(check(withSignature(`${wrong} ${valid()}`))).toEqual({ ok: true });
  expect(check(withSignature(`${valid()} ${wrong}`))).toEqual({ ok: true });
  expect(check({ secrets: [other, secret] })).toEqual({ ok: true });
  expect(check({ secrets: [secret, other], signWith: other })).toEqual({ ok: true });
  expect(check({ secrets: [other] })).toEqual(refused('wrong_signature'));
});

test('a request that names no message is refused, signed or not: nothing would tell it from the next', () => {
  const nameless = new Webhook(secret).sign('', new Date(seconds * 1000), payload);
  for (const none of [undefined, '']) {
    const headers = { 'webhook-id': none, 'webhook-signature': nameless };
    expect(check({ headers })).toEqual(refused('missing_header'));
  }
});

const file = join(import.meta.dirname, '../../../../shared/corpora/signatures/standard-webhooks-vectors.json');
const vector = z.object({
  id: z.string().optional(),
  secret: z.string(),
  'webhook-id': z.string(),
  'webhook-timestamp': z.number(),
  payload: z.string(),
  expected: z.string(),
});
const vectors = existsSync(file)
  ? z
      .object({
        published: z.array(vector).min(1),
        cases_from_the_reference_tests: z.array(z.object({ case: z.string(), valid: z.boolean() })),
        derived: z.array(vector),
      })
      .parse(JSON.parse(readFileSync(file, 'utf8')))
  : undefined;

describe.skipIf(!vectors)('the known answers of the standard', () => {
  test.each([...(vectors?.published ?? []), ...(vectors?.derived ?? [])])('$webhook-id is accepted', (given) => {
    const request = {
      method: 'POST',
      uri: '',
      rawBody: Buffer.from(given.payload),
      headers: {
        'webhook-id': given['webhook-id'],
        'webhook-timestamp': String(given['webhook-timestamp']),
        'webhook-signature': given.expected,
      },
      secrets: [given.secret],
      nowMs: given['webhook-timestamp'] * 1000,
    };
    expect(verify(standardWebhooksV1, request)).toEqual({ ok: true });
  });
});

/** What the reference tests of the standard's libraries do, by their words. */
const cases: Readonly<Record<string, () => ReturnType<typeof check>>> = {
  'secret without whsec_ prefix verifies too': () => check({ secrets: [secret.replace('whsec_', '')] }),
  "webhook-signature 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= <valid> v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=' (space separated, one valid)":
    () => {
      const wrong = 'Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';
      return check(withSignature(`v1,${wrong} v2,${wrong} ${valid()} v1,${wrong}`));
    },
  'missing webhook-id': () => check({ headers: { 'webhook-id': undefined } }),
  'missing webhook-timestamp': () => check({ headers: { 'webhook-timestamp': undefined } }),
  'missing webhook-signature': () => check({ headers: { 'webhook-signature': undefined } }),
  "webhook-timestamp 'hello'": () => check({ headers: { 'webhook-timestamp': 'hello' } }),
  "webhook-signature 'v1,dawfeoifkpqwoekfpqoekf'": () => check(withSignature('v1,dawfeoifkpqwoekfpqoekf')),
  'webhook-signature cut to its first 8 characters': () => check(withSignature(valid().slice(0, 8))),
  "webhook-signature 'v1,'": () => check(withSignature('v1,')),
  'only a v2 signature (v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=)': () =>
    check(withSignature('v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')),
  'timestamp 301 s old (tolerance 300 s + 1)': () => check({ nowSeconds: seconds + 301 }),
  'timestamp 301 s in the future': () => check({ nowSeconds: seconds - 301 }),
  'empty payload with a right signature': () => check({ payload: '' }),
  "empty secret or 'whsec_'": () => check({ secrets: ['', 'whsec_'] }),
};

describe('the cases of the reference tests', () => {
  test.each(Object.entries(cases))('%s', (name, run) => {
    const known = vectors?.cases_from_the_reference_tests.find((each) => each.case === name);
    expect(run().ok).toBe(known?.valid ?? acceptedCases.has(name));
  });
  const acceptedCases = new Set(Object.keys(cases).filter((name) => /verifies too|one valid|empty payload/.test(name)));

  test.skipIf(!vectors)('are all here', () => {
    expect(vectors?.cases_from_the_reference_tests.map((each) => each.case).toSorted()).toEqual(
      Object.keys(cases).toSorted(),
    );
  });
});

test('a time is good for five minutes, both ways, and in seconds only', () => {
  for (const distance of [-300, 300]) expect(check({ nowSeconds: seconds + distance })).toEqual({ ok: true });
  expect(check({ headers: { 'webhook-timestamp': String(seconds * 1000) } })).toEqual(refused('bad_timestamp'));
});
