import * as fastCheck from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ParsedEvent, Violation } from '../../domain/incoming.ts';
import { hubspotForms } from './index.ts';
import sample from './samples/submission.json' with { type: 'json' };
import withoutConsent from './samples/without-consent.json' with { type: 'json' };

/** Protects what becomes of a submission: its fields by HubSpot's names, and consent only where consentToProcess is true. */

const receivedAt = new Date('2026-03-02T12:00:00.000Z');

function only(body: unknown, messageId = 'msg_1'): ParsedEvent | Violation {
  const parsed = hubspotForms.parse(body, receivedAt, { 'webhook-id': messageId });
  const [first] = parsed.kind === 'events' ? parsed.events : [];
  if (first === undefined) throw new Error(`no event: ${JSON.stringify(parsed)}`);
  return first;
}

function leadOf(body: unknown): unknown {
  const event = only(body);
  if (event.kind === 'violation') throw new Error(`${event.path}: ${event.message}`);
  return event.event.payload['lead'];
}

const isConsent = (body: unknown): boolean => {
  const event = only(body);
  return event.kind === 'event' && event.ending === undefined;
};

describe('a submission as a lead', () => {
  test('has its fields in the columns, and all others beside, but no address that the page claims', () => {
    expect(leadOf(sample)).toEqual({
      idempotency_key: 'hubspot-forms:msg_1',
      source: 'hubspot-forms',
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: 'Lovelace',
      phone: '+44 20 7946 0018',
      message: 'Tell me more\nplease',
      utm_source: 'newsletter',
      utm_campaign: 'spring',
      consent: true,
      occurred_at: '1772442861512',
      metadata: {
        context: {
          hutk: '0d4d9f7c1b0e4c3f8a6b5e4d3c2b1a09',
          pageUri: 'https://www.example.com/demo?utm_source=ad&utm_campaign=spring',
          pageName: 'Demo',
        },
        consent: sample.legalConsentOptions.consent,
        fields: { '0-2/name': 'Analytical Engines' },
      },
    });
    expect(JSON.stringify(only(sample))).not.toContain('192.0.2.7');
  });

  test('is the lead of its message: another message is another lead', () => {
    expect(only(sample, 'msg_1')).toEqual(only(sample, 'msg_1'));
    expect(only(sample, 'msg_2')).toMatchObject({ idempotencyKey: ['hubspot-forms:msg_2'] });
    expect(hubspotForms.parse(sample, receivedAt, {})).toMatchObject({ kind: 'refused' });
  });

  test('a property of another object is not the contact’s', () => {
    const fields = [...sample.fields, { objectTypeId: '0-2', name: 'phone', value: '+1' }];
    expect(leadOf({ ...sample, fields })).toMatchObject({
      phone: '+44 20 7946 0018',
      metadata: { fields: { '0-2/phone': '+1' } },
    });
  });
});

describe('consent', () => {
  test.each([true, false, 'true', 1, null, undefined, {}])('consentToProcess %j', (consentToProcess) => {
    const body = { ...sample, legalConsentOptions: { consent: { consentToProcess } } };
    expect(isConsent(body)).toBe(consentToProcess === true);
  });

  test('is not what HubSpot calls legitimate interest, nor a box for letters', () => {
    expect(isConsent(withoutConsent)).toBe(false);
    const communications = [{ value: true, subscriptionTypeId: 999, text: 'Letters' }];
    expect(isConsent({ ...sample, legalConsentOptions: { consent: { communications } } })).toBe(false);
    expect(isConsent({ ...sample, legalConsentOptions: undefined })).toBe(false);
  });
});

test('whatever stands in a submission, it is answered with a lead or a path', () => {
  const field = fastCheck.record({
    objectTypeId: fastCheck.oneof(fastCheck.constantFrom('0-1', '__proto__'), fastCheck.jsonValue()),
    name: fastCheck.oneof(fastCheck.constantFrom('email', 'phone', '__proto__', 'constructor'), fastCheck.jsonValue()),
    value: fastCheck.jsonValue(),
  });
  const parts = fastCheck.dictionary(
    fastCheck.constantFrom('fields', 'submittedAt', 'context', 'legalConsentOptions', '__proto__'),
    fastCheck.oneof(fastCheck.jsonValue(), fastCheck.array(field), fastCheck.record({ pageUri: fastCheck.string() })),
    { noNullPrototype: true },
  );
  fastCheck.assert(
    fastCheck.property(parts, (given) => {
      const body: unknown = JSON.parse(JSON.stringify({ ...sample, ...given }));
      expect(only(body)).toMatchObject({ kind: expect.stringMatching(/^(?:event|violation)$/) });
    }),
    { numRuns: 500 },
  );
});
