import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hubspotWebhook } from '../sandbox/hubspot/webhook.ts';
import { startCauseway, type Causeway } from './causeway.ts';
import { countEvents, eventRow } from './event-rows.ts';
import { eventually } from './eventually.ts';
import { dealChange, newId } from './hubspot-events.ts';
import { ids, intakeOf, parsedEvent, statuses } from './parsed-event.ts';
import { openSession, type Session } from './session.ts';

/** Protects "202 means committed": what PostgreSQL cannot take now is refused whole, with the time to come back. */

/** Sequences are not rolled back, so that they count tries whatever becomes of them. */
const failTries = (count: number, state: string) =>
  `if nextval('tries') <= ${count} then raise exception using errcode = '${state}'; end if;`;

describe('accepting while PostgreSQL is in trouble', () => {
  let causeway: Causeway;
  let session: Session;
  beforeAll(async () => {
    causeway = await startCauseway();
    session = await openSession(causeway.configuration.DATABASE_URL);
    await session.query('create sequence tries');
  });
  afterAll(async () => {
    await session.close();
    await causeway.close();
  });

  async function post(events: unknown): Promise<Response> {
    const { HUBSPOT_WEBHOOK_URL, HUBSPOT_CLIENT_SECRET: secret } = causeway.configuration;
    const request = hubspotWebhook({ url: HUBSPOT_WEBHOOK_URL, secret, events, nowMs: Date.now() });
    return fetch(`${causeway.url}/webhooks/hubspot`, { ...request, signal: AbortSignal.timeout(30_000) });
  }

  async function expectRefused(response: Response, eventsBefore: number): Promise<void> {
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const [row] = await session.query<{ count: number }>('select count(*)::int as count from events');
    expect(row?.count).toBe(eventsBefore);
  }

  async function countingTries<T>(work: () => Promise<T>): Promise<{ result: T; tries: number }> {
    await session.query('alter sequence tries restart');
    const result = await work();
    const [row] = await session.query<{ tries: number }>("select nextval('tries')::int - 1 as tries");
    return { result, tries: row?.tries ?? 0 };
  }

  it.each(['40P01', '40001'])(
    'after %s the whole transaction is tried again, and the sender sees nothing',
    async (state) => {
      const before = await countEvents(causeway.queries);
      const batch = [dealChange(newId()), dealChange(newId())];
      const { result, tries } = await countingTries(() =>
        session.duringInserts(failTries(2, state), () => post(batch)),
      );
      expect(result.status).toBe(202);
      expect(await result.json()).toMatchObject({ accepted: 2, duplicates: 0, rejected: 0 });
      // Two that failed at their first row, and one with both.
      expect(tries).toBe(4);
      expect(await countEvents(causeway.queries)).toBe(before + 2);
    },
  );

  it.each(['40P01', '40001'])('a third %s is the last: the sender is told when to come back', async (state) => {
    const before = await countEvents(causeway.queries);
    const { result, tries } = await countingTries(() =>
      session.duringInserts(failTries(1_000, state), () => post([dealChange(newId())])),
    );
    await expectRefused(result, before);
    expect(tries).toBe(3);
  });

  it.each(['53200', '53100', '53300', '25006', '57P01'])('%s refuses the request, at once and whole', async (state) => {
    const before = await countEvents(causeway.queries);
    const { result, tries } = await countingTries(() =>
      session.duringInserts(failTries(1_000, state), () => post([dealChange(newId())])),
    );
    await expectRefused(result, before);
    expect(tries).toBe(1);
  });

  it('an error in the last event of a batch leaves none of the batch, and the batch can be posted again', async () => {
    const before = await countEvents(causeway.queries);
    const batch = [dealChange(newId()), dealChange(newId()), dealChange(newId())];
    const failThird = `if nextval('tries') = 3 then raise exception 'a bug' using errcode = '22000'; end if;`;
    const { result } = await countingTries(() => session.duringInserts(failThird, () => post(batch)));
    expect(result.status).toBe(500);
    expect(await result.text()).not.toContain('a bug');
    expect(await countEvents(causeway.queries)).toBe(before);
    expect((await causeway.post(batch)).body).toMatchObject({ accepted: 3 });
  });

  it('a lane that stays locked refuses the request in bounded time', async () => {
    const dealId = newId();
    const { body } = await causeway.post([dealChange(dealId)]);
    const { lane } = await eventRow(causeway.queries, ids(body.events)[0]);
    const before = await countEvents(causeway.queries);
    await session.query(`select pg_advisory_lock(('x' || left($1, 16))::bit(64)::bigint)`, [lane]);
    try {
      await expectRefused(await post([dealChange(dealId)]), before);
    } finally {
      await session.query('select pg_advisory_unlock_all()');
    }
    expect((await post([dealChange(dealId)])).status).toBe(202);
  });

  it('no session of ours waits for ever: for a lock, for a statement, or for its client', async () => {
    const limits = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];
    const { rows } = await causeway.queries.execute<{ name: string; setting: string }>(
      sql`select name, setting from pg_settings where name = any(${sql.param(limits)}::text[])`,
    );
    const limitMs = new Map(rows.map(({ name, setting }) => [name, Number(setting)]));
    expect(limitMs.get('lock_timeout')).toBe(2_000);
    expect(limitMs.get('idle_in_transaction_session_timeout')).toBe(5_000);
    expect(limitMs.get('statement_timeout')).toBeGreaterThan(0);
  });

  it('times are taken when a lane is won, not when it was asked for', async () => {
    const event = parsedEvent();
    const follower = parsedEvent({ lane: event.lane });
    const receive = intakeOf(causeway);
    const [first] = await receive([event]);
    await causeway.finished(first?.id ?? '');
    const { lane } = await eventRow(causeway.queries, first?.id);
    await session.query(`select pg_advisory_lock(('x' || left($1, 16))::bit(64)::bigint)`, [lane]);
    const second = receive([follower]);
    await session.waiting(1);
    await session.query('create table moment as select clock_timestamp() as at');
    await session.query('select pg_advisory_unlock_all()');
    const [accepted] = await second;
    const rows = await session.query<{ after: boolean }>(
      'select received_at > at and claimed_at > at as after from events, moment where id = $1',
      [accepted?.id],
    );
    expect(rows).toEqual([{ after: true }]);
  });

  it('while no connection is left for accepting, requests are refused and events go on to their end', async () => {
    await causeway.stopWorker();
    const { body } = await causeway.post([dealChange(newId()), dealChange(newId())]);
    expect(statuses(body.events)).toEqual(['accepted', 'accepted']);
    const before = await countEvents(causeway.queries);

    const { promise: finished, resolve: letGo } = Promise.withResolvers<void>();
    const holders = Array.from({ length: 12 }, () =>
      causeway.queries.transaction(async (transaction) => {
        await transaction.execute(sql`set local idle_in_transaction_session_timeout = 0`);
        await finished;
      }),
    );
    try {
      await causeway.startWorker();
      await eventually('the events finish', async () => {
        const rows = await session.query('select from events where id = any($1) and not holds_lane', [
          ids(body.events),
        ]);
        return rows.length === 2 ? true : undefined;
      });
      await expectRefused(await post([dealChange(newId())]), before);
    } finally {
      letGo();
      await Promise.all(holders);
    }
  });
});
