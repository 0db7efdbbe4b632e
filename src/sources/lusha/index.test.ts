import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { roleChangeOf } from '../../domain/role-change.ts';
import { verify } from '../verification/verify.ts';
import { lusha } from './index.ts';

/** Protects what is made of Lusha's signals. */

const receivedAt = new Date('2026-03-02T12:00:00.000Z');
const sampleOf = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'samples', file), 'utf8'));
const only = (body: unknown) => {
  const parsed = lusha.parse(body, receivedAt, {});
  const [event] = parsed.kind === 'events' ? parsed.events : [];
  if (event?.kind !== 'event') throw new Error('no event');
  return event;
};

test('a promotion names one company, where the person stays', () => {
  const event = only(sampleOf('promotion.json'));
  expect(event).toMatchObject({
    event: { source: 'lusha', eventType: 'person.role_change', firedAt: '2026-01-14T16:16:35.841Z' },
    idempotencyKey: ['f3b87e05-0402-4f3e-8e26-6a38fd0ad62c'],
    lane: ['lusha', 'person', '4000500009'],
    subject: { kind: 'person', external: ['lusha', '4000500009'] },
  });
  expect(roleChangeOf(event.event)).toEqual({
    kind: 'promotion',
    isThin: false,
    person: { id: '4000500009' },
    title: 'Head of Sales Operations',
    previousTitle: 'Sales Operations Manager',
    company: { id: '40823133', name: 'Nordlicht Software', domain: 'nordlicht.example' },
    since: '2026-01-10',
  });
});

test('a change of the company names both', () => {
  expect(roleChangeOf(only(sampleOf('company-change.json')).event)).toEqual({
    kind: 'company_change',
    isThin: false,
    person: { id: '4000500007' },
    title: 'Directeur commercial',
    company: { id: '40823199', name: 'Atelier Meridien', domain: 'meridien.example' },
    previousCompany: { name: 'Nordlicht Software', domain: 'nordlicht.example' },
    since: '2026-01-10',
  });
});

test('a page at a site of many is no domain of a company, and its name counts', () => {
  const sample = Object(sampleOf('company-change.json'));
  const data = { ...sample.data, currentDomain: 'fr.linkedin.com', previousDomain: 'instagram.com' };
  expect(roleChangeOf(only({ ...sample, data }).event)).toMatchObject({
    company: { id: '40823199', name: 'Atelier Meridien' },
    previousCompany: { name: 'Nordlicht Software' },
  });
  expect(JSON.stringify(roleChangeOf(only({ ...sample, data }).event))).not.toMatch(/linkedin|instagram/);
});

test('any other signal is kept, counted, and no role change', () => {
  const event = only(sampleOf('company-news.json'));
  expect(event).toMatchObject({
    isUnlisted: true,
    subject: { kind: 'tenant' },
    event: { eventType: 'company.commercialActivityNews' },
  });
  expect(roleChangeOf(event.event)).toBeUndefined();
});

test('a time that cannot be is that of the arrival', () => {
  for (const timestamp of [undefined, 'soon', '1999-01-01T00:00:00Z', {}]) {
    expect(only({ ...Object(sampleOf('promotion.json')), timestamp }).event.firedAt).toBe(receivedAt.toISOString());
  }
});

test.each([
  ['id', { id: {} }],
  ['type', { type: 'a b' }],
  ['entityId', { entityId: '' }],
  ['data', { data: null }],
])('a signal whose %s does not fit is told by its path', (path, more) => {
  const parsed = lusha.parse({ ...Object(sampleOf('promotion.json')), ...more }, receivedAt, {});
  expect(parsed).toMatchObject({ kind: 'events', events: [{ kind: 'violation', path }] });
});

test('a signal that does not say when it was sent is of the time when it came', () => {
  const { timestamp: _, ...timeless } = Object(sampleOf('promotion.json'));
  expect(lusha.parse(timeless, receivedAt, {})).toMatchObject({
    events: [{ kind: 'event', event: { firedAt: receivedAt.toISOString() } }],
  });
});

test('the signature is over time and body, in hex, in either unit', () => {
  const rawBody = Buffer.from('{"id":"x"}');
  for (const time of [String(receivedAt.getTime()), String(receivedAt.getTime() / 1_000)]) {
    const signature = createHmac('sha256', 'lusha-secret').update(`${time}.${rawBody.toString()}`).digest('hex');
    const request = {
      method: 'POST',
      uri: '',
      rawBody,
      headers: { 'x-lusha-signature': signature, 'x-lusha-timestamp': time },
      nowMs: receivedAt.getTime(),
    };
    expect(verify(lusha.verification, { ...request, secrets: ['lusha-secret'] })).toEqual({ ok: true });
    expect(verify(lusha.verification, { ...request, secrets: ['another'] })).toEqual({
      ok: false,
      reason: 'wrong_signature',
    });
  }
});
