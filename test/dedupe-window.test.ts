import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCauseway, type Causeway } from './causeway.ts';
import { eventRow } from './event-rows.ts';
import { ids, intakeOf, parsedEvent, statuses } from './parsed-event.ts';
import { openSession, type Session } from './session.ts';

/** Protects the memory of what was accepted: as long as senders may send again, no statement makes us forget. */

let causeway: Causeway;
let session: Session;
let receive: ReturnType<typeof intakeOf>;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
  session = await openSession(causeway.configuration.DATABASE_URL);
  receive = intakeOf(causeway);
});
afterAll(async () => {
  await session.close();
  await causeway.close();
});

it.each(['delete from events where id = $1', 'delete from events where $1::uuid is not null'])(
  'an event inside the dedupe window cannot be deleted: %s',
  async (statement) => {
    const event = parsedEvent();
    const [accepted] = await receive([event]);
    await expect(session.query(statement, [accepted?.id])).rejects.toThrow('dedupe window of 7 days: blank it');
    expect(statuses(await receive([event]))).toEqual(['duplicate']);
  },
);

it.each(['truncate events cascade', 'truncate subject_keys cascade'])(
  'the events cannot be truncated: %s',
  async (statement) => {
    const [accepted] = await receive([parsedEvent()]);
    await expect(session.query(statement)).rejects.toThrow('cannot be truncated');
    expect((await eventRow(causeway.queries, accepted?.id)).state).toBe('accepted');
  },
);

it('an event can be blanked, and is recognised all the same', async () => {
  const event = parsedEvent({ fingerprint: ['1'] });
  const [accepted] = await receive([event]);
  const before = await eventRow(causeway.queries, accepted?.id);
  await session.query(
    'update events set sealed = null, facts_sealed = null, subject_key_id = null, failure_message = null where id = $1',
    [accepted?.id],
  );
  const answers = [...(await receive([event])), ...(await receive([{ ...event, fingerprint: ['2'] }]))];
  expect(statuses(answers)).toEqual(['duplicate', 'conflict']);
  expect(new Set(ids(answers))).toEqual(new Set([accepted?.id]));
  expect(await eventRow(causeway.queries, accepted?.id)).toEqual(before);
});

it('deleting the key of a person blanks the way to their events and keeps the events', async () => {
  const event = parsedEvent({ subject: { kind: 'person', email: 'ada@example.com' } });
  const [accepted] = await receive([event]);
  await session.query('delete from subject_keys where id = (select subject_key_id from events where id = $1)', [
    accepted?.id,
  ]);
  const rows = await session.query('select subject_key_id from events where id = $1', [accepted?.id]);
  expect(rows).toEqual([{ subject_key_id: null }]);
  expect(statuses(await receive([event]))).toEqual(['duplicate']);
});

it('behind the window an event may be deleted', async () => {
  const [accepted] = await receive([parsedEvent()]);
  await session.query(
    `update events set state = 'done', holds_lane = false, received_at = clock_timestamp() - interval '7 days 1 minute' where id = $1`,
    [accepted?.id],
  );
  await session.query('delete from events where id = $1', [accepted?.id]);
  await expect(eventRow(causeway.queries, accepted?.id)).rejects.toThrow('there is no event');
});
