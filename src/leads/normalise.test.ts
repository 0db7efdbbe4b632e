import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { LeadEvent } from '../domain/lead.ts';
import { createNormaliser } from './normalise.ts';

const least: LeadEvent = { idempotency_key: 'form-7:1', source: 'website', email: 'ada@example.com', consent: true };
const normalise = createNormaliser({ defaultCountry: 'DE' });
const twins = (fields: Partial<LeadEvent>) => normalise({ ...least, ...fields }).normalised;

const corpora = join(import.meta.dirname, '../../../shared/corpora');
const phones = join(corpora, 'phone/examples.mobile.json');
const blocklist = join(corpora, 'disposable-email/disposable_email_blocklist.conf');

test('the columns are what was sent, null where nothing was, and what we made of it stands beside', () => {
  const sent: LeadEvent = {
    ...least,
    email: 'Ada.Lovelace+x@Example.COM',
    event_id: '3f0c7b52-9d41-4c0e-8a57-2f9b6f1f0a11',
    first_name: 'A\u0308DA',
    phone: '030 / 901820',
    utm_source: 'News',
    user_agent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    metadata: { page: '/' },
  };
  expect(normalise(sent)).toEqual({
    ...sent,
    last_name: null,
    message: null,
    submission_type: null,
    utm_medium: null,
    utm_campaign: null,
    utm_content: null,
    utm_term: null,
    normalised: {
      email: 'Ada.Lovelace+x@example.com',
      email_key: 'ada.lovelace+x@example.com',
      disposable: false,
      phone_e164: '+4930901820',
      utm_cut: {},
      device: 'Chrome on Windows, desktop',
    },
  });
});

test('consent is in the row only when it is true', () => {
  expect(normalise({ ...least, consent: 'true' }).consent).toBe(false);
});

describe('e-mail', () => {
  test.each([
    [' ADA@Example.com', 'ADA@example.com', 'ada@example.com'],
    ['ada@MÜNCHEN.example', 'ada@xn--mnchen-3ya.example', 'ada@xn--mnchen-3ya.example'],
    ['ada@xn--mnchen-3ya.example', 'ada@xn--mnchen-3ya.example', 'ada@xn--mnchen-3ya.example'],
    ['A\u0308da@example.com', 'Äda@example.com', 'äda@example.com'],
    ['Ada.L+news@gmail.com', 'Ada.L+news@gmail.com', 'adal@gmail.com'],
    ['a.d.a.l@GoogleMail.com', 'a.d.a.l@googlemail.com', 'adal@gmail.com'],
    ['a.b+c@example.com', 'a.b+c@example.com', 'a.b+c@example.com'],
    ['a.b+c@gmail.com.example', 'a.b+c@gmail.com.example', 'a.b+c@gmail.com.example'],
    ['T\u0308@example.com', 'T\u0308@example.com', '\u1e97@example.com'],
    ['a.\u0308@gmail.com', 'a.\u0308@gmail.com', '\u00e4@gmail.com'],
    ['+x@gmail.com', '+x@gmail.com', '+x@gmail.com'],
    ['Ada@Example.com/Path', 'Ada@Example.com/Path', 'ada@example.com/path'],
  ])('%s is written to at %s and matched as %s', (sent, email, email_key) => {
    expect(twins({ email: sent })).toMatchObject({ email, email_key });
  });

  test.each([
    ['mailinator.com', true],
    ['MAILINATOR.com', true],
    ['a.b.mailinator.com', true],
    ['my-mailinator.com', false],
    ['mailinator.com.example', false],
    ['gmail.com', false],
    ['com', false],
  ])('%s gives out mailboxes for minutes: %s', (domain, expected) => {
    expect(twins({ email: `ada@${domain}` }).disposable).toBe(expected);
  });

  test.skipIf(!existsSync(blocklist))('nearly all domains of the public list are known, and those below them', () => {
    const domains = readFileSync(blocklist, 'utf8').trim().split('\n');
    const known = domains.filter((domain) => twins({ email: `ada@mx.${domain}` }).disposable);
    expect(domains.length).toBeGreaterThan(8_000);
    expect(known.length / domains.length).toBeGreaterThan(0.99);
  });
});

describe('phone', () => {
  test.each([
    ['030 901820', '+4930901820'],
    ['+1 (415) 555-2671', '+14155552671'],
    ['0049 30 901820', '+4930901820'],
    ['tel:+49-30-901820', '+4930901820'],
    ['+49 30 901820 ext. 12', '+4930901820'],
    ['٠٣٠٩٠١٨٢٠', '+4930901820'],
    ['12', null],
    ['+1 555', null],
    ['+49 1511', null],
    ['+49 99999999', null],
    ['call me', null],
    ['', null],
  ])('%j is %s, and is kept as it was sent', (phone, phone_e164) => {
    expect(normalise({ ...least, phone })).toMatchObject({ phone, normalised: { phone_e164 } });
  });

  test('without a default country, only numbers that name theirs are understood', () => {
    const anywhere = createNormaliser({});
    expect(anywhere({ ...least, phone: '030 901820' }).normalised.phone_e164).toBeNull();
    expect(anywhere({ ...least, phone: '+4930901820' }).normalised.phone_e164).toBe('+4930901820');
  });

  test('a default country that does not exist is an error before any lead is', () => {
    for (const defaultCountry of ['Germany', 'de', 'XX', '']) {
      expect(() => createNormaliser({ defaultCountry })).toThrow(
        `no ISO 3166 code such as DE or US: ${defaultCountry}`,
      );
    }
  });

  test.skipIf(!existsSync(phones))('every region has numbers that are understood, from within and from abroad', () => {
    const examples = Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(phones, 'utf8'))));
    expect(examples.length).toBeGreaterThan(240);
    for (const [defaultCountry, phone] of examples) {
      const e164 = createNormaliser({ defaultCountry })({ ...least, phone }).normalised.phone_e164;
      expect(e164).toMatch(/^\+\d{5,15}$/);
      expect(twins({ phone: e164 }).phone_e164).toBe(e164);
    }
  });
});

test('a UTM value of more than 255 characters is cut in its column, between characters, and kept whole beside', () => {
  const whole = `x${'😀'.repeat(300)}`;
  const lead = normalise({ ...least, utm_campaign: whole, utm_term: '😀'.repeat(255) });
  expect(lead.utm_campaign).toBe(`x${'😀'.repeat(254)}`);
  expect(lead.utm_term).toBe('😀'.repeat(255));
  expect(lead.normalised.utm_cut).toEqual({ utm_campaign: whole });
});

describe('the device of a user agent', () => {
  const iPhone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
  test.each([
    [iPhone, 'Safari on iOS, mobile'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0', 'Firefox on Linux, desktop'],
    ['curl/8.5.0', null],
    ['', null],
  ])('%s', (user_agent, device) => expect(twins({ user_agent }).device).toBe(device));

  test('never repeats what a stranger made up', () => {
    expect(twins({ user_agent: 'ada@example.com/1.0 (Ada Lovelace) 030/901820 x' }).device).toBeNull();
  });
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('0', '30', '+49', ' ', '(', ')', '-', 'x', 'ext.', ';', '.', '@', 'İ', 'ẞ', 'Σ'))
    .map((parts) => parts.join('')),
);
const anyDomain = fc.oneof(anyText, fc.constantFrom('gmail.com', 'GOOGLEMAIL.com', 'Bücher.example', 'straße.example'));
const anyEmail = fc.oneof(
  anyText,
  fc.tuple(anyText, anyDomain).map((parts) => parts.join('@')),
  fc.emailAddress(),
);
const anyLead = fc.record({
  idempotency_key: anyText,
  source: anyText,
  email: anyEmail,
  consent: fc.jsonValue(),
  first_name: fc.option(anyText),
  phone: fc.option(anyText),
  utm_source: fc.option(fc.oneof(anyText, fc.string({ minLength: 250, maxLength: 600, unit: 'grapheme' }))),
  user_agent: fc.option(
    fc.oneof(
      anyText,
      anyText.map((text) => `Mozilla/5.0 (${text}) ${text}/1`),
    ),
  ),
});

test('whatever a lead holds, it is normalised, and doing it twice is doing it once', () => {
  fc.assert(
    fc.property(anyLead, (lead) => {
      const once = normalise(lead);
      expect(normalise(lead)).toEqual(once);
      const { email, email_key, phone_e164, disposable } = once.normalised;
      const again = normalise({ ...lead, email, phone: phone_e164, utm_source: once.utm_source });
      expect(again.normalised).toMatchObject({ email, email_key, phone_e164, disposable });
      expect(again.utm_source).toBe(once.utm_source);
      expect(twins({ email: email_key }).email_key).toBe(email_key);
    }),
    { numRuns: 1_000 },
  );
});
