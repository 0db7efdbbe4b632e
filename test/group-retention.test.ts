import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { removeFormerMembers } from '../src/db/buyer-groups/former-members.ts';
import { clearRows } from '../src/db/clear-person.ts';
import { removeUnusedKeys } from '../src/db/retention/unused-keys.ts';
import { retentionForecast, retentionRound } from '../src/db/retention/round.ts';
import { createTidy } from '../src/intake/tidy.ts';
import { hasherOf, keyringOf, tenantId } from '../src/main/stores.ts';
import { emailSubject } from '../src/privacy/subject-aliases.ts';
import type { RetentionClass } from '../src/domain/retention.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { director, groupsOf } from './known-people.ts';
import { openSession } from './session.ts';
import { sendLead, somebody } from './erasing.ts';

/** Protects persons who left a group from being kept in it for good, and everybody who is in one from being taken out of it. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

let causeway: Causeway;
let groups: ReturnType<typeof groupsOf>;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
  groups = groupsOf(causeway);
});
afterAll(() => causeway.close());
// What hangs by a key goes with it.
const tables = [
  'subject_keys',
  'buyer_groups',
  'buyer_group_refresh_reasons',
  'buyer_group_refresh_logs',
  'company_aliases',
  'companies',
];
beforeEach(async () => {
  for (const table of tables) await causeway.queries.execute(sql.raw(`delete from ${table}`));
});

const retained = async (name: RetentionClass, days: number): Promise<number> => {
  const round = { after: null, budgetMs: 10_000, eraseCopies: () => Promise.resolve() };
  return (await retentionRound(causeway.queries, { name, days }, round)).rows;
};

async function listed(query: SQL): Promise<string[]> {
  const { rows } = await causeway.queries.execute<{ id: string }>(query);
  return rows.map(({ id }) => id).toSorted();
}
const peopleLeft = () => listed(sql`select id from people`);
const membersLeft = () => listed(sql`select company_id || ' ' || person_id as id from buyer_group_members`);
const keysLeft = () => listed(sql`select id from subject_keys`);

describe('who left a group', () => {
  it('goes from it when that is long ago, with all that is known of them unless they are in another one', async () => {
    const [company, other] = [await groups.company(), await groups.company()];
    const [gone, elsewhere, lately, there] = [director(), director(), director(), director()];
    const [goneId, elsewhereId] = [await groups.person(gone, 800), await groups.person(elsewhere, 800)];
    const [latelyId, thereId] = [await groups.person(lately, 800), await groups.person(there, 800)];
    await groups.member(company, gone, { leftDays: 401 });
    await groups.member(company, elsewhere, { leftDays: 500 });
    await groups.member(other, elsewhere);
    await groups.member(company, lately, { leftDays: 399 });
    await groups.member(company, there);

    expect(await retentionForecast(causeway.queries, [{ name: 'formerMembers', days: 400 }])).toMatchObject([
      { rows: 2 },
    ]);
    expect(await retained('formerMembers', 400)).toBe(2);
    expect(await peopleLeft()).toEqual([elsewhereId, latelyId, thereId].toSorted());
    expect(await membersLeft()).toEqual(
      [`${other} ${elsewhereId}`, `${company} ${latelyId}`, `${company} ${thereId}`].toSorted(),
    );
    expect(await listed(sql`select company_id || ' ' || person_id as id from buyer_group_changes`)).toEqual(
      await membersLeft(),
    );
    expect(await listed(sql`select distinct subject_key_id as id from facts_cache`)).toEqual(await peopleLeft());
    // The key goes with all others that nothing refers to.
    expect(await keysLeft()).toContain(goneId);
    expect(await retained('keys', 1)).toBe(1);
    expect(await keysLeft()).toEqual(await peopleLeft());
    expect(await retained('formerMembers', 400)).toBe(0);
  });

  it('is known as long as an event of theirs is', async () => {
    const lead = somebody();
    const who = { ...director(), emails: [lead.email.toLowerCase()] };
    await sendLead(causeway, lead);
    const id = await groups.person(who, 800);
    await groups.member(await groups.company(), who, { leftDays: 500 });
    expect(await retained('formerMembers', 400)).toBe(1);
    expect(await peopleLeft()).toEqual([id]);
    await retained('keys', 1);
    expect(await keysLeft()).toContain(id);
  });

  it('goes however many they are', async () => {
    const company = await groups.company();
    await causeway.queries.execute(sql`
      with keys as (
        insert into subject_keys (id, tenant_id, subject, wrapped)
        select gen_random_uuid(), ${tenantId}, 'many-' || n, '\\x00' from generate_series(1, 1203) n returning id
      ), known as (insert into people (id, tenant_id, sealed) select id, ${tenantId}, '\\x00' from keys returning id)
      select count(*) from known`);
    await causeway.queries.execute(sql`
      insert into buyer_group_members (company_id, person_id, left_at) select ${company}, id, clock_timestamp() - interval '2 years' from people`);
    expect(await retained('formerMembers', 400)).toBe(1_203);
  });

  it('and comes back just now is left', async () => {
    const company = await groups.company();
    const who = director();
    const id = await groups.person(who, 800);
    await groups.member(company, who, { leftDays: 500 });
    const session = await openSession(causeway.configuration.DATABASE_URL);
    onTestFinished(() => session.close());
    await session.query('begin');
    await session.query(`update people set updated_at = clock_timestamp() where id = $1`, [id]);
    await session.query(`update buyer_group_members set left_at = null where person_id = $1`, [id]);
    expect(await removeFormerMembers(causeway.queries, 400, 10)).toBe(0);
    await session.query('commit');
    expect(await retained('formerMembers', 400)).toBe(0);
    expect(await membersLeft()).toEqual([`${company} ${id}`]);
  });
});

describe('the key of somebody of whom no event tells', () => {
  it('stays while they are in a group, were seen by a run, or want to be told; else it goes, with what was known', async () => {
    const company = await groups.company();
    const [member, seen, unknown, fresh] = [director(), director(), director(), director()];
    const memberId = await groups.person(member, 10);
    await groups.member(company, member);
    const seenId = await groups.person(seen, 10);
    const asker = `${director().directoryId}@asker.example`;
    await groups.run(company, { saw: [seen], askedBy: asker });
    await groups.person(unknown, 10);
    const freshId = await groups.person(fresh);
    await causeway.queries.execute(sql`delete from facts_cache`);
    await causeway.queries.execute(sql`update subject_keys set created_at = created_at - interval '2 days'`);
    const keyring = keyringOf(causeway.configuration, causeway.queries);
    const { id: askerId } = await keyring.keyFor(tenantId, { kind: 'person', email: asker });
    expect(await retained('keys', 1)).toBe(1);
    expect(await keysLeft()).toEqual([memberId, seenId, askerId, freshId].toSorted());
    expect(await peopleLeft()).toEqual([memberId, seenId, freshId].toSorted());
  });

  it('stays when they come into a group just now', async () => {
    const who = director();
    const company = await groups.company();
    const id = await groups.person(who, 10);
    await causeway.queries.execute(sql`delete from facts_cache`);
    const session = await openSession(causeway.configuration.DATABASE_URL);
    onTestFinished(() => session.close());
    await session.query('begin');
    await session.query(`update people set updated_at = clock_timestamp() where id = $1`, [id]);
    await session.query(`insert into buyer_group_members (company_id, person_id) values ($1, $2)`, [company, id]);
    const removing = removeUnusedKeys(causeway.queries, { days: 1, limit: 10, after: null });
    await Promise.race([removing, session.waiting(1)]);
    await session.query('commit');
    expect(await removing).toMatchObject({ rows: 0 });
    expect(await membersLeft()).toEqual([`${company} ${id}`]);
  });
});

it('a key that was made while an erasure was under way goes with the person that it is of, unless by it they ask to be told', async () => {
  const company = await groups.company();
  const [copied, back] = [director(), director()];
  await groups.person(copied);
  await groups.member(company, copied);
  const { id } = await groups.keyOf(back);
  await groups.run(company, { askedBy: back.emails[0]?.toLowerCase() ?? '' });
  const hasher = hasherOf(causeway.configuration);
  const erased = {
    erasureId: randomUUID(),
    tenantId,
    emails: [],
    phones: [],
    aliases: [copied, back].map(({ emails: [email = ''] }) => emailSubject(hasher, tenantId, email)),
    objects: [],
  };
  await clearRows(causeway.queries, erased);
  expect(await keysLeft()).toEqual([id]);
  expect(await membersLeft()).toEqual([]);
});

describe('a refresh that is over', () => {
  it('goes when that is long ago, with its reasons, but for the latest of a company, the one its group is from, and one to run again', async () => {
    const [company, quiet] = [await groups.company(), await groups.company()];
    const who = director();
    await groups.person(who);
    await groups.run(company, { days: 900, saw: [who], askedBy: who.emails[0] ?? '' });
    await groups.run(company, { days: 800, status: 'canceled' });
    const grouped = await groups.run(company, { days: 700 });
    await groups.group(company, grouped);
    const failed = await groups.run(company, { days: 600, status: 'failed' });
    const latest = await groups.run(company, { days: 500 });
    const only = await groups.run(quiet, { days: 900 });
    await causeway.queries.execute(sql`
      insert into events (id, tenant_id, source, type, key_hash, fingerprint, lane, correlation_id, occurred_at, state, outcome, holds_lane)
      values (${failed}, ${tenantId}, 'buyer-groups', 'company.buyer_group_refresh', ${failed}, '', ${failed}, '', now(), 'failed', 'failed', false)`);
    expect(await retentionForecast(causeway.queries, [{ name: 'refreshLogs', days: 400 }])).toMatchObject([
      { rows: 2 },
    ]);
    expect(await retained('refreshLogs', 400)).toBe(2);
    const left = [grouped, failed, latest, only].toSorted();
    expect(await listed(sql`select id from buyer_group_refresh_logs`)).toEqual(left);
    expect(await listed(sql`select job_id as id from buyer_group_refresh_reasons`)).toEqual(left);
    await causeway.queries.execute(sql`update events set state = 'done', outcome = 'erased' where id = ${failed}`);
    expect(await retained('refreshLogs', 400)).toBe(1);
  });

  it('stays while it is younger, waits or runs', async () => {
    const company = await groups.company();
    await groups.run(company, { days: 399 });
    const waiting = await groups.run(company, { days: 900, status: 'waiting' });
    const running = await groups.run(company, { days: 900, status: 'processing' });
    await causeway.queries.execute(
      sql`update buyer_group_refresh_logs set finished_at = null where id in (${waiting}, ${running})`,
    );
    expect(await retained('refreshLogs', 400)).toBe(0);
  });
});

describe('what nobody reads any more', () => {
  it('goes after a day: whom a run saw that is over, and what was read; what was paid for when it is used no more', async () => {
    const company = await groups.company();
    const who = director();
    const { id, key } = await groups.keyOf(who);
    await groups.person(who);
    await causeway.queries.execute(sql`delete from facts_cache`);
    const [old, young] = [
      await groups.run(company, { days: 2, saw: [who] }),
      await groups.run(company, { days: 0.9, saw: [who] }),
    ];
    for (const [provider, days] of [
      ['hubspot', 0.9],
      ['hubspot', 1.1],
      ['coresignal', 6.9],
      ['coresignal', 7.1],
      ['lusha', 6.9],
      ['lusha', 7.1],
    ] as const)
      await groups.cache(provider, `of ${days}`, '', id, key, days);
    const tidy = createTidy(causeway.queries, { freshDays: 7 });
    const sightings = () => listed(sql`select job_id as id from buyer_group_sightings`);
    expect(await sightings()).toEqual([old, young].toSorted());
    await tidy();
    expect(await sightings()).toEqual([young]);
    expect(await listed(sql`select provider || ' ' || object_type as id from facts_cache`)).toEqual([
      'coresignal of 6.9',
      'hubspot of 0.9',
      'lusha of 6.9',
    ]);
  });

  it('goes later, too, when another run is over for a day, and when there was more than one round takes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const company = await groups.company();
    const who = director();
    await groups.person(who);
    const tidy = createTidy(causeway.queries, { freshDays: 7 });
    await tidy();
    const run = await groups.run(company, { days: 1, saw: [who] });
    await causeway.queries.execute(sql`
      insert into subject_keys (id, tenant_id, subject, wrapped) select gen_random_uuid(), ${tenantId}, 'many-' || n, '\\x00' from generate_series(1, 1500) n`);
    await causeway.queries.execute(sql`
      insert into people (id, tenant_id, sealed) select id, ${tenantId}, '\\x00' from subject_keys where subject like 'many-%'`);
    await causeway.queries.execute(sql`
      insert into buyer_group_sightings (job_id, person_id, sources) select ${run}, id, '{}' from people on conflict do nothing`);
    const rounds: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      vi.setSystemTime(Date.now() + 61_000);
      await tidy();
      rounds.push((await listed(sql`select person_id as id from buyer_group_sightings`)).length);
    }
    expect(rounds).toEqual([501, 0, 0]);
  });
});
