import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sealedColumns } from '../src/db/sealed-values.ts';
import { subjectExport } from '../src/domain/subject-export.ts';
import { keyringOf, receiptsOf } from '../src/main/stores.ts';
import { sealedDecision } from '../src/privacy/sealed-records.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase, operator, scanOf, sendLead, somebody } from './erasing.ts';
import { newId } from './hubspot-events.ts';
import { type Director, director, groupsOf, textsOfDirector } from './known-people.ts';
import { changeRole, refreshed, refreshSettings } from './refreshing.ts';

/** Protects persons whom a buyer group names: they are told of it, and gone from it, and the group goes on without them. */

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let causeway: Causeway;
let scan: ReturnType<typeof scanOf>;
let groups: ReturnType<typeof groupsOf>;
beforeAll(async () => {
  causeway = await startCauseway({ settings: refreshSettings() });
  scan = scanOf(causeway);
  groups = groupsOf(causeway);
});
afterAll(() => causeway.close());

const removed = ({ stores }: Awaited<ReturnType<typeof erase>>) =>
  Object.fromEntries(stores.map(({ name, removed: count }) => [name, count]));

/** Tells by a webhook that somebody joined a company; everybody was told of it, and of the company that they left. */
async function joined({ emails: [email], name, title }: Director, companyName: string): Promise<void> {
  const refreshes = await changeRole(causeway, {
    person: { id: `p_${newId()}`, name, email, newTitle: title },
    company: { name: companyName },
    previousCompany: { name: `Former ${companyName}` },
  });
  expect(Object.keys(refreshes)).toHaveLength(2);
  for (const id of Object.values(refreshes)) await refreshed(causeway, id);
}

/** Two people in one group, one of whom an event tells of as well, and who wants to hear of refreshes. */
async function pair() {
  const [cleo, dana] = [director(), director()];
  await joined(cleo, `Told ${newId()}`);
  const company = await groups.company();
  for (const who of [cleo, dana]) {
    await groups.person(who);
    await groups.member(company, who);
  }
  const job = await groups.run(company, { saw: [cleo, dana], askedBy: cleo.emails[0] ?? '' });
  await groups.group(company, job);
  return { cleo, dana, company, job };
}

async function groupOf(company: string) {
  const { rows } = await causeway.queries.execute<{
    members: number;
    rows: number;
    changes: number;
    sightings: number;
  }>(sql`
    select g.members, (select count(*)::int from buyer_group_members m where m.company_id = g.company_id) as rows,
      (select count(*)::int from buyer_group_changes h where h.company_id = g.company_id) as changes,
      (select count(*)::int from buyer_group_sightings s where s.job_id = g.job_id) as sightings
    from buyer_groups g where g.company_id = ${company}`);
  return rows[0];
}

async function plannedIn(eventId: string) {
  const { queries, configuration } = causeway;
  const { rows } = await queries.execute<{ id: string; wrapped: Buffer; sealed: Buffer }>(sql`
    select k.id, k.wrapped, d.sealed from decisions d join events e on e.id = d.event_id join subject_keys k on k.id = e.subject_key_id
    where e.id = ${eventId} and d.superseded_at is null`);
  return rows.flatMap(({ sealed, ...wrapped }) => {
    const { key } = keyringOf(configuration, queries).unwrap(wrapped);
    return sealedDecision.open(key, eventId, sealed).decision.actions;
  });
}

async function exported(whom: object) {
  const { status, answer } = await operator(causeway, 'POST', '/ops/subjects', whom);
  expect(status).toBe(200);
  return subjectExport.parse(answer);
}

describe('somebody in a buyer group', () => {
  it('who is erased is gone from it and from all that providers said, and the group goes on with the others', async () => {
    const { cleo, dana, company } = await pair();
    expect(Object.keys((await scan(textsOfDirector(cleo))).found).toSorted()).toEqual([
      'buyer_group_changes.titles_sealed',
      'buyer_group_members.title_sealed',
      'buyer_group_members.told_title_sealed',
      'buyer_group_refresh_reasons.requester_sealed',
      'decisions.sealed',
      'events.facts_sealed',
      'events.sealed',
      'facts_cache.sealed',
      'people.sealed',
    ]);
    expect(await groupOf(company)).toEqual({ members: 2, rows: 2, changes: 2, sightings: 2 });
    const before = (await scan(textsOfDirector(dana))).found;

    const erasure = await erase(causeway, { email: cleo.emails[0] });
    expect(erasure).toMatchObject({ state: 'done', failure: null });
    expect(removed(erasure)).toMatchObject({
      subject_keys: 1,
      people: 1,
      buyer_group_members: 3,
      buyer_group_refresh_reasons: 1,
    });
    expect(await receiptsOf(causeway.configuration).verify(erasure.receipt ?? '')).toMatchObject({
      removed: { people: 1, buyer_group_members: 3 },
      verified: { found: 0 },
    });
    expect((await scan(textsOfDirector(cleo))).found).toEqual({});
    const { rows: sealed } = await causeway.queries.execute(
      sql`select from buyer_group_refresh_reasons where requester_sealed is not null`,
    );
    expect(sealed).toEqual([]);
    expect(await groupOf(company)).toEqual({ members: 1, rows: 1, changes: 1, sightings: 1 });
    expect((await scan(textsOfDirector(dana))).found).toEqual(before);
    expect((await exported({ email: dana.emails[0] })).groups).toMatchObject([{ company: { id: company } }]);
    expect((await operator(causeway, 'POST', '/ops/subjects', { email: cleo.emails[0] })).status).toBe(404);
  });

  it('is told of the groups, what is known, what changed, and what was asked for, and of nobody else', async () => {
    const { cleo, dana, company, job } = await pair();
    const all = await exported({ email: cleo.emails[0] });
    expect(all.people).toMatchObject([{ known: cleo }]);
    expect(all.groups).toHaveLength(3);
    expect(all.groups.find((group) => group.company.id === company)).toMatchObject({
      role: 'champion',
      because: 'leads a function that buys',
      functions: ['sales'],
      seniority: 'director',
      sources: ['coresignal', 'lusha'],
      title: cleo.title,
      leftAt: null,
    });
    expect(all.groups).toContainEqual(expect.objectContaining({ move: 'left', leftAt: expect.any(String) }));
    expect(all.groupChanges).toContainEqual(
      expect.objectContaining({ kind: 'title_changed', titles: { from: `Former ${cleo.title}`, to: cleo.title } }),
    );
    expect(all.refreshRequests).toMatchObject([{ jobId: job, company: { id: company }, address: cleo.emails[0] }]);
    expect(all.cached.map(({ provider, kind }) => `${provider} ${kind}`).toSorted()).toEqual([
      'coresignal member',
      'lusha person',
      'lusha person',
    ]);
    const text = JSON.stringify(all);
    for (const other of textsOfDirector(dana)) expect(text).not.toContain(other);
    expect((await exported({ id: `coresignal:${cleo.directoryId}` })).people).toEqual(all.people);
  });

  it.each([
    ['coresignal:<member>', 'coresignal', '4711:1', (id: string) => `coresignal:${id}`],
    ['lusha:<contact>', 'lusha', 'lusha', (id: string) => `lusha:${id}`],
  ])(
    'is erased by %s; an id that none has is refused with the forms there are',
    async (_form, provider, wrong, whom) => {
      const who = director();
      const company = await groups.company();
      const { id } = await groups.keyOf(who);
      await groups.person(who);
      await groups.member(company, who);
      await groups.known(id, [provider, who.directoryId]);
      expect(removed(await erase(causeway, { id: whom(who.directoryId) }))).toMatchObject({
        people: 1,
        buyer_group_members: 1,
      });
      expect((await scan(textsOfDirector(who))).found).toEqual({});
      const refused = await operator(causeway, 'POST', '/ops/erasures', { id: wrong });
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.answer)).toMatch(/coresignal:<member id>.*lusha:<contact id>/);
    },
  );

  it('has receivers told of every address and number that providers knew', async () => {
    const lead = somebody();
    const who = { ...director(), emails: [lead.email.toLowerCase(), `other-${newId()}@home.example`] };
    await causeway.finished(await sendLead(causeway, lead));
    await groups.person(who);
    await causeway.sandbox.fault({ connector: 'marketing', fault: 'status', status: 400 });
    const { id, failure } = await erase(causeway, { email: lead.email });
    expect(failure).toMatchObject({ class: 'MarketingRejected' });
    const told = (await plannedIn(id)).filter(({ type }) => type.startsWith('tell_'));
    expect(told).toHaveLength(2);
    for (const { parameters } of told)
      expect(parameters).toMatchObject({
        emails: expect.arrayContaining(who.emails),
        phones: expect.arrayContaining(who.phones.slice(0, 1)),
      });
    expect(JSON.stringify(told)).not.toContain(who.phones[1]);
  });

  it('is not in the name of a company either, and a number of a company keeps nobody from being erased', async () => {
    const who = { ...director(), phones: ['5550123', `+4930${newId()}`] };
    const called = await groups.company(`Consulting (${who.emails[0]})`);
    const numbered = await groups.company('Numbered');
    await causeway.queries.execute(
      sql`update companies set directory_id = '5550123', employees = 5550123 where id = ${numbered}`,
    );
    await groups.person(who);
    await groups.member(called, who);
    const erasure = await erase(causeway, { email: who.emails[0] });
    expect(erasure).toMatchObject({ state: 'done', failure: null });
    expect(removed(erasure)).toMatchObject({ companies: 1, company_aliases: 1 });
    expect((await scan(who.emails)).found).toEqual({});
    const { rows } = await causeway.queries.execute(sql`
      select name, directory_id as "directoryId" from companies where id in (${called}, ${numbered}) order by name nulls first`);
    expect(rows).toEqual([
      { name: null, directoryId: null },
      { name: 'Numbered', directoryId: '5550123' },
    ]);
  });

  it('is not said to be erased as long as a place in a group is there', async () => {
    const who = director();
    await groups.person(who);
    await groups.member(await groups.company(), who);
    await causeway.queries.execute(
      sql.raw(`
      create or replace function keep() returns trigger language plpgsql as 'begin return null; end';
      create trigger kept before delete on subject_keys for each row execute function keep()`),
    );
    const erasure = await erase(causeway, { email: who.emails[0] });
    await causeway.queries.execute(sql.raw('drop trigger kept on subject_keys'));
    expect(erasure).toMatchObject({ state: 'failed', failure: { class: 'ResidueFound' } });
    expect(erasure.failure?.message).toContain('people (1)');
    expect(erasure.failure?.message).toContain('buyer_group_members (1)');
  });
});

it('every column that holds something sealed is looked through', async () => {
  const { rows } = await causeway.queries.execute<{ name: string }>(sql`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and data_type = 'bytea' and column_name like '%sealed%'`);
  expect([...sealedColumns].toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
});
