import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasConsent, leadEvent, readLead } from './lead.ts';

const receivedAt = new Date('2026-03-02T09:30:00.000Z');
const least = { idempotency_key: 'form-7:1', source: 'website', email: 'ada@example.com', consent: true };
const read = (fields: Record<string, unknown>) => readLead({ ...least, ...fields }, receivedAt);

function violation(fields: Record<string, unknown>) {
  const result = read(fields);
  return result.ok ? undefined : { path: result.path, message: result.message };
}

test('a whole lead is kept as it was sent, but for white space around its texts', () => {
  const whole = {
    ...least,
    event_id: '3F0C7B52-9d41-4c0e-0a57-2f9b6f1f0a11',
    occurred_at: '2026-03-02T10:14:21+01:00',
    first_name: 'A\u0308da',
    last_name: "=cmd|' /C calc'!A0",
    phone: 'ask for 030/901820',
    message: 'first\tline\r\nsecond \u202e line 👩‍💻',
    submission_type: 'demo',
    utm_source: 'News',
    utm_medium: '',
    utm_campaign: 'x'.repeat(3000),
    utm_content: null,
    utm_term: undefined,
    user_agent: 'curl/8.5.0',
    metadata: { page: { url: 'https://example.com/?a=b', visits: [1, null, true] } },
  };
  expect(read(whole)).toEqual({ ok: true, lead: whole });
  const padded = {
    source: '\n website ',
    first_name: '\u00a0Ada\t',
    message: '\r\nhello\n',
    email: ' ada@example.com ',
  };
  expect(read(padded)).toEqual({
    ok: true,
    lead: { ...least, source: 'website', first_name: 'Ada', message: 'hello', email: 'ada@example.com' },
  });
});

test.each([
  ['idempotency_key', 255],
  ['source', 50],
  ['first_name', 255],
  ['last_name', 255],
  ['phone', 50],
  ['submission_type', 100],
])('%s takes the %i characters of its column, and one more is a violation that names the limit', (field, limit) => {
  for (const character of ['x', '😀']) {
    expect(read({ [field]: ` ${character.repeat(limit)} ` }).ok).toBe(true);
    const message = `expected at most ${limit} characters`;
    expect(violation({ [field]: character.repeat(limit + 1) })).toEqual({ path: field, message });
  }
});

test('an e-mail address takes 254 characters, 64 of them before the @', () => {
  const domain = `${'d'.repeat(60)}.`.repeat(3);
  const address = (local: number, top: number) => `${'l'.repeat(local)}@${domain}${'t'.repeat(top)}`;
  expect(read({ email: address(64, 6) })).toMatchObject({ ok: true });
  expect(violation({ email: address(64, 7) })).toEqual({ path: 'email', message: 'expected at most 254 characters' });
  expect(violation({ email: address(65, 5) })).toMatchObject({ path: 'email' });
  // Short as it is written, and too long for DNS.
  expect(violation({ email: `ada@${'ü.'.repeat(40)}example` })).toMatchObject({ path: 'email' });
});

const texts = [
  'idempotency_key',
  'source',
  'first_name',
  'last_name',
  'phone',
  'submission_type',
  'utm_term',
  'user_agent',
];

test.each([...texts, 'message', 'metadata'])('%s: no control characters and no halves of surrogate pairs', (field) => {
  const sent = (text: string) => ({ [field]: field === 'metadata' ? { [`a${text}`]: [`b${text}`] } : `a${text}b` });
  for (const bad of ['\0', '\u0007', '\u001b[31m', '\u007f', '\u009b', '\ud83d', '\ude00']) {
    expect(violation(sent(bad))).toEqual({ path: field, message: expect.stringMatching(/^expected .*text/) });
  }
  for (const lineEnd of ['\t', '\n', '\r\n']) expect(read(sent(lineEnd)).ok).toBe(!texts.includes(field));
  for (const odd of ['\u202e', '\u200b', '\ufffd', "'; drop", '😀']) expect(read(sent(odd)).ok).toBe(true);
});

describe('e-mail', () => {
  test.each([
    'ada@example.com',
    'Ada.Lovelace+news@mail.Example.co.uk',
    "o'brien_{1}@example.com",
    'ada@münchen.example',
    'ада@пример.рф',
    'ada@xn--mnchen-3ya.example',
    '..ada..@docomo.example',
  ])('%s is one address', (email) => expect(read({ email })).toMatchObject({ ok: true, lead: { email } }));

  test.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@localhost',
    'ada@example..com',
    'ada@-example.com',
    'ada@example.com.',
    'ada@192.168.0.1',
    'ada@[192.168.0.1]',
    'ada@example.0x10',
    'ada@1.2.3.４',
    'ada@example.com/path',
    'ada@example.com:25',
    'ada@%65xample.com',
    'ada@exam_ple.com',
    'ada@b@example.com',
    '"ada b"@example.com',
    'Ada <ada@example.com>',
    'ada@example.com, bob@example.com',
    'ada@example.com\r\nBcc: bob@example.com',
    'ad a@example.com',
    'a\ud83d@example.com',
    'mailto:ada@example.com',
    ['ada@example.com'],
    3,
    null,
    '',
    undefined,
  ])('%j is none, and the answer shows one', (email) => {
    expect(violation({ email })).toEqual({ path: 'email', message: 'expected one address, as name@company.example' });
  });

  test('a lead with a phone alone is told why it cannot be kept', () => {
    for (const email of [undefined, null, ' ']) {
      expect(violation({ email, phone: '+49 30 901820' })).toEqual({
        path: 'email',
        message: expect.stringContaining('a lead with a phone number alone cannot be kept'),
      });
    }
    expect(violation({ email: 'ada', phone: '+49 30 901820' })?.message).not.toContain('phone');
    expect(violation({ email: '', phone: '' })?.message).not.toContain('phone');
  });
});

test('what has to be there is asked for in words', () => {
  for (const blank of [undefined, null, '', ' \t ', 3]) {
    expect(violation({ idempotency_key: blank })).toEqual({
      path: 'idempotency_key',
      message: expect.stringContaining('Idempotency-Key'),
    });
    expect(violation({ source: blank })).toEqual({
      path: 'source',
      message: expect.stringContaining('form or system'),
    });
  }
  for (const item of [null, 3, 'lead', [least]]) {
    const message = 'expected a lead, which is a JSON object';
    expect(readLead(item, receivedAt)).toEqual({ ok: false, path: '', message });
  }
});

test('a field that leads do not have is named, unless its name could be anything', () => {
  const message = expect.stringContaining('idempotency_key, source, email, consent');
  expect(violation({ firstName: 'Ada' })).toEqual({ path: 'firstName', message });
  for (const name of ['ada@example.com', '49301234567', 'a\0', 'x'.repeat(51)]) {
    expect(violation({ [name]: 1 })).toEqual({ path: '', message });
  }
  expect(
    readLead(JSON.parse('{"idempotency_key":"k","source":"s","email":"ada@example.com","__proto__":{}}'), receivedAt)
      .ok,
  ).toBe(false);
});

test('consent is only the value true, and what it is never makes a violation', () => {
  for (const consent of [false, 'true', 1, null, undefined, {}, ['true']]) {
    expect(read({ consent })).toMatchObject({ ok: true });
    expect(hasConsent(consent)).toBe(false);
  }
  expect(hasConsent(true)).toBe(true);
});

describe('times', () => {
  test.each([
    '2026-03-02T09:14:21.512Z',
    '2026-03-02T10:14+01:00',
    1_772_442_861,
    1_772_442_861_512,
    '1772442861.5',
    null,
  ])('%j is kept as it was sent', (occurred_at) =>
    expect(read({ occurred_at })).toMatchObject({ ok: true, lead: { occurred_at } }),
  );

  test.each([
    '2026-03-02',
    '2026-03-02T09:14:21',
    '2026-13-02T09:14:21Z',
    1_772_442,
    -1,
    '',
    '1999-01-01T00:00:00Z',
    '2026-03-03T09:31:00Z',
    {},
  ])('%j is a violation', (occurred_at) => {
    expect(violation({ occurred_at })).toEqual({
      path: 'occurred_at',
      message: expect.stringContaining('between 2005 and a day from now'),
    });
  });
});

test('an id of the sender is a UUID', () => {
  expect(violation({ event_id: '42' })).toEqual({ path: 'event_id', message: expect.stringContaining('UUID') });
});

const noted = (text: string) => ({ metadata: { a: text } });

describe('metadata', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

  test('may be five levels deep, and is not walked any deeper', () => {
    expect(read({ metadata: nested(5) }).ok).toBe(true);
    expect(read({ metadata: { a: [[[[]]]] } }).ok).toBe(true);
    let deep: unknown = [];
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    for (const metadata of [nested(6), { a: [[[[[]]]]] }, { deep }]) {
      expect(violation({ metadata })).toEqual({
        path: 'metadata',
        message: 'expected no more than 5 levels of nesting',
      });
    }
  });

  test('may be 16384 bytes of JSON in UTF-8', () => {
    expect(read(noted('x'.repeat(16_384 - 8))).ok).toBe(true);
    for (const text of ['x'.repeat(16_384 - 7), 'é'.repeat(8_192)]) {
      expect(violation(noted(text))?.message).toMatch(/^expected at most 16384 bytes as JSON, got /);
    }
  });

  test('is an object', () => {
    for (const metadata of [[], 'text', 3, true]) {
      expect(violation({ metadata })).toEqual({ path: 'metadata', message: 'expected a JSON object' });
    }
  });
});

const anyField = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const names = Object.keys(leadEvent.shape);
const likeALead = fc
  .dictionary(
    fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.string() }),
    anyField,
  )
  .map((fields) => ({ ...least, ...fields }));

test('whatever JSON is sent, it is read without throwing, once read it reads the same, and messages repeat nothing of it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), likeALead), fc.string({ minLength: 8, unit: 'grapheme' }), (item, secret) => {
      const result = readLead(item, receivedAt);
      expect(result.ok ? readLead(result.lead, receivedAt) : result).toEqual(result);
      const withSecret = readLead({ ...least, first_name: `${secret}\0` }, receivedAt);
      expect(withSecret.ok ? '' : withSecret.message).not.toContain(secret);
    }),
    { numRuns: 1_000 },
  );
});
