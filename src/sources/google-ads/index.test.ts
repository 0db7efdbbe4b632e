import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ParsedEvent, Violation } from '../../domain/incoming.ts';
import type { Source } from '../source.ts';
import { googleAds } from './index.ts';
import sample from './samples/lead.json' with { type: 'json' };
import testLead from './samples/test-lead.json' with { type: 'json' };

/** Protects what becomes of a lead of Google's: ids keep their digits, the key stays out, and only a named answer is consent. */

const receivedAt = new Date('2026-03-02T12:00:00.000Z');
const question = { field: 'May we write to you?', answer: 'Yes' };
const asked = googleAds.withConsent?.(question) ?? googleAds;
const yes = { column_name: question.field, string_value: 'Yes' };
const email = { column_id: 'EMAIL', string_value: 'ada@example.com' };

function only(body: unknown, source: Source = asked): ParsedEvent | Violation {
  const parsed = source.parse(body, receivedAt, {});
  const [first] = parsed.kind === 'events' ? parsed.events : [];
  if (first === undefined) throw new Error(`no event: ${JSON.stringify(parsed)}`);
  return first;
}

function leadOf(body: unknown): unknown {
  const event = only(body);
  if (event.kind === 'violation') throw new Error(`${event.path}: ${event.message}`);
  return event.event.payload['lead'];
}

const withColumns = (...columns: unknown[]) => ({ lead_id: 'l1', google_key: 'made-up', user_column_data: columns });
const isConsent = (body: unknown, source?: Source): boolean => {
  const event = only(body, source);
  return event.kind === 'event' && event.ending === undefined;
};

describe('a lead', () => {
  test('has its columns, and all that we have no column for beside', () => {
    const ids = { form_id: '9007199254740993', campaign_id: '20734511234567891', creative_id: '9223372036854775807' };
    expect(leadOf({ ...sample, ...ids })).toEqual({
      idempotency_key: 'google-ads:CjwKCAjwmade-up-lead-0001',
      source: 'google-ads',
      email: 'grace@example.com',
      phone: '+44 20 7946 0018',
      first_name: 'Grace',
      last_name: 'Brewster Hopper',
      consent: true,
      occurred_at: '2026-03-02T09:14:21Z',
      metadata: {
        ...ids,
        api_version: '1.0',
        adgroup_id: '162345678901',
        asset_group_id: undefined,
        gcl_id: 'Cj0KCQjw-made-up-click',
        lead_stage: 'SUBMITTED',
        columns: {
          FULL_NAME: 'Grace Brewster Hopper',
          COMPANY_NAME: 'Analytical Engines',
          'may_we_write_to_you?': 'Yes',
        },
      },
    });
  });

  test('prefers the names and the address that are a person’s own, and loses none', () => {
    const columns = [
      { column_id: 'FULL_NAME', string_value: 'Dr. Ada Lovelace' },
      { column_id: 'FIRST_NAME', string_value: 'Ada' },
      { column_id: 'WORK_EMAIL', string_value: 'ada@engines.example' },
      { column_id: 'EMAIL', string_value: ' ada@example.com ' },
      yes,
    ];
    expect(leadOf(withColumns(...columns))).toMatchObject({
      email: 'ada@example.com',
      first_name: 'Ada',
      metadata: { columns: { FULL_NAME: 'Dr. Ada Lovelace', WORK_EMAIL: 'ada@engines.example' } },
    });
    const work = { column_id: 'WORK_EMAIL', string_value: 'ada@engines.example' };
    expect(leadOf(withColumns(work, { column_id: 'EMAIL', string_value: '' }, yes))).toMatchObject({
      email: 'ada@engines.example',
    });
  });

  test('has no id that has lost its digits', () => {
    expect(leadOf({ ...withColumns(email, yes), form_id: 2 ** 60 })).toMatchObject({
      metadata: { form_id: undefined },
    });
  });

  test('the key of the form is in nothing that is kept of it', () => {
    for (const body of [sample, withColumns(email, yes), withColumns(yes)]) {
      expect(JSON.stringify(only(body))).not.toMatch(/google_key|made-up-google-key/);
    }
    expect(only(withColumns(yes))).toMatchObject({ kind: 'violation', path: 'email', raw: { lead_id: 'l1' } });
  });

  test('is told from others by lead_id, and is a violation without one', () => {
    expect(only(withColumns(email, yes))).toMatchObject({ idempotencyKey: ['google-ads:l1'] });
    expect(only({ ...withColumns(email, yes), lead_id: undefined })).toMatchObject({ path: 'idempotency_key' });
  });
});

describe('consent', () => {
  test('is not given where no question is named: Google has no field for it', () => {
    expect(isConsent(sample, googleAds)).toBe(false);
    expect(isConsent(withColumns(email, { column_id: 'CONSENT', string_value: 'true' }), googleAds)).toBe(false);
  });

  test.each([
    ['the answer that was named', [yes], true],
    ['the same, by the id of its column', [{ column_id: question.field, string_value: ' Yes ' }], true],
    ['another answer', [{ ...yes, string_value: 'No' }], false],
    ['an answer that resembles it', [{ ...yes, string_value: 'yes' }], false],
    ['none', [], false],
    ['an empty one', [{ column_name: question.field }], false],
    ['two that differ', [yes, { ...yes, string_value: 'No' }], false],
  ])('where one is named: %s', (_what, columns, given) => {
    expect(isConsent(withColumns(email, ...columns))).toBe(given);
  });
});

test('a test lead is marked, and ends at the door whatever its columns say', () => {
  const test1 = only({ ...withColumns(email, yes), is_test: true });
  expect(test1).toMatchObject({ ending: 'no_consent', event: { payload: { lead: { metadata: { is_test: true } } } } });
  expect(only(testLead)).toMatchObject({ ending: 'no_consent' });
  expect(isConsent({ ...withColumns(email, yes), is_test: false })).toBe(true);
});

test('is answered as Google wants it', () => {
  expect(googleAds.respond?.(receivedAt, {})).toEqual({ status: 200, body: {} });
});

test('whatever stands in a lead, it is answered with a lead or a path', () => {
  const column = fastCheck.dictionary(
    fastCheck.constantFrom('column_id', 'column_name', 'string_value', '__proto__'),
    fastCheck.oneof(fastCheck.constantFrom('EMAIL', 'FULL_NAME', '__proto__', 'constructor'), fastCheck.jsonValue()),
    { noNullPrototype: true },
  );
  const parts = fastCheck.dictionary(fastCheck.constantFrom(...Object.keys(sample)), fastCheck.jsonValue(), {
    noNullPrototype: true,
  });
  fastCheck.assert(
    fastCheck.property(parts, fastCheck.array(column), (given, columns) => {
      const text = JSON.stringify({ ...withColumns(email, yes, ...columns), ...given });
      expect(only(JSON.parse(text))).toMatchObject({ kind: expect.stringMatching(/^(?:event|violation)$/) });
    }),
    { numRuns: 500 },
  );
});

test('its sample has numbers that JavaScript cannot hold', () => {
  const text = readFileSync(join(import.meta.dirname, 'samples/lead.json'), 'utf8');
  expect(text).toContain('9223372036854775807');
  expect(Number.isSafeInteger(sample.creative_id)).toBe(false);
});
