import { expect, test } from 'vitest';
import { readLeads } from './index.ts';

/** Protects people who have not consented: not even what is wrong about their lead is a reason to keep it. */

const delivery = {
  receivedAt: new Date('2026-03-02T12:00:00.000Z'),
  ip: '192.0.2.7',
  userAgent: undefined,
  idempotencyKey: undefined,
  sources: ['website'],
};
const lead = { idempotency_key: 'form-1', source: 'website', email: 'ada@example.com', consent: true };

const rawOf = (item: object) => {
  const parsed = readLeads(item, delivery);
  return parsed.kind === 'events' ? parsed.events.map((each) => each.kind === 'violation' && each.raw) : [];
};

test.each([
  ['that does not fit', { ...lead, email: 'nobody' }],
  ['of a source that its key is not for', { ...lead, source: 'shop' }],
  ['with a field that there is not', { ...lead, role: 'x' }],
])('a lead %s is kept as it came only with consent', (_what, sent) => {
  expect(rawOf(sent)).toEqual([sent]);
  for (const consent of [false, 'true', 1, null, undefined]) expect(rawOf({ ...sent, consent })).toEqual([undefined]);
});
