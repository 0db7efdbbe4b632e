import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../src/db/database.ts';
import { beginJob } from '../src/db/buyer-groups/jobs.ts';
import { findOrAddCompany } from '../src/db/buyer-groups/companies.ts';
import { requestRefresh } from '../src/db/buyer-groups/requests.ts';
import { isDatabaseUnavailable } from '../src/db/errors.ts';
import { takeForgotten, takeTurn, type TurnLimits } from '../src/db/buyer-groups/turns.ts';
import { createTestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

/** Protects the order and the limits of refreshes: one of a company at a time, once in its window, so many a minute, tenants in turn. */

let database: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const made = await createTestDatabase();
  drop = () => made.drop();
  database = openDatabase({ url: made.url, applicationName: 'test', maxConnections: 20 });
});
afterAll(async () => {
  await database.close();
  await drop();
});
beforeEach(async () => {
  await database.queries.execute(sql`truncate buyer_group_refresh_logs, buyer_group_refresh_reasons cascade`);
});

const hour = 3_600_000;
const generous: TurnLimits = { windowMs: hour, runsPerMinute: 1_000, concurrentRuns: 1_000 };

const company = (tenantId = 'default') =>
  findOrAddCompany(database.queries, tenantId, { domain: `${randomUUID()}.example` });
const ask = (
  companyId: string,
  more: { tenantId?: string; priority?: number; isForced?: boolean; windowMs?: number } = {},
) =>
  requestRefresh(database.queries, {
    tenantId: 'default',
    companyId,
    priority: 3,
    level: 'identify',
    isForced: false,
    windowMs: hour,
    eventId: null,
    move: null,
    requestedBy: 'test',
    requester: null,
    ...more,
  });
const take = (companyId: string, limits: Partial<TurnLimits> = {}) =>
  takeTurn(database.queries, companyId, { ...generous, ...limits });
const end = (jobId: string, status = 'completed') =>
  database.queries.execute(sql`
    update buyer_group_refresh_logs set status = ${status}, finished_at = clock_timestamp() where id = ${jobId}`);
const startedAgo = (jobId: string, ms: number) =>
  database.queries.execute(sql`
    update buyer_group_refresh_logs set started_at = clock_timestamp() - ${ms} * interval '1 millisecond' where id = ${jobId}`);

/** Twenty times at once; whoever stood in line for too long asks again, as every step does. */
const twenty = <T>(work: () => Promise<T>): Promise<T[]> =>
  Promise.all(
    Array.from({ length: 20 }, () =>
      eventually('it has its turn at the row', () =>
        work().catch((error: unknown) => {
          if (!isDatabaseUnavailable(error)) throw error;
          return undefined;
        }),
      ),
    ),
  );

async function waiting(count: number, tenantId = 'default', priority = 3) {
  const made: { companyId: string; jobId: string }[] = [];
  for (let index = 0; index < count; index += 1) {
    const companyId = await company(tenantId);
    made.push(await ask(companyId, { tenantId, priority }));
  }
  return made;
}
/** Everybody asks, round after round, until so many were begun; each is over at once. */
async function order(all: readonly { companyId: string; jobId: string }[], limits: Partial<TurnLimits>) {
  const begun: string[] = [];
  for (let round = 0; round < 4 * all.length && begun.length < all.length; round += 1) {
    for (const { companyId, jobId } of all) {
      if (begun.includes(jobId)) continue;
      const turn = await take(companyId, limits);
      if (turn.state !== 'begun') continue;
      begun.push(jobId);
      await end(jobId);
    }
  }
  return begun;
}

const met = (tenantId: string, by: Parameters<typeof findOrAddCompany>[2]) =>
  findOrAddCompany(database.queries, tenantId, by);

describe('one company', () => {
  test('the first change is refreshed at once, and those that come meanwhile go into one run after its window', async () => {
    const id = await company();
    const first = await ask(id);
    expect(first).toMatchObject({ isNew: true, isCoalesced: false });
    expect(await take(id)).toMatchObject({ state: 'begun', jobId: first.jobId, hasEvent: false });
    expect(await take(id)).toMatchObject({ state: 'running', jobId: first.jobId });
    const second = await ask(id);
    const third = await ask(id, { priority: 1 });
    expect(second).toMatchObject({ isNew: true, isCoalesced: true });
    expect(third).toEqual({ jobId: second.jobId, companyId: id, isNew: false, isCoalesced: true, isDue: false });
    await end(first.jobId);
    expect(await take(id)).toMatchObject({ state: 'waiting', for: 'window' });
    await startedAgo(first.jobId, hour + 1_000);
    expect(await take(id)).toMatchObject({ state: 'begun', jobId: second.jobId, priority: 1 });
    await end(second.jobId);
    expect(await take(id)).toMatchObject({ state: 'idle', waitMs: expect.any(Number) });
    await startedAgo(second.jobId, hour + 1_000);
    expect(await take(id)).toEqual({ state: 'idle', waitMs: 0 });
  });

  test('twenty that ask at once, and twenty that take their turn at once, have one run', async () => {
    const id = await company();
    const asked = await twenty(() => ask(id));
    expect(new Set(asked.map(({ jobId }) => jobId)).size).toBe(1);
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
    const turns = await twenty(() => take(id));
    expect(turns.filter(({ state }) => state === 'begun')).toHaveLength(1);
    expect(turns.filter(({ state }) => state === 'running')).toHaveLength(19);
  });

  test.each(['failed', 'canceled'])('a run that ended %s does not use up the hour', async (status) => {
    const id = await company();
    const first = await ask(id);
    await take(id);
    await end(first.jobId, status);
    const second = await ask(id);
    expect(second).toMatchObject({ isNew: true, isCoalesced: false });
    expect(await take(id)).toMatchObject({ state: 'begun', jobId: second.jobId });
  });

  test('an operator can have it within the hour, and no two runs at a time even so', async () => {
    const id = await company();
    const first = await ask(id);
    await take(id);
    const forced = await ask(id, { isForced: true });
    expect(await take(id)).toMatchObject({ state: 'running', jobId: first.jobId });
    await end(first.jobId);
    expect(await take(id)).toMatchObject({ state: 'begun', jobId: forced.jobId });
  });
});

describe('all together', () => {
  test('no more than ten begin in a minute, and the next is told when the oldest of them is a minute old', async () => {
    const all = await waiting(12);
    const turns = [];
    for (const { companyId } of all) turns.push(await take(companyId, { runsPerMinute: 10 }));
    expect(turns.filter(({ state }) => state === 'begun')).toHaveLength(10);
    const later = turns.filter((turn) => turn.state === 'waiting');
    expect(later).toHaveLength(2);
    for (const turn of later) {
      expect(turn.for).toBe('turn');
      expect(turn.waitMs).toBeGreaterThan(50_000);
      expect(turn.waitMs).toBeLessThanOrEqual(60_000);
    }
    await startedAgo(all[0]?.jobId ?? '', 61_000);
    expect(await take(all[10]?.companyId ?? '', { runsPerMinute: 10 })).toMatchObject({ state: 'begun' });
    expect(await take(all[11]?.companyId ?? '', { runsPerMinute: 10 })).toMatchObject({ state: 'waiting' });
  });

  test('no more run at the same time than there is room for', async () => {
    const all = await waiting(4);
    const turns = await Promise.all(all.map(({ companyId }) => take(companyId, { concurrentRuns: 2 })));
    expect(turns.filter(({ state }) => state === 'begun')).toHaveLength(2);
    const begun = all.find((_, index) => turns[index]?.state === 'begun');
    await end(begun?.jobId ?? '');
    const again = [];
    for (const { companyId } of all) again.push(await take(companyId, { concurrentRuns: 2 }));
    expect(again.filter(({ state }) => state === 'begun')).toHaveLength(1);
  });

  test('of one tenant the more urgent comes first, however late it came', async () => {
    const low = await waiting(3, 'default', 5);
    const high = await waiting(1, 'default', 1);
    const all = [...low, ...high];
    // Everybody has asked once before there is room.
    for (const { companyId } of all) await take(companyId, { concurrentRuns: 0 });
    const begun = await order(all, { concurrentRuns: 1 });
    expect(begun[0]).toBe(high[0]?.jobId);
    expect(begun.slice(1)).toEqual(low.map(({ jobId }) => jobId));
  });

  test('tenants are served in turn: one with many waiting keeps no other from its first', async () => {
    const many = await waiting(6, 'big', 1);
    const few = await waiting(2, 'small', 5);
    const all = [...many, ...few];
    for (const { companyId } of all) await take(companyId, { concurrentRuns: 0 });
    const begun = await order(all, { concurrentRuns: 1 });
    const served = begun.map((jobId) => (few.some((each) => each.jobId === jobId) ? 'small' : 'big'));
    expect(served.slice(0, 4).toSorted()).toEqual(['big', 'big', 'small', 'small']);
    expect(served.slice(4)).toEqual(['big', 'big', 'big', 'big']);
  });

  test('somebody who does not ask any more holds nobody up', async () => {
    const [gone] = await waiting(1, 'default', 1);
    const [there] = await waiting(1, 'default', 5);
    await take(gone?.companyId ?? '', { concurrentRuns: 0 });
    await take(there?.companyId ?? '', { concurrentRuns: 0 });
    await database.queries.execute(sql`
      update buyer_group_refresh_logs set asked_until = clock_timestamp() - interval '1 second' where id = ${gone?.jobId ?? ''}`);
    expect(await take(there?.companyId ?? '', { concurrentRuns: 1 })).toMatchObject({ state: 'begun' });
  });

  test('whoever is forgotten is found once by all that look, and not again for a while', async () => {
    const all = await waiting(3);
    await database.queries.execute(sql`
      update buyer_group_refresh_logs set created_at = clock_timestamp() - interval '1 minute'`);
    const found = await Promise.all(
      Array.from({ length: 4 }, () => takeForgotten(database.queries, { staleMs: 10_000, count: 50 })),
    );
    expect(
      found
        .flat()
        .map(({ jobId }) => jobId)
        .toSorted(),
    ).toEqual(all.map(({ jobId }) => jobId).toSorted());
    expect(await takeForgotten(database.queries, { staleMs: 10_000, count: 50 })).toEqual([]);
  });
});

const twoAMinute = { ...generous, runsPerMinute: 2 };

async function failedOnce() {
  const companyId = await company();
  const { jobId } = await ask(companyId);
  await take(companyId);
  await end(jobId, 'failed');
  await startedAgo(jobId, 300_000);
  await database.queries.execute(sql`
    insert into events (id, tenant_id, source, type, key_hash, fingerprint, lane, correlation_id, occurred_at, generation)
    values (${jobId}, 'default', 'buyer-groups', 'company.buyer_group_refresh', ${jobId}, '', ${companyId}, '', clock_timestamp(), 1)`);
  return jobId;
}
const beginAgain = (eventId: string) => beginJob(database.queries, { eventId, generation: 1 }, twoAMinute);

test('refreshes that had failed begin within the limits of all, however many are run again at once', async () => {
  const jobs = [await failedOnce(), await failedOnce(), await failedOnce(), await failedOnce()];
  const begun = await Promise.all(jobs.map(beginAgain));
  const those = (state: string) => jobs.filter((_, index) => begun[index]?.state === state);
  expect(those('begun')).toHaveLength(2);
  expect(those('full')).toHaveLength(2);
  await startedAgo(those('begun')[0] ?? '', 61_000);
  expect(await beginAgain(those('full')[0] ?? '')).toMatchObject({ state: 'begun' });
});

describe('a company is the same one', () => {
  test('by its domain, by an id of a source, or by a name that no other domain has', async () => {
    const tenant = randomUUID();
    const id = await met(tenant, { source: 'lusha', id: '7', domain: 'a.example', name: 'Acme  Ltd' });
    expect(await met(tenant, { domain: 'A.example' })).toBe(id);
    expect(await met(tenant, { source: 'lusha', id: '7' })).toBe(id);
    expect(await met(tenant, { name: 'acme ltd' })).toBe(id);
    expect(await met(tenant, { name: 'Acme Ltd', domain: 'b.example' })).not.toBe(id);
    expect(await met(tenant, { source: 'other', id: '7' })).not.toBe(id);
    expect(await met(randomUUID(), { domain: 'a.example' })).not.toBe(id);
  });

  test('when twenty meet it at once', async () => {
    const tenant = randomUUID();
    const ids = await twenty(() => met(tenant, { name: 'Nordlicht', domain: 'n.example' }));
    expect(new Set(ids).size).toBe(1);
  });
});

const refused = async (companyId: string, more: { gap?: string; credits?: number } = {}) => {
  const { jobId } = await ask(companyId, { isForced: true });
  await take(companyId);
  const gaps = JSON.stringify([{ step: 'resolve', class: more.gap ?? 'DailyCreditsUsed', people: 0 }]);
  await database.queries.execute(sql`
    update buyer_group_refresh_logs set gaps = ${gaps}::jsonb, credits = jsonb_build_object('coresignal', ${more.credits ?? 0}::int) where id = ${jobId}`);
  await end(jobId);
};
const forChanges = (jobId: string) =>
  database.queries.execute(sql`delete from buyer_group_refresh_reasons where job_id = ${jobId}`);

describe('a run that was refused all credits', () => {
  test('does not use up the hour of whoever asks for another, and does that of changes', async () => {
    const companyId = await company();
    await refused(companyId);
    const { jobId, isCoalesced } = await ask(companyId);
    expect(isCoalesced).toBe(false);
    await forChanges(jobId);
    expect(await take(companyId)).toMatchObject({ state: 'waiting', for: 'window' });
    expect(await ask(companyId)).toMatchObject({ jobId, isNew: false, isCoalesced: true, isDue: true });
    expect(await take(companyId)).toMatchObject({ state: 'begun', jobId });
    await end(jobId);
    expect(await ask(companyId)).toMatchObject({ isCoalesced: true, isDue: false });
    expect(await take(companyId)).toMatchObject({ state: 'waiting', for: 'window' });
  });

  test.each([
    ['that paid for something', { credits: 20 }],
    ['that did not know for another reason', { gap: 'CompanyUnknown' }],
  ])('and no other one: not one %s', async (_what, more) => {
    const companyId = await company();
    await refused(companyId, more);
    expect(await ask(companyId)).toMatchObject({ isCoalesced: true });
    expect(await take(companyId)).toMatchObject({ state: 'waiting', for: 'window' });
  });
});
