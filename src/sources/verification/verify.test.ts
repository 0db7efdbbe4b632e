import { createHmac } from 'node:crypto';
import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hubspotV3 } from './hubspot-v3.ts';
import type { SignatureScheme } from './scheme.ts';
import { type SignedRequest, verify } from './verify.ts';

const nowMs = 1_767_090_605_123;
const uri = 'https://hooks.example.com/webhooks/hubspot';

interface Options {
  body?: Buffer;
  uri?: string;
  secret?: string;
  timestamp?: string;
}

function signed(options: Options = {}): SignedRequest {
  const { body = Buffer.from('[{"eventId":1}]'), secret = 'first-secret', timestamp = String(nowMs) } = options;
  const signature = createHmac('sha256', secret).update(`POST${uri}`).update(body).update(timestamp).digest('base64');
  return {
    method: 'POST',
    uri: options.uri ?? uri,
    rawBody: body,
    headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp },
    secrets: ['first-secret'],
    nowMs,
  };
}

function withHeaders(request: SignedRequest, headers: SignedRequest['headers']): SignedRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}

function flipBit(bytes: Buffer, position: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[Math.floor(position / 8)] = (changed[Math.floor(position / 8)] ?? 0) ^ (1 << (position % 8));
  return changed;
}

const refused = (reason: string) => ({ ok: false, reason });

describe('a signature covers every byte of what came', () => {
  test('what HubSpot signed is accepted', () => {
    expect(verify(hubspotV3, signed())).toEqual({ ok: true });
  });

  test('a body that is not valid UTF-8 is checked as the bytes it is', () => {
    const body = Buffer.from([0x5b, 0xff, 0x00, 0xc3, 0x5d]);
    expect(verify(hubspotV3, signed({ body }))).toEqual({ ok: true });
    const replaced = { ...signed({ body }), rawBody: Buffer.from(body.toString()) };
    expect(verify(hubspotV3, replaced)).toEqual(refused('wrong_signature'));
  });

  test('one bit changed anywhere in the body is refused', () => {
    const request = signed();
    for (let position = 0; position < request.rawBody.length * 8; position += 1) {
      const tampered = { ...request, rawBody: flipBit(request.rawBody, position) };
      expect(verify(hubspotV3, tampered)).toEqual(refused('wrong_signature'));
    }
  });

  test('one bit changed anywhere in the signature is refused, also one that base64 leaves unused', () => {
    const request = signed();
    const signature = Buffer.from(String(request.headers['x-hubspot-signature-v3']));
    for (let position = 0; position < signature.length * 8; position += 1) {
      const text = flipBit(signature, position).toString('latin1');
      const tampered = withHeaders(request, { 'x-hubspot-signature-v3': text });
      expect(verify(hubspotV3, tampered)).toEqual(refused('wrong_signature'));
    }
  });

  test('another method, URI or time than the signed one is refused', () => {
    expect(verify(hubspotV3, { ...signed(), method: 'PUT' })).toEqual(refused('wrong_signature'));
    expect(verify(hubspotV3, { ...signed(), uri: `${uri}/` })).toEqual(refused('wrong_signature'));
    const later = withHeaders(signed(), { 'x-hubspot-request-timestamp': String(nowMs + 1) });
    expect(verify(hubspotV3, later)).toEqual(refused('wrong_signature'));
  });

  test('any text as a signature is refused without an exception', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.string({ unit: 'binary', minLength: 1 }), (text) => {
        const tampered = withHeaders(signed(), { 'x-hubspot-signature-v3': text });
        expect(verify(hubspotV3, tampered)).toEqual(refused('wrong_signature'));
      }),
    );
  });

  test('a signature header sent twice is refused, whichever of the two is right', () => {
    const right = String(signed().headers['x-hubspot-signature-v3']);
    const twice = withHeaders(signed(), { 'x-hubspot-signature-v3': [right, right] });
    expect(verify(hubspotV3, twice)).toEqual(refused('wrong_signature'));
  });
});

describe('a request is good for five minutes', () => {
  const fiveMinutesMs = 300_000;

  test.each([-fiveMinutesMs, 0, fiveMinutesMs])('a time %d ms from ours is accepted', (distanceMs) => {
    expect(verify(hubspotV3, signed({ timestamp: String(nowMs + distanceMs) }))).toEqual({ ok: true });
  });

  test.each([-fiveMinutesMs - 1, fiveMinutesMs + 1])('a time %d ms from ours is refused', (distanceMs) => {
    const request = signed({ timestamp: String(nowMs + distanceMs) });
    expect(verify(hubspotV3, request)).toEqual(refused('stale_timestamp'));
  });

  test.each(['NaN', '1767090605', '17670906051234', '-176709060512', '1767090605.12', ' 76709060512', '1e1200000000'])(
    'the time %j is refused: only 13 digits are milliseconds',
    (timestamp) => {
      expect(verify(hubspotV3, signed({ timestamp }))).toEqual(refused('bad_timestamp'));
    },
  );

  test('a request without a time is refused', () => {
    const request = withHeaders(signed(), { 'x-hubspot-request-timestamp': undefined });
    expect(verify(hubspotV3, request)).toEqual(refused('missing_timestamp'));
  });
});

describe('only the version that signs the time counts', () => {
  test('no signature at all is refused', () => {
    expect(verify(hubspotV3, { ...signed(), headers: {} })).toEqual(refused('missing_signature'));
  });

  test('an older signature alone is refused as such', () => {
    const headers = { 'x-hubspot-signature': 'a'.repeat(64), 'x-hubspot-signature-version': 'v2' };
    expect(verify(hubspotV3, { ...signed(), headers })).toEqual(refused('unsupported_version'));
  });

  test('an older signature beside the third version does no harm', () => {
    expect(verify(hubspotV3, withHeaders(signed(), { 'x-hubspot-signature': 'a'.repeat(64) }))).toEqual({ ok: true });
  });
});

describe('a secret can be changed while requests arrive', () => {
  const secrets = ['first-secret', 'second-secret'];

  test.each(secrets)('a request signed with %s is accepted while both are known', (secret) => {
    expect(verify(hubspotV3, { ...signed({ secret }), secrets })).toEqual({ ok: true });
  });

  test('a secret that was taken away is refused', () => {
    expect(verify(hubspotV3, { ...signed(), secrets: ['second-secret'] })).toEqual(refused('wrong_signature'));
  });

  test('no secret, or an empty one, lets nobody in', () => {
    expect(verify(hubspotV3, { ...signed({ secret: '' }), secrets: [''] })).toEqual(refused('wrong_signature'));
    expect(verify(hubspotV3, { ...signed(), secrets: [] })).toEqual(refused('wrong_signature'));
  });
});

function verifyQuery(encoded: string, decoded: string) {
  const request = { ...signed(), uri: `${uri}?${encoded}` };
  const text = `POST${uri}?${decoded}${request.rawBody.toString()}${nowMs}`;
  const signature = createHmac('sha256', 'first-secret').update(text).digest('base64');
  return verify(hubspotV3, withHeaders(request, { 'x-hubspot-signature-v3': signature }));
}

describe('the URI is decoded as HubSpot does', () => {
  test('the twelve documented codes are resolved, in either case', () => {
    expect(verifyQuery('%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B', ":/?@!$'()*,;")).toEqual({ ok: true });
    expect(verifyQuery('%3a%2f', ':/')).toEqual({ ok: true });
  });

  test('all other codes stay, and nothing is resolved twice', () => {
    expect(verifyQuery('a%20b%26c%3Dd%253A', 'a%20b%26c%3Dd%253A')).toEqual({ ok: true });
  });
});

function signedInHex(timestamp: string, prefix: string): SignedRequest {
  const signature = createHmac('sha256', 'first-secret').update(`${timestamp}.{}`).digest('hex');
  const headers = { 'x-signature': prefix + signature, 'x-timestamp': timestamp };
  return { method: 'POST', uri, rawBody: Buffer.from('{}'), headers, secrets: ['first-secret'], nowMs };
}

describe('a scheme is data', () => {
  const scheme: SignatureScheme = {
    algorithm: 'hmac-sha256',
    encoding: 'hex',
    signatureHeader: 'x-signature',
    signaturePrefix: { text: 'sha256=', required: false },
    signedParts: ['timestamp', { literal: '.' }, 'body'],
    timestamp: {
      header: 'x-timestamp',
      units: [
        { digits: 13, unitMs: 1 },
        { digits: 10, unitMs: 1000 },
      ],
      toleranceMs: 300_000,
    },
  };
  test('a time may come in seconds where the scheme has that unit, and a prefix may be left out where it may', () => {
    expect(verify(scheme, signedInHex('1767090605', 'sha256='))).toEqual({ ok: true });
    expect(verify(scheme, signedInHex('1767090605123', ''))).toEqual({ ok: true });
  });

  test('a prefix that is required may not be left out', () => {
    const strict = { ...scheme, signaturePrefix: { text: 'sha256=', required: true } };
    expect(verify(strict, signedInHex('1767090605', ''))).toEqual(refused('wrong_signature'));
  });

  test('a sender that signs no time is checked by its body alone', () => {
    const timeless: SignatureScheme = {
      algorithm: 'hmac-sha256',
      encoding: 'hex',
      signatureHeader: 'x-signature',
      signedParts: ['body'],
    };
    const signature = createHmac('sha256', 'first-secret').update('{}').digest('hex');
    const plain = { ...signedInHex('1767090605', ''), headers: { 'x-signature': signature } };
    expect(verify(timeless, plain)).toEqual({ ok: true });
  });
});
