import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSaveGroup } from '../src/activities/buyer-groups/save-group.ts';
import { findOrAddCompany } from '../src/db/buyer-groups/companies.ts';
import { readJob } from '../src/db/buyer-groups/job-views.ts';
import { findSameCompany } from '../src/db/buyer-groups/known-company.ts';
import { recordMoves } from '../src/db/buyer-groups/moves.ts';
import { readChangesOfJob } from '../src/db/buyer-groups/notice.ts';
import { sealedPerson } from '../src/privacy/sealed-records.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { keyringOf } from './violation-rows.ts';
import { mergeCompany } from '../src/db/buyer-groups/merge-company.ts';
import { goOnElsewhere, readGoneOn } from '../src/db/buyer-groups/merge-refreshes.ts';
import { requestRefresh } from '../src/db/buyer-groups/requests.ts';
import { takeTurn } from '../src/db/buyer-groups/turns.ts';
import { lockCompanies, lockCompany } from '../src/db/buyer-groups/lock-companies.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { buyerGroupRows, type BuyerGroupRows } from './buyer-group-rows.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { insertKey } from './event-rows.ts';
import { eventually } from './eventually.ts';

/** Protects what becomes of the rows of two companies that are one: nothing is lost, nothing is there twice, and no way leads round. */

const windowMs = 3_600_000;
let causeway: Causeway;
let rows: BuyerGroupRows;
beforeAll(async () => {
  causeway = await startCauseway({ worker: false });
  rows = buyerGroupRows(causeway);
  await insertKey(causeway.queries);
});
afterAll(() => causeway.close());

const merge = (from: string, to: string) =>
  inTransaction(causeway.queries, async (transaction) => {
    await lockCompanies(transaction, [from, to]);
    await mergeCompany(transaction, { from, to });
    return goOnElsewhere(transaction, { tenantId: 'default', from, to, windowMs });
  });
const query = async (text: ReturnType<typeof sql>) => (await causeway.queries.execute(text)).rows;
const wish = (companyId: string, more: object = {}) => ({
  tenantId: 'default',
  companyId,
  priority: 3,
  level: 'identify' as const,
  isForced: false,
  windowMs,
  eventId: null,
  move: null,
  requestedBy: 'test',
  requester: null,
  ...more,
});

async function three() {
  const [one, two, last] = await Promise.all([rows.addCompany(), rows.addCompany(), rows.addCompany()]);
  return { one: one.id, two: two.id, last: last.id };
}

describe('refreshes', () => {
  it('of both names go into one, as urgent and as thorough as any of them, with all reasons', async () => {
    const { one, two } = await three();
    const running = await rows.addJob(one, { status: 'processing' });
    await rows.addReason({ id: running, companyId: one }, { requestedBy: 'key 1' });
    const { id: both } = await rows.addEvent({ source: 'person-change' });
    await rows.addReason({ id: running, companyId: one }, { eventId: both, move: 'left' });
    const waits = await requestRefresh(causeway.queries, wish(one, { level: 'deep_research', priority: 1 }));
    const there = await requestRefresh(causeway.queries, wish(two, { eventId: both, move: 'joined' }));
    const next = await merge(one, two);
    expect(next).toEqual({ companyId: two, jobId: there.jobId, isNew: false, isCoalesced: true, isDue: false });
    expect(
      await query(sql`
        select id, status, company_id = ${two} as moved, merged_into as into, level, priority from buyer_group_refresh_logs
        where id in (${running}, ${waits.jobId}, ${there.jobId}) order by status, level desc`),
    ).toEqual([
      { id: running, status: 'completed', moved: true, into: there.jobId, level: 'enrich', priority: 2 },
      { id: waits.jobId, status: 'completed', moved: true, into: there.jobId, level: 'deep_research', priority: 1 },
      { id: there.jobId, status: 'waiting', moved: true, into: null, level: 'deep_research', priority: 1 },
    ]);
    expect(
      await query(sql`
        select requested_by as by, move, is_coalesced as coalesced from buyer_group_refresh_reasons
        where job_id = ${there.jobId} order by requested_by, move nulls first`),
    ).toEqual([
      { by: 'key 1', move: null, coalesced: true },
      { by: 'test', move: null, coalesced: true },
      { by: 'test', move: 'joined', coalesced: false },
    ]);
  });

  it('of a merged company do not use up the hour of the one that it is now', async () => {
    const { one, two } = await three();
    await rows.addJob(one, { status: 'processing' });
    const next = await merge(one, two);
    expect(next).toMatchObject({ isNew: true, isCoalesced: false });
    const turn = await takeTurn(causeway.queries, two, { windowMs, runsPerMinute: 10_000, concurrentRuns: 1_000 });
    expect(turn).toMatchObject({ state: 'begun', jobId: next.jobId });
  });

  it('know where they have gone on, for a step that is done again after it had merged the company', async () => {
    const { one, two } = await three();
    const id = await rows.addJob(one, { status: 'processing' });
    await rows.addEvent({ id, type: 'company.buyer_group_refresh' });
    const run = { eventId: id, generation: 0 };
    expect(await readGoneOn(causeway.queries, run)).toBeUndefined();
    const { jobId } = await merge(one, two);
    expect(await readGoneOn(causeway.queries, run)).toEqual({ jobId, companyId: two });
    expect(await readGoneOn(causeway.queries, { ...run, generation: 1 })).toBeUndefined();
  });

  it('asked for with the id from before are of the one that it is now', async () => {
    const { one, two } = await three();
    await rows.addJob(one, { status: 'processing' });
    const next = await merge(one, two);
    const asked = await requestRefresh(causeway.queries, wish(one));
    expect(asked).toEqual({ jobId: next.jobId, companyId: two, isNew: false, isCoalesced: true, isDue: false });
  });
});

it('whoever was merged into a company that is merged itself is the last one at once, and so are its refreshes', async () => {
  const { one, two, last } = await three();
  const first = await rows.addJob(one, { status: 'processing' });
  const second = (await merge(one, two)).jobId;
  const end = await merge(two, last);
  expect(await query(sql`select id from companies where merged_into = ${last} order by id`)).toEqual(
    [one, two].toSorted().map((id) => ({ id })),
  );
  expect(
    await query(sql`select id from buyer_group_refresh_logs where merged_into = ${end.jobId} order by id`),
  ).toEqual([first, second].toSorted().map((id) => ({ id })));
  expect(
    await query(sql`select distinct company_id as id from company_aliases where company_id in (${one}, ${two})`),
  ).toEqual([]);
});

const member = async (companyId: string, personId: string) =>
  (
    await query(sql`
      select role, move, sources, left_at is not null as "hasLeft", confidence from buyer_group_members
      where company_id = ${companyId} and person_id = ${personId}`)
  )[0];

async function inBoth() {
  const { one, two } = await three();
  await rows.addJob(one, { status: 'processing' });
  const person = await rows.addPerson();
  await rows.addMember(one, person, { role: 'champion', confidence: 0.9, move: 'joined', title: 'COO' });
  await rows.addMember(two, person, { role: 'blocker', confidence: 0.4 });
  await query(sql`update buyer_group_members set sources = '{coresignal,lusha}' where company_id = ${two}`);
  return { one, two, person };
}

describe('somebody who is in both groups', () => {
  it('is as the later run saw them, moved as the later event told, and known by all who said so', async () => {
    const { one, two, person } = await inBoth();
    await query(
      sql`update buyer_group_members set last_seen_at = last_seen_at + interval '1 day' where company_id = ${one}`,
    );
    await query(sql`update buyer_group_members set moved_at = null where company_id = ${two}`);
    await merge(one, two);
    expect(await member(two, person.id)).toEqual({
      role: 'champion',
      move: 'joined',
      sources: ['coresignal', 'lusha', 'event'],
      hasLeft: false,
      confidence: 0.9,
    });
    expect(await member(one, person.id)).toBeUndefined();
  });

  it('has left when that is what was known last, whichever of the two knew it', async () => {
    const { one, two, person } = await inBoth();
    await query(sql`
      update buyer_group_members set move = 'left', moved_at = '2026-05-01', left_at = '2026-05-01' where company_id = ${one}`);
    await merge(one, two);
    expect(await member(two, person.id)).toMatchObject({ role: 'blocker', move: 'left', hasLeft: true });
  });

  it('is not gone when only the place that was known before has ended', async () => {
    const { one, two, person } = await inBoth();
    await query(sql`
      update buyer_group_members set move = 'left', moved_at = '2026-01-01', left_at = '2026-01-01', last_seen_at = '2025-12-01'
      where company_id = ${one}`);
    await merge(one, two);
    expect(await member(two, person.id)).toMatchObject({ role: 'blocker', move: null, hasLeft: false });
  });
});

it('whoever waits for a company while it is merged gets the one that it is now, locked as well', async () => {
  const { one, two } = await three();
  await rows.addJob(one, { status: 'processing' });
  const { queries } = causeway;
  const isFree = async () => {
    const free = await query(sql`select id from companies where id = ${two} for update skip locked`);
    return free.length > 0;
  };
  const waiting = await inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    await lockCompanies(transaction, [one, two]);
    await mergeCompany(transaction, { from: one, to: two });
    const asked = inTransaction(queries, async (other) => {
      await other.execute(sql`set local lock_timeout = 0`);
      return { id: await lockCompany(other, one), free: await isFree() };
    });
    await eventually('it waits', async () => {
      const waits = await query(sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%merged_into%'`);
      return waits.length > 0 ? true : undefined;
    });
    return [asked];
  });
  expect(await waiting[0]).toEqual({ id: two, free: false });
});

it('whoever left the one name for the other, as one event told, is in the one company', async () => {
  const [byName, byDomain] = [(await rows.addCompany()).id, (await rows.addCompany()).id];
  const person = await rows.addPerson({ name: 'Pia Neu' });
  const { id: eventId } = await rows.addEvent({ source: 'person-change' });
  await rows.addJob(byName, { status: 'processing' });
  const at = '2026-06-01T00:00:00Z';
  await recordMoves(
    causeway.queries,
    { eventId, generation: 0 },
    {
      id: person.id,
      seal: () => sealedPerson.seal(person.key, person.id, { emails: [], phones: [], name: 'Pia Neu' }),
    },
    [
      { companyId: byDomain, move: 'left', at, titleSealed: null },
      { companyId: byName, move: 'joined', at, titleSealed: null },
    ],
    'retitled',
  );
  await merge(byName, byDomain);
  expect(
    await query(
      sql`select move, left_at is not null as "hasLeft" from buyer_group_members where person_id = ${person.id}`,
    ),
  ).toEqual([{ move: 'joined', hasLeft: false }]);
});

it('an event that named both names is a reason of the refresh that goes on, and who saw the one that is over sees it still', async () => {
  const [byName, byDomain] = [(await rows.addCompany()).id, (await rows.addCompany()).id];
  const { id: eventId } = await rows.addEvent({ source: 'hr-feed' });
  const there = await requestRefresh(causeway.queries, wish(byDomain, { eventId, move: 'joined', requestedBy: null }));
  await takeTurn(causeway.queries, byDomain, { windowMs, runsPerMinute: 10_000, concurrentRuns: 1_000 });
  await query(
    sql`update buyer_group_refresh_logs set status = 'canceled', finished_at = clock_timestamp() where id = ${there.jobId}`,
  );
  const here = await requestRefresh(causeway.queries, wish(byName, { eventId, move: 'left', requestedBy: null }));
  await takeTurn(causeway.queries, byName, { windowMs, runsPerMinute: 10_000, concurrentRuns: 1_000 });
  const scope = { tenantId: 'default', sources: ['hr-feed'], requestedBy: 'key' };
  expect(await readJob(causeway.queries, here.jobId, { scope, windowMs })).toBeDefined();
  const next = await merge(byName, byDomain);
  expect(await readJob(causeway.queries, here.jobId, { scope, windowMs })).toBeDefined();
  expect((await query(sql`select event_id from buyer_group_refresh_reasons where job_id = ${next.jobId}`)).length).toBe(
    1,
  );
});

it('a run of the other one that is about to save says of nobody merged in meanwhile that they have left', async () => {
  const [byName, byDomain] = [(await rows.addCompany()).id, (await rows.addCompany()).id];
  const person = await rows.addPerson({ name: 'Pia Neu', title: 'CIO' });
  await rows.addMember(byName, person, { role: 'champion', title: 'CIO', move: 'joined' });
  await query(sql`update buyer_group_members set sources = '{event}' where person_id = ${person.id}`);
  await rows.addJob(byName, { status: 'processing' });
  const id = await rows.addJob(byDomain, { status: 'processing' });
  await rows.addEvent({ id, type: 'company.buyer_group_refresh' });
  const before = await rows.addJob(byDomain, { status: 'completed', startedAgoMs: windowMs });
  await query(sql`insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
    values (${byDomain}, 'default', 0.5, 0.5, 0, false, ${before}, clock_timestamp())`);
  // It has discovered and scored everybody by now.
  await merge(byName, byDomain);
  const save = createSaveGroup({
    queries: causeway.queries,
    keyring: keyringOf(causeway),
    log: createLogger({ level: 'silent', process: 'test', pretty: false }),
  });
  const { result } = await save({ eventId: id, generation: 0 });
  expect(result.changes.left).toBe(0);
});

it('what a run of the merged one told is not told again by a refresh of the other one that waited', async () => {
  const [byName, byDomain] = [(await rows.addCompany()).id, (await rows.addCompany()).id];
  const waits = await requestRefresh(causeway.queries, wish(byDomain));
  const person = await rows.addPerson({ name: 'Pia Neu' });
  await rows.addMember(byName, person, { role: 'champion' });
  const told = await rows.addJob(byName, { status: 'completed' });
  await query(sql`update buyer_group_refresh_logs set result = '{}'::jsonb where id = ${told}`);
  await rows.addChange(byName, person, { kind: 'joined', jobId: told });
  await rows.addJob(byName, { status: 'processing' });
  await merge(byName, byDomain);
  await query(
    sql`update buyer_group_refresh_logs set started_at = clock_timestamp(), status = 'processing' where id = ${waits.jobId}`,
  );
  expect((await readChangesOfJob(causeway.queries, waits.jobId)).map(({ kind, isOwn }) => [kind, isOwn])).toEqual([]);
});

it('a company that is met by another id of the directory is another one, though it has the same website', async () => {
  const domain = 'shared.example';
  const other = await findOrAddCompany(causeway.queries, 'default', {
    source: 'coresignal',
    id: '9001',
    domain,
    name: 'Shared Spain',
  });
  const byName = await findOrAddCompany(causeway.queries, 'default', { name: 'Shared Portugal' });
  const told = { id: '9002', name: 'Shared Portugal', domain, industry: null, employees: null, country: null };
  const same = await inTransaction(causeway.queries, (transaction) =>
    findSameCompany(transaction, { id: byName, tenantId: 'default' }, told),
  );
  expect(same === other).toBe(false);
});

const addGroup = (companyId: string, members: number) =>
  query(sql`
    insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
    values (${companyId}, 'default', 0.5, 0.5, ${members}, false, gen_random_uuid(), clock_timestamp())`);
const countOf = (companyId: string) => query(sql`select members from buyer_groups where company_id = ${companyId}`);

describe('the number of members of a group that another one was merged into', () => {
  it('is that of all who are there and were judged, each once, at once', async () => {
    const { one, two } = await three();
    await rows.addJob(one, { status: 'processing' });
    const [both, here, there, left, told, back] = await Promise.all(Array.from({ length: 6 }, () => rows.addPerson()));
    if (!both || !here || !there || !left || !told || !back) throw new Error('six people were added');
    for (const person of [both, here, left, told, back]) await rows.addMember(one, person);
    for (const person of [both, there]) await rows.addMember(two, person);
    await query(sql`update buyer_group_members set left_at = clock_timestamp() where person_id = ${left.id}`);
    // Of whom no run has judged the one as yet, and found the other gone before an event told that they are back.
    await query(sql`update buyer_group_members set because = '' where person_id = ${told.id}`);
    await query(sql`update buyer_group_members set because = 'none: has left' where person_id = ${back.id}`);
    // Judged on the word of an event alone, which a run counts as well.
    await query(
      sql`update buyer_group_members set sources = '{event}', last_seen_at = null where person_id = ${here.id}`,
    );
    await addGroup(two, 2);
    await merge(one, two);
    expect(await countOf(two)).toEqual([{ members: 3 }]);
  });

  it('is counted as well where only the merged one had a group', async () => {
    const { one, two } = await three();
    await rows.addJob(one, { status: 'processing' });
    const [here, there] = [await rows.addPerson(), await rows.addPerson()];
    await rows.addMember(one, here);
    await rows.addMember(two, there);
    await addGroup(one, 1);
    await merge(one, two);
    expect(await countOf(two)).toEqual([{ members: 2 }]);
  });
});

const [early, late] = ['2026-06-01T00:00:00.000Z', '2026-06-02T00:00:00.000Z'];
async function somebody() {
  const person = await rows.addPerson({ name: 'Pia Neu' });
  const tell = async (companyId: string, move: 'joined' | 'left', at: string, eventId?: string) => {
    const id = eventId ?? (await rows.addEvent({ source: 'person-change' })).id;
    const seal = () => sealedPerson.seal(person.key, person.id, { emails: [], phones: [], name: 'Pia Neu' });
    const told = { companyId, move, at, titleSealed: null };
    await recordMoves(causeway.queries, { eventId: id, generation: 0 }, { id: person.id, seal }, [told], 'retitled');
    return id;
  };
  return { person, tell };
}
const history = async (companyId: string) =>
  (await query(sql`select kind from buyer_group_changes where company_id = ${companyId} order by id`)).map(
    ({ kind }) => kind,
  );
const isThere = async (companyId: string) =>
  query(sql`select left_at is null as "isThere" from buyer_group_members where company_id = ${companyId}`);

it('whoever left a company for one that it was merged into meanwhile has neither left nor joined it', async () => {
  const { one, two } = await three();
  await rows.addJob(one, { status: 'processing' });
  await merge(one, two);
  const { person } = await somebody();
  const { id: eventId } = await rows.addEvent({ source: 'person-change' });
  const seal = () => sealedPerson.seal(person.key, person.id, { emails: [], phones: [], name: 'Pia Neu' });
  const told = await recordMoves(
    causeway.queries,
    { eventId, generation: 0 },
    { id: person.id, seal },
    [
      { companyId: one, move: 'left', at: early, titleSealed: null },
      { companyId: two, move: 'joined', at: early, titleSealed: null },
    ],
    'promoted',
  );
  expect(told).toMatchObject([{ companyId: two, move: 'promoted' }]);
  expect(await history(two)).toEqual(['promoted']);
  expect(await isThere(two)).toEqual([{ isThere: true }]);
});

describe('a move that is told again', () => {
  it('by other events is one change of the group', async () => {
    const { id } = await rows.addCompany();
    const { tell } = await somebody();
    for (const at of [early, early, early]) await tell(id, 'joined', at);
    expect(await history(id)).toEqual(['joined']);
    for (const at of [late, late]) await tell(id, 'left', at);
    expect(await history(id)).toEqual(['joined', 'left']);
  });

  it('after the person has left is another change, also where only the day of both is known, and done twice it is done once', async () => {
    const { id } = await rows.addCompany();
    const { tell } = await somebody();
    await tell(id, 'joined', early);
    await tell(id, 'left', early);
    const again = await tell(id, 'joined', early);
    await tell(id, 'joined', early, again);
    expect(await history(id)).toEqual(['joined', 'left', 'joined']);
    expect(await isThere(id)).toEqual([{ isThere: true }]);
  });

  it('of somebody whom a run saw to have left since is another change', async () => {
    const { id } = await rows.addCompany();
    const { tell } = await somebody();
    await tell(id, 'joined', early);
    await query(sql`update buyer_group_members set left_at = clock_timestamp() where company_id = ${id}`);
    await tell(id, 'joined', early);
    expect(await history(id)).toEqual(['joined', 'joined']);
  });

  it('of two companies that turn out to be one is one change, that which a run has found', async () => {
    const { one, two, last } = await three();
    const { tell } = await somebody();
    const [here, there] = [await tell(one, 'joined', early), await tell(two, 'joined', early)];
    const found = await rows.addJob(one, { status: 'completed' });
    await query(sql`update buyer_group_changes set job_id = ${found} where event_id = ${here}`);
    await rows.addJob(one, { status: 'processing' });
    await merge(one, two);
    const changes = (companyId: string) =>
      query(sql`select event_id as event, job_id as job from buyer_group_changes where company_id = ${companyId}`);
    expect(await changes(two)).toEqual([{ event: here, job: found }]);
    await rows.addJob(two, { status: 'processing' });
    await tell(last, 'joined', early, there);
    await merge(two, last);
    expect(await changes(last)).toEqual([{ event: here, job: found }]);
  });
});
