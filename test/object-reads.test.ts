import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createObjectReads } from '../src/activities/object-reads.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { forgetCachedFacts } from '../src/db/facts-cache.ts';
import { createSubjectKeyStore } from '../src/db/subject-keys.ts';
import { VendorError } from '../src/domain/failure.ts';
import { createHasher } from '../src/privacy/hasher.ts';
import { createKeyring } from '../src/privacy/keyring.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { createTestDatabase } from './database.ts';

/** Protects providers from being asked what is known, and events from what is known no longer. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: Database;
const hasher = createHasher(randomBytes(32));
const masterKey = randomBytes(32);
const log = createLogger({ level: 'silent', process: 'test', pretty: false });

beforeAll(async () => {
  database = await createTestDatabase();
  pool = openDatabase({ url: database.url, applicationName: 'test', maxConnections: 6 });
});
beforeEach(() => pool.queries.execute(sql`delete from facts_cache`));
afterAll(async () => {
  await pool.close();
  await database.drop();
});

/** A process of its own, and a provider whose answers a test gives. */
function process(given: { version?: string; cacheMs?: number; masterKey?: Buffer } = {}) {
  const { queries } = pool;
  const counted: string[] = [];
  const keyring = createKeyring({
    masterKey: given.masterKey ?? masterKey,
    hasher,
    store: createSubjectKeyStore(queries),
  });
  const { owner } = createObjectReads({
    queries,
    keyring,
    hasher,
    provider: 'hubspot',
    version: [given.version ?? '1'],
    cacheMs: given.cacheMs ?? 300_000,
    count: (result) => void counted.push(result),
    log,
  });
  let fetches = 0;
  const read = (
    fetch: (count: number) => Promise<string> = (count) => Promise.resolve(`name ${count}`),
    about: { changedAt?: Date; tenantId?: string } = {},
  ) =>
    owner({
      tenantId: 'default',
      id: '42',
      ...about,
      subjectOf: () => ({ kind: 'tenant' }),
      async fetch() {
        fetches += 1;
        return { id: '42', firstName: await fetch(fetches) };
      },
    }).then(({ value, cached }) => ({ name: value.firstName, cached }));
  return { read, counted, fetches: () => fetches };
}

const down = () => Promise.reject(new VendorError('HubSpot', 'Unavailable', 'down'));

describe('those who ask for an object at the same time', () => {
  it('share one request, also where nothing is kept', async () => {
    const { read, counted, fetches } = process({ cacheMs: 0 });
    const answer = Promise.withResolvers<string>();
    const all = Promise.all(Array.from({ length: 50 }, () => read(() => answer.promise)));
    answer.resolve('Olga');
    expect(await all).toEqual(Array.from({ length: 50 }, () => ({ name: 'Olga', cached: false })));
    expect(fetches()).toBe(1);
    expect(counted.toSorted()).toEqual([...Array.from({ length: 49 }, () => 'joined'), 'miss']);
    expect(await read()).toEqual({ name: 'name 2', cached: false });
  });

  it('share its error, which is kept for nobody', async () => {
    const { read, fetches } = process();
    const settled = await Promise.allSettled(Array.from({ length: 5 }, () => read(down)));
    expect(settled.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'));
    expect(fetches()).toBe(1);
    expect(await read()).toEqual({ name: 'name 2', cached: false });
  });

  it('those who know of a change after it was asked for share the next one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { read, counted, fetches } = process({ cacheMs: 0 });
    const answer = Promise.withResolvers<string>();
    const early = read(() => answer.promise);
    const changedAt = new Date(Date.now() + 1);
    vi.advanceTimersByTime(2);
    const late = Promise.all(Array.from({ length: 10 }, () => read(undefined, { changedAt })));
    answer.resolve('Olga');
    expect(await early).toEqual({ name: 'Olga', cached: false });
    expect(await late).toEqual(Array.from({ length: 10 }, () => ({ name: 'name 2', cached: false })));
    expect(fetches()).toBe(2);
    expect(counted.toSorted()).toEqual([...Array.from({ length: 9 }, () => 'joined'), 'miss', 'miss']);
  });

  it('but not with one who knows of a change after it was asked for', async () => {
    const { read, fetches } = process();
    const answer = Promise.withResolvers<string>();
    const early = read(() => answer.promise);
    const late = read(undefined, { changedAt: new Date(Date.now() + 60_000) });
    answer.resolve('Olga');
    expect(await early).toEqual({ name: 'Olga', cached: false });
    expect(await late).toEqual({ name: 'name 2', cached: false });
    expect(fetches()).toBe(2);
  });
});

describe('what was read', () => {
  it('is known to all processes', async () => {
    await process().read();
    const other = process();
    expect(await other.read()).toEqual({ name: 'name 1', cached: true });
    expect(other.counted).toEqual(['hit']);
  });

  it('before the object changed is not used, and read again it replaces what was known', async () => {
    await process().read();
    const changedAt = new Date(Date.now() + 60_000);
    expect(await process().read(() => Promise.resolve('later'), { changedAt })).toEqual({
      name: 'later',
      cached: false,
    });
    expect(await process().read()).toEqual({ name: 'later', cached: true });
  });

  it.each([
    ['under another list of fields', { version: '2' }],
    ['under another master key', { masterKey: randomBytes(32) }],
  ])('%s is read again', async (_what, given) => {
    await process().read();
    expect(await process(given).read()).toEqual({ name: 'name 1', cached: false });
  });

  it('for another tenant is another object', async () => {
    await process().read();
    expect(await process().read(undefined, { tenantId: 'other' })).toEqual({ name: 'name 1', cached: false });
  });

  it('longer ago than the limit is read again', async () => {
    await process().read();
    await pool.queries.execute(sql`update facts_cache set fetched_at = fetched_at - interval '301 seconds'`);
    expect(await process().read()).toEqual({ name: 'name 1', cached: false });
  });

  it('is kept readable for nobody but the holder of the key', async () => {
    await process().read(() => Promise.resolve('canary'));
    const { rows } = await pool.queries.execute<{ row: string }>(
      sql`select to_jsonb(c)::text || encode(c.sealed, 'escape') as row from facts_cache c`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.row).not.toContain('canary');
  });

  it('is deleted a day later, so many rows at a time', async () => {
    await process().read();
    await process().read(undefined, { tenantId: 'other' });
    const aDayAgo = { olderThanMs: 86_400_000, boughtOlderThanMs: 86_400_000, count: 1 };
    expect(await forgetCachedFacts(pool.queries, aDayAgo)).toBe(0);
    await pool.queries.execute(sql`update facts_cache set stored_at = stored_at - interval '25 hours'`);
    expect(await forgetCachedFacts(pool.queries, aDayAgo)).toBe(1);
    expect(await forgetCachedFacts(pool.queries, aDayAgo)).toBe(1);
    expect(await forgetCachedFacts(pool.queries, aDayAgo)).toBe(0);
  });
});
