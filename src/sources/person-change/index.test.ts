import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { roleChangeOf } from '../../domain/role-change.ts';
import { personChange } from './index.ts';

/** Protects what is made of a role change that somebody sends in our own form. */

const receivedAt = new Date('2026-03-02T12:00:00.000Z');
const sampleOf = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'samples', file), 'utf8'));
const only = (body: unknown) => {
  const parsed = personChange.parse(body, receivedAt, {});
  const [event] = parsed.kind === 'events' ? parsed.events : [];
  if (event?.kind !== 'event') throw new Error('no event');
  return event;
};
const promotion = Object(sampleOf('promotion.json'));

test('a new title at the same company', () => {
  const event = only(promotion);
  expect(event).toMatchObject({
    event: {
      source: 'person-change',
      eventType: 'person.role_change',
      objectType: 'person',
      objectId: 'p_123',
      firedAt: '2025-10-10T12:00:00.000Z',
      payload: { sent: promotion },
    },
    idempotencyKey: ['test', 'evt_001'],
    lane: ['person-change', 'person', 'p_123'],
    subject: { kind: 'person', external: ['person-change', 'p_123'] },
  });
  expect(event.subject).not.toHaveProperty('email');
  expect(roleChangeOf(event.event)).toEqual({
    kind: 'title_change',
    isThin: false,
    person: { id: 'p_123', name: 'John Doe' },
    title: 'CRO',
    previousTitle: 'VP Sales',
    company: { id: 'c_456', name: 'Test Company' },
  });
});

test('a new company; the person is known by the e-mail', () => {
  const event = only(sampleOf('company-change.json'));
  expect(event.subject).toEqual({
    kind: 'person',
    external: ['person-change', '500004'],
    email: 'dana.okafor@meridien.example',
  });
  expect(roleChangeOf(event.event)).toEqual({
    kind: 'company_change',
    isThin: false,
    person: { id: '500004', name: 'Dana Okafor', email: 'dana.okafor@meridien.example' },
    title: 'Directrice générale',
    previousTitle: 'Chief Revenue Officer',
    company: { name: 'Atelier Meridien', domain: 'meridien.example' },
    previousCompany: { id: '7001', name: 'Nordlicht Software', domain: 'nordlicht.example' },
  });
});

test('two who send may number their events alike', () => {
  expect(only({ ...promotion, source: 'other' }).idempotencyKey).toEqual(['other', 'evt_001']);
});

test('another type is kept, counted, and no role change', () => {
  const event = only({ ...promotion, type: 'person.created' });
  expect(event).toMatchObject({ isUnlisted: true, event: { eventType: 'person.created' } });
  expect(roleChangeOf(event.event)).toBeUndefined();
});

test('sent again with the type mended, but under the id that it had, it is another content of the same event', () => {
  const mistyped = only({ ...promotion, type: 'person.rolechange' });
  expect(mistyped.idempotencyKey).toEqual(only(promotion).idempotencyKey);
  expect(mistyped.fingerprint).not.toEqual(only(promotion).fingerprint);
});

test('what is not understood of a person or a company is left out', () => {
  const person = { ...promotion.person, email: 'nobody', name: 5, newTitle: '  ' };
  expect(roleChangeOf(only({ ...promotion, person, previousCompany: { name: null, domain: '' } }).event)).toEqual({
    kind: 'title_change',
    isThin: false,
    person: { id: 'p_123' },
    previousTitle: 'VP Sales',
    company: { id: 'c_456', name: 'Test Company' },
  });
});

test('an address is neither the name nor the domain of a company, and an event that tells of nothing else is refused', () => {
  const address = 'ada@example.com';
  const { event } = only({
    ...promotion,
    company: { id: 'c_1', name: address, domain: address, website: 'https://ada@example.com' },
  });
  expect(roleChangeOf(event)).toMatchObject({ company: { id: 'c_1' } });
  expect(roleChangeOf(event)?.company).toEqual({ id: 'c_1' });
  expect(personChange.parse({ ...promotion, company: { name: address } }, receivedAt, {})).toMatchObject({
    events: [{ kind: 'violation' }],
  });
});

test('a page at a site of many is no domain of a company: its name counts, and what has none is refused', () => {
  const page = 'https://www.linkedin.com/company/acme';
  const company = { name: 'Acme', domain: 'facebook.com', website: page };
  expect(
    roleChangeOf(only({ ...promotion, company, previousCompany: { name: 'Before', website: page } }).event),
  ).toMatchObject({
    company: { name: 'Acme' },
    previousCompany: { name: 'Before' },
  });
  expect(roleChangeOf(only({ ...promotion, company }).event)?.company).toEqual({ name: 'Acme' });
  const own = { ...company, website: 'https://acme.example' };
  expect(roleChangeOf(only({ ...promotion, company: own }).event)?.company).toEqual({
    name: 'Acme',
    domain: 'acme.example',
  });
  expect(personChange.parse({ ...promotion, company: { domain: page } }, receivedAt, {})).toMatchObject({
    events: [{ kind: 'violation', message: expect.stringContaining('such as linkedin.com') }],
  });
});

test.each([
  ['Before'],
  [{ domain: 'foo@bar.example' }],
  [{ website: 'https://www.linkedin.com/company/acme' }],
  [['Old GmbH']],
])(
  'a company before that cannot be read is no promotion: %j is refused, and what to send is said',
  (previousCompany) => {
    expect(personChange.parse({ ...promotion, previousCompany }, receivedAt, {})).toMatchObject({
      events: [
        { kind: 'violation', path: 'previousCompany', message: expect.stringContaining('an id, a name or a domain') },
      ],
    });
  },
);

test.each([[''], [false], [[]], [{}], [{ name: '  ', employees: 0 }], [{ id: null, address: {} }], [null]])(
  'a form that was left empty tells of no company before: %j',
  (previousCompany) => {
    expect(roleChangeOf(only({ ...promotion, previousCompany }).event)).toMatchObject({ kind: 'title_change' });
  },
);

test('NUL, which no column holds, is taken out of names, and refused in ids', () => {
  const person = { ...promotion.person, name: 'John\u0000 Doe', newTitle: '\u0000', email: 'john\u0000@example.com' };
  const company = { id: 'c\u0000', name: 'A\u0000B' };
  expect(roleChangeOf(only({ ...promotion, person, company }).event)).toMatchObject({
    person: { id: 'p_123', name: 'John Doe' },
    company: { name: 'AB' },
  });
  for (const refused of [
    { ...promotion, id: 'evt\u0000' },
    { ...promotion, person: { ...person, id: 'p\u0000' } },
    { ...promotion, company: { name: '\u0000' } },
  ])
    expect(personChange.parse(refused, receivedAt, {})).toMatchObject({ events: [{ kind: 'violation' }] });
});

test.each([[[promotion]], [null], ['x'], [5]])('%j is refused whole', (body) => {
  expect(personChange.parse(body, receivedAt, {})).toMatchObject({ kind: 'refused', status: 400 });
});
