import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase, type Queries } from '../src/db/database.ts';
import { pauseTurns, reserveTurns } from '../src/db/rate-limits.ts';
import { createRequestLimit } from '../src/activities/request-limit.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { createTestDatabase } from './database.ts';

/** Protects a provider's rate limit over all processes: no window ever holds more requests than it may. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
const pools: Database[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  for (const name of ['one', 'other']) {
    pools.push(openDatabase({ url: database.url, applicationName: name, maxConnections: 4 }));
  }
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await database.drop();
});

const queriesOf = (index: number): Queries => {
  const pool = pools[index % pools.length];
  if (!pool) throw new Error('there is no pool');
  return pool.queries;
};

const startMs = Date.parse('2026-01-01T00:00:00Z');
const clockAt = (ms: number) => sql`${new Date(startMs + ms).toISOString()}::timestamptz`;

it('two processes that ask at once get no more turns in any ten seconds than one would', async () => {
  const limit = { name: 'two', requests: 10, windowMs: 10_000 };
  const grants: number[] = [];
  // Time goes on between the rounds, and in each both ask for more than there is.
  for (let nowMs = 0; nowMs <= 40_000; nowMs += 1_700) {
    const turns = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        reserveTurns(queriesOf(index), limit, { count: (index % 3) + 1, withinMs: 3_000, clock: clockAt(nowMs) }).then(
          (turn) => ({ ...turn, count: (index % 3) + 1 }),
        ),
      ),
    );
    const given = turns.filter(({ granted }) => granted);
    expect(given.every(({ waitMs }) => waitMs <= 3_000)).toBe(true);
    grants.push(
      ...given.flatMap(({ waitMs, count }) => Array.from({ length: count }, () => Math.round(nowMs + waitMs))),
    );
  }
  grants.sort((a, b) => a - b);
  const fullest = Math.max(...grants.map((from) => grants.filter((at) => at >= from && at < from + 10_000).length));
  expect(fullest).toBe(10);
  // Nearly all of what is allowed is used: turns are not lost to those who could not wait for them.
  expect(grants.length).toBeGreaterThanOrEqual(40);
});

it('turns are given in the order of asking, and one that comes too late is not kept', async () => {
  const limit = { name: 'order', requests: 2, windowMs: 10_000 };
  const ask = (nowMs: number, withinMs: number, count = 1) =>
    reserveTurns(queriesOf(nowMs), limit, { count, withinMs, clock: clockAt(nowMs) });
  expect(await ask(0, 0)).toEqual({ granted: true, waitMs: 0 });
  expect(await ask(4_000, 0)).toEqual({ granted: true, waitMs: 0 });
  expect(await ask(5_000, 4_999)).toEqual({ granted: false, waitMs: 5_000 });
  expect(await ask(5_000, 5_000)).toEqual({ granted: true, waitMs: 5_000 });
  expect(await ask(6_000, 60_000)).toEqual({ granted: true, waitMs: 8_000 });
  expect(await ask(6_000, 60_000, 2)).toEqual({ granted: true, waitMs: 18_000 });
});

it('a clock that is set back gives no turn before those that were given', async () => {
  const limit = { name: 'back', requests: 5, windowMs: 10_000 };
  await reserveTurns(queriesOf(0), limit, { count: 1, withinMs: 0, clock: clockAt(5_000) });
  const turn = await reserveTurns(queriesOf(1), limit, { count: 1, withinMs: 5_000, clock: clockAt(4_000) });
  expect(turn).toEqual({ granted: true, waitMs: 1_000 });
});

it('what the provider itself calls too much holds everybody back', async () => {
  const limit = { name: 'paused', requests: 100, windowMs: 10_000 };
  await pauseTurns(queriesOf(0), 'paused', 60_000);
  await pauseTurns(queriesOf(0), 'paused', 1_000);
  const turn = await reserveTurns(queriesOf(1), limit, { count: 1, withinMs: 1_000 });
  expect(turn.granted).toBe(false);
  expect(turn.waitMs).toBeGreaterThan(50_000);
});

it('a request that would have to wait for too long is refused, with the time after which there is room', async () => {
  const log = createLogger({ level: 'silent', process: 'test', pretty: false });
  const limitOf = (index: number) =>
    createRequestLimit({ queries: queriesOf(index), provider: 'HubSpot', requests: 3, log });
  for (const index of [0, 1, 0]) await limitOf(index).admit({ timeoutMs: 1_000 });
  const refused = await limitOf(1)
    .admit({ timeoutMs: 1_000 })
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ kind: 'Throttled', failureClass: 'HubSpotThrottled', asked: false });
  expect(refused).toHaveProperty('retryAfterMs', expect.any(Number));
  await limitOf(0).pause(60_000);
  await expect(limitOf(1).admit({ timeoutMs: 20_000 })).rejects.toMatchObject({ kind: 'Throttled' });
});

it('a pause that is absurdly long is no longer than a quarter of an hour: one bad header stops nobody for a day', async () => {
  const log = createLogger({ level: 'silent', process: 'test', pretty: false });
  await createRequestLimit({ queries: queriesOf(0), provider: 'Gmail', requests: 3, log }).pause(30 * 24 * 3_600_000);
  const limit = { name: 'Gmail', requests: 3, windowMs: 10_000 };
  const turn = await reserveTurns(queriesOf(1), limit, { count: 1, withinMs: 0 });
  expect(turn.granted).toBe(false);
  expect(turn.waitMs).toBeLessThanOrEqual(15 * 60_000);
  expect(turn.waitMs).toBeGreaterThan(14 * 60_000);
});
