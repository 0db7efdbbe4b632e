import { expect, test } from 'vitest';
import { roleChangeOf } from '../../domain/role-change.ts';
import { verify } from '../verification/verify.ts';
import { coreSignal } from './index.ts';

/** Protects against believing what nobody signed: of a notice only the id counts. */

const receivedAt = new Date('2026-03-02T12:00:00.000Z');
const eventsOf = (body: unknown, at = receivedAt) => {
  const parsed = coreSignal.parse(body, at, {});
  return parsed.kind === 'events' ? parsed.events : [];
};

const keyAt = (time: string) => {
  const [event] = eventsOf([{ member_id: 125 }], new Date(time));
  return event?.kind === 'event' && event.idempotencyKey;
};

test('of a notice only the id is taken, and the event says that the rest is to be read', () => {
  const lies = {
    member_id: 125,
    status: 'changed',
    full_name: 'Eve',
    title: 'CEO',
    company: { id: 1 },
    changed_fields: ['x'],
  };
  const [event] = eventsOf([lies]);
  expect(event).toMatchObject({
    kind: 'event',
    lane: ['coresignal', 'person', '125'],
    subject: { kind: 'person', external: ['coresignal', '125'] },
    event: { payload: { sent: { member_id: 125 } } },
  });
  expect(event?.kind === 'event' && roleChangeOf(event.event)).toEqual({
    kind: 'changed',
    isThin: true,
    person: { id: '125' },
  });
  expect(JSON.stringify(event)).not.toMatch(/Eve|CEO|changed_fields/);
});

test('a notice that comes again is the same one for a day, since it has no id of its own', () => {
  expect(keyAt('2026-03-02T00:00:00Z')).toEqual(keyAt('2026-03-02T23:59:59Z'));
  expect(keyAt('2026-03-02T00:00:00Z')).not.toEqual(keyAt('2026-03-03T00:00:00Z'));
});

test('one notice that does not fit keeps no other out', () => {
  expect(eventsOf([{ member_id: 'x' }, { member_id: 1 }, 5])).toMatchObject([
    { kind: 'violation', path: '[0].member_id' },
    { kind: 'event' },
    { kind: 'violation', path: '[2]' },
  ]);
});

test.each([[{}], [null], [Array.from({ length: 1_001 }, () => ({ member_id: 1 }))]])(
  'case %#: refused whole',
  (body) => {
    expect(coreSignal.parse(body, receivedAt, {})).toMatchObject({ kind: 'refused', status: 400 });
  },
);

test.each([
  ['the secret', 'path-secret-1', true],
  ['one of two', 'path-secret-2', true],
  ['another', 'path-secret-3', false],
  ['nothing', '', false],
  ['none', undefined, false],
])('with %s in the path it is let in or not', (_what, pathKey, ok) => {
  const request = {
    method: 'POST',
    uri: '',
    rawBody: Buffer.alloc(0),
    headers: {},
    secrets: ['path-secret-1', 'path-secret-2', ''],
    nowMs: 0,
  };
  expect(verify(coreSignal.verification, { ...request, pathKey }).ok).toBe(ok);
});
