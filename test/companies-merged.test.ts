import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { lockNames } from '../src/db/buyer-groups/lock-companies.ts';
import { inTransaction } from '../src/db/transaction.ts';
import { buyerGroupView } from '../src/domain/buyer-group-view.ts';
import { jobView } from '../src/domain/job-view.ts';
import { subjectExport } from '../src/domain/subject-export.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase } from './erasing.ts';
import { eventually } from './eventually.ts';
import { operatorOf } from './ops.ts';
import {
  addCompany,
  askForRefresh,
  changeRole,
  paid,
  readGroup,
  readJobRow,
  refresh,
  refreshed,
  refreshSettings,
  told,
  forgetCompanies,
} from './refreshing.ts';

/** Protects that a company is one, by whatever it is met: one group, paid for once, and told of once. */

vi.setConfig({ testTimeout: 90_000 });

const [name, domain] = ['Nordlicht Software', 'nordlicht.example'];
/** What CoreSignal was asked and paid for: people of the company; the company itself is asked for once by each of its names. */
const people = 25;

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ settings: refreshSettings() });
});
afterAll(() => causeway.close());
beforeEach(() => forgetCompanies(causeway));

/** Both before either was looked up: nobody can know yet that they are one. */
async function bothNames() {
  const byName = await addCompany(causeway, { name });
  const byDomain = await addCompany(causeway, { domain });
  expect(byDomain).not.toBe(byName);
  return { byName, byDomain };
}

async function intoWhich(jobId: string): Promise<string> {
  const { rows } = await causeway.queries.execute<{ id: string | null }>(
    sql`select merged_into as id from buyer_group_refresh_logs where id = ${jobId}`,
  );
  const id = rows[0]?.id ?? null;
  if (id === null) throw new Error(`the refresh ${jobId} has gone on nowhere`);
  return id;
}

/** The refresh that a change by the name ended in, however soon its company was known to be the other one. */
async function lastOf(jobs: Readonly<Record<string, string>>) {
  const { id, ...view } = await refreshed(causeway, jobs[name] ?? jobs[domain] ?? '');
  const { rows } = await causeway.queries.execute<{ next: string }>(
    sql`select merged_into as next from buyer_group_refresh_logs where id = ${id} and merged_into is not null`,
  );
  return rows[0] ? refreshed(causeway, rows[0].next) : { id, ...view };
}

const companies = async () =>
  (
    await causeway.queries.execute<{ id: string; mergedInto: string | null; directoryId: string | null }>(
      sql`select id, merged_into as "mergedInto", directory_id as "directoryId" from companies order by merged_into nulls first, id`,
    )
  ).rows;

const allOver = () =>
  eventually(
    'every refresh is over',
    async () => {
      const { rows } = await causeway.queries.execute<{ open: number }>(
        sql`select count(*)::int as open from buyer_group_refresh_logs where status in ('waiting', 'processing')`,
      );
      return rows[0]?.open === 0 ? true : undefined;
    },
    60_000,
  );

const somebodyNew = () =>
  causeway.sandbox.arrange('people/500200', {
    name: 'Zoe Neu',
    positions: [{ companyId: '7001', title: 'Director of Marketing', from: '2026-01-01' }],
  });

/** The company of the name is merged into the one of the domain. */
async function merged() {
  const both = await bothNames();
  await refresh(causeway, both.byDomain);
  const { id } = await refresh(causeway, both.byName);
  await allOver();
  return { ...both, jobId: id, next: await intoWhich(id) };
}

describe('a company met by its name and by its domain', () => {
  it('ends as one group, whose people are paid for once; whoever asked by the name is told, once', async () => {
    const { byName, byDomain } = await bothNames();
    await refresh(causeway, byDomain);
    await somebodyNew();
    const { event, job, id } = await refresh(causeway, byName, { requester: 'olga@example.com' });
    expect(event).toMatchObject({ state: 'done', outcome: 'coalesced' });
    expect(job).toMatchObject({ status: 'completed', progress: 100, result: null, credits: { coresignal: 20 } });

    const next = await refreshed(causeway, await intoWhich(id));
    expect(next.event.outcome).toBe('acted');
    expect(next.job).toMatchObject({ result: { members: people + 1, changes: { joined: 1 } } });
    expect(await companies()).toEqual([
      { id: byDomain, mergedInto: null, directoryId: '7001' },
      { id: byName, mergedInto: byDomain, directoryId: null },
    ]);
    expect(await readGroup(causeway, byName)).toEqual([]);
    expect(await readGroup(causeway, byDomain)).toHaveLength(people + 1);
    expect(await paid(causeway)).toEqual({ coresignal: 2 + people + 1, lusha: 0 });
    const notices = (await told(causeway)).map(({ connector, key }) => `${connector} ${key.includes(next.id)}`);
    expect(notices.toSorted()).toEqual(['gmail true', 'slack true']);
  });

  it('tells once of a role change that was told by the name, and names its refresh to whoever asks for the event', async () => {
    const { byName, byDomain } = await bothNames();
    await refresh(causeway, byDomain);
    const person = { id: 'p1', name: 'Pia Neu', newTitle: 'Chief Information Officer' };
    const jobs = await changeRole(causeway, { person, company: { name }, previousCompany: { name: 'Elsewhere' } });
    const next = await lastOf(jobs);
    await allOver();
    expect(next.job.result?.changes).toMatchObject({ joined: 1, left: 0, found: 0 });
    const notices = (await told(causeway)).filter(({ body }) => JSON.stringify(body).includes('*Pia Neu* joined'));
    expect(notices.map(({ key }) => key.includes(next.id))).toEqual([true]);
    const { body } = await operatorOf(causeway).get(`/api/v1/intelligence/companies/${byName}/buyer-group`);
    const { company, members, history } = buyerGroupView.parse(body);
    expect(company).toMatchObject({ id: byDomain, domain });
    expect(members.find((member) => member.name === 'Pia Neu')).toMatchObject({
      title: 'Chief Information Officer',
      move: 'joined',
    });
    const joined = history.filter(({ kind }) => kind === 'joined');
    expect(joined).toMatchObject([{ name: 'Pia Neu', jobId: next.id }]);
    const event = await causeway.read(joined[0]?.eventId ?? '');
    expect(event.refreshes.find(({ companyId }) => companyId === byDomain)).toMatchObject({
      jobId: next.id,
      coalesced: true,
    });
  });

  it('is the one of the domain also when that was not looked up yet: what the name told is not paid for again', async () => {
    const { byName, byDomain } = await bothNames();
    const first = await refresh(causeway, byName);
    const next = await refreshed(causeway, await intoWhich(first.id));
    expect(await companies()).toMatchObject([{ id: byDomain, directoryId: '7001' }, { mergedInto: byDomain }]);
    expect(next.job).toMatchObject({ result: { members: people }, credits: { coresignal: 20 * people } });
    expect(await paid(causeway)).toEqual({ coresignal: 1 + people, lusha: 0 });
  });

  it('is one when both are looked up at once', async () => {
    for (const operation of ['companies.search', 'companies.enrich'])
      await causeway.sandbox.fault({ connector: 'coresignal', operation, fault: 'slow', delayMs: 1_500 });
    const { byName, byDomain } = await bothNames();
    const jobs = await Promise.all([askForRefresh(causeway, byName), askForRefresh(causeway, byDomain)]);
    await Promise.all(jobs.map((id) => refreshed(causeway, id)));
    await allOver();
    const [one, other, ...more] = await companies();
    expect([one?.directoryId, other?.mergedInto, more]).toEqual(['7001', one?.id, []]);
    const { rows: groups } = await causeway.queries.execute(sql`select company_id as id, members from buyer_groups`);
    expect(groups).toEqual([{ id: one?.id, members: people }]);
    // The one that is looked up a moment later may find what the other one was told.
    expect([1 + people, 2 + people]).toContain((await paid(causeway))['coresignal']);
  });
});

describe('a company that was merged', () => {
  it('is answered for by the other one: its group, its jobs, a refresh of it, and its place in the list', async () => {
    const { byName, byDomain, jobId, next } = await merged();
    const { get, post } = operatorOf(causeway);
    const group = await get(`/api/v1/intelligence/companies/${byName}/buyer-group`);
    expect(buyerGroupView.parse(group.body)).toMatchObject({
      company: { id: byDomain, formerIds: [byName] },
      lastJob: { id: next },
    });
    const { body: asked } = await post(`/api/v1/intelligence/companies/${byName}/refresh`, {});
    expect(asked).toMatchObject({ companyId: byDomain });
    const { body: all } = await get('/api/v1/intelligence/companies');
    expect(all).toMatchObject({ companies: [{ id: byDomain, name, domain }] });
    const { body: jobs } = await get(`/ops/jobs?company=${byName}`);
    const listed = z.object({ jobs: z.array(jobView) }).parse(jobs).jobs;
    expect(listed.find(({ id }) => id === jobId)).toMatchObject({ companyId: byDomain, mergedInto: next });
    expect(listed.length).toBeGreaterThanOrEqual(4);
    expect(await addCompany(causeway, { name })).toBe(byDomain);
    await allOver();
  });

  it('hands over its people with all that is sealed of them: they are exported, and erased, as people of the other one', async () => {
    const both = await bothNames();
    await refresh(causeway, both.byDomain);
    const email = 'pia@neu.example';
    const person = { id: 'p1', name: 'Pia Neu', email, newTitle: 'Chief Information Officer' };
    const jobs = await changeRole(causeway, { person, company: { name }, previousCompany: { name: 'Elsewhere' } });
    await lastOf(jobs);
    await refresh(causeway, both.byName, { requester: email });
    await allOver();
    const { body } = await operatorOf(causeway).post('/ops/subjects', { email });
    const { groups, groupChanges, refreshRequests } = subjectExport.parse(body);
    const company = { id: both.byDomain, name, domain };
    const there = groups.find(({ company: { id } }) => id === both.byDomain);
    expect(there).toMatchObject({ company, title: person.newTitle, toldTitle: person.newTitle });
    expect(groupChanges.filter(({ kind }) => kind === 'joined')).toMatchObject([{ company }]);
    expect(refreshRequests).toMatchObject([{ company, address: email }]);
    expect((await erase(causeway, { email })).state).toBe('done');
    const names = (await readGroup(causeway, both.byDomain)).map((member) => member.name);
    expect([names.length, names.includes('Pia Neu')]).toEqual([people, false]);
  });

  it('is not left by whoever is told to have left the one name for the other', async () => {
    const { byDomain } = await merged();
    const person = { id: 'p2', name: 'Quentin Neu', newTitle: 'Head of Procurement' };
    const jobs = await changeRole(causeway, { person, company: { domain }, previousCompany: { name } });
    const { event } = await refreshed(causeway, jobs[domain] ?? '');
    expect(event.outcome).toBe('acted');
    const { body } = await operatorOf(causeway).get(`/api/v1/intelligence/companies/${byDomain}/buyer-group`);
    const history = buyerGroupView.parse(body).history.filter((change) => change.name === person.name);
    expect(history.map(({ kind }) => kind)).toEqual(['found', 'retitled']);
    expect(JSON.stringify(await told(causeway))).not.toContain('Quentin Neu* left');
  });

  it('is not refreshed by a run of it that is run again', async () => {
    const { jobId } = await merged();
    const before = await paid(causeway);
    await causeway.queries.execute(sql`
      update events set state = 'failed', outcome = 'failed', failure_class = 'Canceled' where id = ${jobId}`);
    await operatorOf(causeway).post('/ops/redrives', { eventIds: [jobId] });
    const event = await eventually('it is run again', async () => {
      const view = await causeway.read(jobId);
      return view.state === 'done' ? view : undefined;
    });
    expect(event.outcome).toBe('coalesced');
    expect(await readJobRow(causeway, jobId)).toMatchObject({ status: 'completed', result: null });
    expect(await paid(causeway)).toEqual(before);
  });

  it('does not stand for the last refresh of the other one, though it was the last that ran', async () => {
    const { byName, byDomain } = await bothNames();
    const { id } = await refresh(causeway, byName);
    await refreshed(causeway, await intoWhich(id));
    await causeway.queries.execute(sql`
      update buyer_group_refresh_logs set started_at = started_at - interval '2 hours' where merged_into is null`);
    const { body } = await operatorOf(causeway).get(`/api/v1/intelligence/companies/${byDomain}/buyer-group`);
    expect(buyerGroupView.parse(body).lastJob?.id).toBe(await intoWhich(id));
  });
});

describe('a company of which the directory tells a page at a site of many', () => {
  it('is not taken for another one of which it tells another page there', async () => {
    const pages = ['Page One', 'Page Two'];
    for (const [index, page] of pages.entries())
      await causeway.sandbox.arrange(`companies/${7_010 + index}`, { name: page, domain: 'linkedin.com' });
    const ids = await Promise.all(pages.map((page) => addCompany(causeway, { name: page })));
    for (const id of ids) expect((await refresh(causeway, id)).event.outcome).not.toBe('coalesced');
    expect(await companies()).toEqual(
      ids.toSorted().map((id) => ({ id, mergedInto: null, directoryId: id === ids[0] ? '7010' : '7011' })),
    );
    const { rows } = await causeway.queries.execute(sql`select value from company_aliases where kind = 'domain'`);
    expect(rows).toEqual([]);
  });
});

describe('a company that turns out to be another one', () => {
  it('has whoever is told to have left the domain for the name, before it was known that they are one', async () => {
    const { byDomain } = await bothNames();
    await refresh(causeway, byDomain);
    const person = { id: 'p2', name: 'Quentin Neu', newTitle: 'Head of Procurement' };
    await changeRole(causeway, { person, company: { name }, previousCompany: { domain, name: 'Other words' } });
    await allOver();
    const { body } = await operatorOf(causeway).get(`/api/v1/intelligence/companies/${byDomain}/buyer-group`);
    const view = buyerGroupView.parse(body);
    expect(view.former.map((each) => each.name)).not.toContain('Quentin Neu');
    expect(view.members.map((each) => each.name)).toContain('Quentin Neu');
    expect(JSON.stringify(await told(causeway))).not.toContain('Quentin Neu* left');
  });

  it('pays Lusha for nobody again whom the refresh by the name paid for', async () => {
    const { byName, byDomain } = await bothNames();
    await refresh(causeway, byDomain);
    await causeway.sandbox.arrange('credits/coresignal', { remaining: 0 });
    const email = 'pia@private.example';
    await causeway.sandbox.arrange('people/500400', {
      name: 'Pia',
      email,
      positions: [{ companyId: '7002', title: 'CIO', from: '2020-01-01' }],
    });
    const person = { id: 'p1', name: 'Pia', email, newTitle: 'Chief Information Officer' };
    await changeRole(causeway, { person, company: { name }, previousCompany: { name: 'Elsewhere' } });
    await allOver();
    const first = await refresh(causeway, byName, { level: 'enrich' });
    expect(first.job.gaps.map((gap) => gap.class)).toEqual(['CoreSignalPaymentRequired']);
    expect((await paid(causeway))['lusha']).toBe(1);
    await causeway.sandbox.arrange('credits/coresignal', { remaining: 100_000 });
    const { event } = await refresh(causeway, byName, { level: 'enrich' });
    expect(event.outcome).toBe('coalesced');
    await allOver();
    const asked = await causeway.sandbox.effects();
    const ofPia = asked.filter(
      ({ connector, body, target, key }) =>
        connector === 'lusha' && JSON.stringify([body, target, key]).includes('4000500400'),
    );
    expect(ofPia.length).toBe(1);
  });
});

it('what was paid for of a company is kept though that had to stand in line for longer than one lock is waited for', async () => {
  const { byDomain } = await bothNames();
  /** Since when somebody stands in line, but for the time that is given. */
  const standsInLine = (but?: string) =>
    eventually('it stands in line', async () => {
      const { rows } = await causeway.queries.execute<{ since: string }>(sql`
        select a.query_start::text as since from pg_locks l join pg_stat_activity a using (pid)
        where a.datname = current_database() and l.locktype = 'advisory' and not l.granted`);
      return rows.find(({ since }) => since !== but)?.since;
    });
  const jobId = await inTransaction(causeway.queries, async (transaction) => {
    await transaction.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    await lockNames(transaction, 'default');
    const asked = await askForRefresh(causeway, byDomain);
    const first = await standsInLine();
    await standsInLine(first);
    return asked;
  });
  expect((await refreshed(causeway, jobId)).job).toMatchObject({
    status: 'completed',
    credits: { coresignal: 20 * 26 },
  });
  expect(await causeway.sandbox.calls('coresignal', 'companies.enrich')).toBe(1);
});
