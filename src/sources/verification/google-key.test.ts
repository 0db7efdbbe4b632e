import { expect, test } from 'vitest';
import { googleKey } from './google-key.ts';
import { verify } from './verify.ts';

/** Protects a door whose key comes in the body: only the whole key opens it, and nothing else in a body does harm. */

const check = (body: string | Buffer, secrets: readonly string[] = ['made-up-key']) =>
  verify(googleKey, { method: 'POST', uri: '', rawBody: Buffer.from(body), headers: {}, secrets, nowMs: 0 });
const refused = (reason: string) => ({ ok: false, reason });

test('the key opens, and any one of several', () => {
  expect(check('{"google_key":"made-up-key"}')).toEqual({ ok: true });
  expect(check('{"google_key":"other-key"}', ['made-up-key', 'other-key'])).toEqual({ ok: true });
});

test.each(['made-up-ke', 'made-up-key2', 'made-up-key ', 'MADE-UP-KEY', '\u0000'])('%j does not', (key) => {
  expect(check(JSON.stringify({ google_key: key }))).toEqual(refused('wrong_signature'));
});

test('of a key that stands twice the last counts, as for whoever reads the lead', () => {
  expect(check('{"google_key":"made-up-key","google_key":"x"}')).toEqual(refused('wrong_signature'));
  expect(check('{"google_key":"x","google_key":"made-up-key"}')).toEqual({ ok: true });
});

test('no key is missing, whatever stands in its place', () => {
  const bodies = [
    '',
    '{',
    'null',
    '"made-up-key"',
    '["made-up-key"]',
    '{}',
    '{"google_key":""}',
    '{"google_key":["made-up-key"]}',
  ];
  const others = ['{"__proto__":{"google_key":"made-up-key"}}', '{"lead":{"google_key":"made-up-key"}}'];
  for (const body of [...bodies, ...others]) expect(check(body)).toEqual(refused('missing_signature'));
  expect(check(Buffer.from([0x7b, 0xff]))).toEqual(refused('missing_signature'));
});

test('no secret, or an empty one, lets nobody in', () => {
  for (const secrets of [[], ['']]) expect(check('{"google_key":"x"}', secrets)).toEqual(refused('wrong_signature'));
  expect(check('{"google_key":""}', [''])).toEqual(refused('missing_signature'));
});
