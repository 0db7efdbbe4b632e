import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { erase } from './erasing.ts';
import {
  addCompany,
  changeRole,
  type Member,
  paid,
  readGroup,
  refresh,
  refreshed,
  refreshSettings,
  told,
  forgetCompanies,
} from './refreshing.ts';

/** Protects what is told between two runs: who joined, left, and has another title or part, with why; each person once, and nobody who was erased. */

vi.setConfig({ testTimeout: 120_000 });

const domain = 'nordlicht.example';
const nordlicht = { id: 'c1', name: 'Nordlicht Software', domain };
let causeway: Causeway;
let companyId: string;
beforeAll(async () => {
  causeway = await startCauseway({ settings: refreshSettings() });
});
afterAll(() => causeway.close());
beforeEach(async () => {
  await forgetCompanies(causeway);
  companyId = await addCompany(causeway, { domain });
});

const works = (name: string, title: string, more: object = {}) => ({
  name,
  positions: [{ companyId: '7001', title, from: '2020-01-01' }],
  email: `${name.toLowerCase().replace(' ', '.')}@${domain}`,
  ...more,
});
const timeAgo = (ms: number) => new Date(Date.now() - ms).toISOString();
const called = (group: readonly Member[], name: string) => group.filter((member) => member.name === name);
const messages = async () => (await told(causeway)).map(({ body, target }) => `${target} ${JSON.stringify(body)}`);
/** What was paid for is not used again: the directory is read anew. */
const makeStale = () => causeway.queries.execute(sql`truncate facts_cache`);
const changeKinds = async (jobId: string) =>
  (
    await causeway.queries.execute<{ kind: string; count: number }>(
      sql`select kind, count(*)::int as count from buyer_group_changes where job_id = ${jobId} group by kind order by kind`,
    )
  ).rows;

describe('what providers tell', () => {
  it('of who joined, left and has another title and part is told with names, titles and parts', async () => {
    await refresh(causeway, companyId);
    await causeway.sandbox.arrange('people/500009', works('Ivo Kessler', 'VP Sales Operations'));
    const left = [{ companyId: '7002', title: 'VP Sales', from: '2026-01-01' }];
    await causeway.sandbox.arrange('people/500007', { ...works('Gregor Novak', ''), positions: left });
    await causeway.sandbox.arrange('people/500200', works('Zoe Neu', 'Director of Marketing'));
    await makeStale();
    const { job, id, event } = await refresh(causeway, companyId, { requester: 'olga@example.com' });
    expect(event.outcome).toBe('acted');
    expect(job.result).toMatchObject({
      members: 25,
      changes: { joined: 1, found: 0, left: 1, titleChanged: 1, roleChanged: 1 },
    });
    expect(await changeKinds(id)).toEqual([
      { kind: 'joined', count: 1 },
      { kind: 'left', count: 1 },
      { kind: 'role_changed', count: 1 },
      { kind: 'title_changed', count: 1 },
    ]);
    const text = (await messages()).join('\n');
    expect(text).toMatch(/\*Zoe Neu\* joined: Director of Marketing; decision maker/);
    expect(text).toMatch(/\*Gregor Novak\* left; was decision maker/);
    expect(text).toMatch(
      /\*Ivo Kessler\* is now VP Sales Operations, was Sales Operations Manager; decision maker .*, before influencer/,
    );
    expect(text).not.toContain('Bruno Falk');
    const group = await readGroup(causeway, companyId);
    expect(called(group, 'Gregor Novak')).toMatchObject([{ isLeft: true, role: 'decision_maker' }]);
  });

  it('of somebody who comes back is the same person, in the group again', async () => {
    await refresh(causeway, companyId);
    const before = called(await readGroup(causeway, companyId), 'Gregor Novak');
    const elsewhere = [{ companyId: '7002', title: 'VP Sales', from: '2026-01-01' }];
    await causeway.sandbox.arrange('people/500007', { ...works('Gregor Novak', ''), positions: elsewhere });
    expect((await refresh(causeway, companyId)).job.result?.changes).toMatchObject({ left: 1, joined: 0 });
    await causeway.sandbox.arrange('people/500007', works('Gregor Novak', 'VP Sales'));
    expect((await refresh(causeway, companyId)).job.result?.changes).toMatchObject({ left: 0, joined: 1 });
    const after = called(await readGroup(causeway, companyId), 'Gregor Novak');
    expect(after).toMatchObject([{ isLeft: false, personId: before[0]?.personId }]);
  });
});

describe('a company with more people than one run reads', () => {
  it('has those of the group read first, so that who has left is known, and who is new is only found', async () => {
    const small = await startCauseway({ settings: refreshSettings({ maxPeople: 10 }) });
    try {
      const id = await addCompany(small, { domain });
      const { job } = await refresh(small, id);
      expect(job).toMatchObject({
        gaps: [{ step: 'discover', class: 'MorePeople', people: 15 }],
        result: { members: 10, isPartial: true, changes: { found: 10 } },
      });
      const elsewhere = [{ companyId: '7002', title: 'VP Sales', from: '2026-01-01' }];
      await small.sandbox.arrange('people/500007', { ...works('Gregor Novak', ''), positions: elsewhere });
      await small.sandbox.arrange('people/400001', works('Zoe Neu', 'CEO'));
      const { job: later } = await refresh(small, id);
      expect(later.result).toMatchObject({ members: 10, changes: { left: 1, found: 1, joined: 0 } });
      expect(called(await readGroup(small, id), 'Gregor Novak')).toMatchObject([{ isLeft: true }]);
      expect(called(await readGroup(small, id), 'Zoe Neu')).toMatchObject([{ isLeft: false }]);
    } finally {
      await small.close();
    }
  });
});

describe('what events tell', () => {
  const gregor = { id: 'p_500007', name: 'Gregor Novak' };

  it('of somebody who is in the group is about that person, and told to everybody with why', async () => {
    await refresh(causeway, companyId);
    const jobs = await changeRole(causeway, {
      person: {
        id: 'p_9',
        name: 'ivo  késsler',
        oldTitle: 'Sales Operations Manager',
        newTitle: 'Chief Revenue Officer',
      },
      company: nordlicht,
    });
    const { job, event } = await refreshed(causeway, jobs[domain] ?? '');
    expect(job.result).toMatchObject({ members: 25, changes: { joined: 0, found: 0, left: 0, titleChanged: 1 } });
    expect(event).toMatchObject({ outcome: 'acted', actions: [{ type: 'notify_buyer_group', target: 'default' }] });
    const group = await readGroup(causeway, companyId);
    expect(group).toHaveLength(25);
    expect(group.filter(({ sources }) => sources.includes('event'))).toMatchObject([
      { title: 'Chief Revenue Officer', role: 'decision_maker', sources: ['coresignal', 'event'] },
    ]);
    const [message = ''] = await messages();
    expect(message).toMatch(/^#\w+ /);
    expect(message).toMatch(/Refreshed since .* was promoted/);
    expect(message).toMatch(/is now Chief Revenue Officer, was Sales Operations Manager/);
    // The directory looked before: what it says again and again does not undo what happened since.
    await makeStale();
    const { job: later } = await refresh(causeway, companyId);
    expect(later.result?.changes).toEqual({ joined: 0, found: 0, left: 0, titleChanged: 0, roleChanged: 0 });
  });

  it('of a leave is told once, and the directory that still lists the person does not bring them back', async () => {
    await refresh(causeway, companyId);
    const jobs = await changeRole(causeway, {
      person: { ...gregor, newTitle: 'CRO' },
      company: { name: 'Elsewhere', domain: 'elsewhere.example' },
      previousCompany: nordlicht,
    });
    const { job, id } = await refreshed(causeway, jobs[domain] ?? '');
    expect(job.result).toMatchObject({ members: 24, changes: { left: 1, joined: 0, found: 0 } });
    expect(await changeKinds(id)).toEqual([{ kind: 'left', count: 1 }]);
    expect((await messages()).join('\n')).toMatch(/\*Gregor Novak\* left; was decision maker/);
    await makeStale();
    expect((await refresh(causeway, companyId)).job.result).toMatchObject({ members: 24, changes: { joined: 0 } });
    const { rows } = await causeway.queries.execute<{ count: number }>(
      sql`select count(*)::int as count from buyer_group_changes where company_id = ${companyId} and kind = 'left'`,
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('of a leave keeps the part that the person had then, in every run after, and none once they are said to be back', async () => {
    await refresh(causeway, companyId);
    const move = (timestamp: string, more: object) =>
      changeRole(causeway, {
        person: { ...gregor, email: `gregor.novak@${domain}`, newTitle: 'CRO' },
        timestamp,
        ...more,
      });
    const elsewhere = { name: 'Elsewhere', domain: 'elsewhere.example' };
    const jobs = await move(timeAgo(60_000), { company: elsewhere, previousCompany: nordlicht });
    await refreshed(causeway, jobs[domain] ?? '');
    const part = async () => called(await readGroup(causeway, companyId), 'Gregor Novak');
    for (let run = 0; run < 2; run += 1) {
      expect(await part()).toMatchObject([{ isLeft: true, role: 'decision_maker', because: 'none: has left' }]);
      await makeStale();
      await refresh(causeway, companyId);
    }
    await causeway.sandbox.fault({ connector: 'coresignal', fault: 'slow', delayMs: 5_000, times: 1 });
    const back = await move(timeAgo(1_000), { company: nordlicht, previousCompany: elsewhere });
    expect(await part()).toMatchObject([{ isLeft: false, role: null }]);
    await refreshed(causeway, back[domain] ?? '');
    expect(await part()).toMatchObject([{ isLeft: false, role: 'decision_maker' }]);
  });

  it.each([
    ['learns to know later', 500_202, false],
    ['knows from another company', 500_203, true],
  ])('of somebody whom the directory %s is the same person from then on', async (_how, id, isKnown) => {
    const name = `Zoe Neu ${id}`;
    const elsewhere = [{ companyId: '7002', title: 'Head of Marketing', from: '2020-01-01' }];
    if (isKnown) {
      await causeway.sandbox.arrange(`people/${id}`, { ...works(name, ''), positions: elsewhere });
      await refresh(causeway, await addCompany(causeway, { domain: 'meridien.example' }));
    }
    await refresh(causeway, companyId);
    const jobs = await changeRole(causeway, {
      person: { id: `p_${id}`, name, newTitle: 'VP Marketing' },
      company: nordlicht,
      previousCompany: { name: 'Before', domain: 'before.example' },
    });
    const { job } = await refreshed(causeway, jobs[domain] ?? '');
    expect(job.result).toMatchObject({ members: 26, changes: { joined: 1 } });
    const [before] = called(await readGroup(causeway, companyId), name);
    expect(before).toMatchObject({ sources: ['event'], role: 'decision_maker' });
    await causeway.sandbox.arrange(`people/${id}`, works(name.replace('Zoe', 'ZOÉ'), 'VP Marketing'));
    await makeStale();
    const { job: later } = await refresh(causeway, companyId);
    expect(later.result).toMatchObject({ members: 26, changes: { joined: 0, found: 0, left: 0 } });
    const after = (await readGroup(causeway, companyId)).filter(({ sources }) => sources.includes('event'));
    expect(after).toMatchObject([{ sources: ['coresignal', 'event'], title: 'VP Marketing', role: 'decision_maker' }]);
    expect(after[0]?.confidence).toBeGreaterThan(before?.confidence ?? 1);
    // Who is known already keeps the key, under which more is kept.
    expect(after[0]?.personId === before?.personId).toBe(!isKnown);
  });
});

describe('people who are told with the same mailbox of a desk', () => {
  const desk = { email: `info@${domain}` };

  it('are each themselves, whoever tells of them, and are erased each alone by an id, and all of them by the mailbox, but nobody who is met later', async () => {
    await causeway.sandbox.arrange('people/500301', works('Nora Eins', 'CEO', desk));
    await causeway.sandbox.arrange('people/500302', works('Nils Zwei', 'VP Marketing', desk));
    const change = { company: nordlicht, previousCompany: { name: 'Before', domain: 'before.example' } };
    const jobs: string[] = [];
    for (const name of ['Ada Drei', 'Ava Vier']) {
      const person = { id: `p_${name}`, name, ...desk, newTitle: 'VP Sales' };
      jobs.push((await changeRole(causeway, { person, ...change }))[domain] ?? '');
    }
    for (const job of jobs) await refreshed(causeway, job);
    const names = async () =>
      (await readGroup(causeway, companyId))
        .filter(({ emails }) => emails.includes(desk.email))
        .map(({ name }) => name);
    await refresh(causeway, companyId);
    expect(await names()).toEqual(['Ada Drei', 'Ava Vier', 'Nils Zwei', 'Nora Eins']);

    expect(await erase(causeway, { id: 'coresignal:500301' })).toMatchObject({ state: 'done' });
    await causeway.sandbox.arrange('people/500303', works('Nell Neu', 'COO', desk));
    await makeStale();
    await refresh(causeway, companyId, { level: 'deep_research' });
    expect(await names()).toEqual(['Ada Drei', 'Ava Vier', 'Nell Neu', 'Nils Zwei']);

    expect(await erase(causeway, desk)).toMatchObject({ state: 'done' });
    await causeway.sandbox.arrange('people/500304', works('Nina Zehn', 'COO', desk));
    await makeStale();
    await refresh(causeway, companyId);
    expect(await names()).toEqual(['Nina Zehn']);
  });
});

describe('somebody who was erased', () => {
  it('is not brought back by a directory that still tells of them, and is not paid for again', async () => {
    expect(await erase(causeway, { email: `gregor.novak@${domain}` })).toMatchObject({ state: 'done' });
    const { job } = await refresh(causeway, companyId, { level: 'deep_research', requester: 'olga@example.com' });
    expect(job.result).toMatchObject({ members: 24, isPartial: false });
    expect(called(await readGroup(causeway, companyId), 'Gregor Novak')).toEqual([]);
    expect((await messages()).join()).not.toContain('Gregor');
    const before = await paid(causeway);
    await refresh(causeway, companyId, { level: 'deep_research' });
    expect(await paid(causeway)).toEqual(before);
  });

  it('is found out when the directory tells the address, and goes out of the group', async () => {
    await causeway.sandbox.arrange('people/500205', works('Nils Nobody', 'CEO', { email: null }));
    await refresh(causeway, companyId);
    expect(called(await readGroup(causeway, companyId), 'Nils Nobody')).toHaveLength(1);
    expect(await erase(causeway, { email: `nils.nobody@${domain}` })).toMatchObject({ state: 'done' });
    await causeway.sandbox.arrange('people/500205', works('Nils Nobody', 'CEO'));
    await makeStale();
    await refresh(causeway, companyId);
    expect(called(await readGroup(causeway, companyId), 'Nils Nobody')).toEqual([]);
    const { rows } = await causeway.queries.execute<{ count: number }>(
      sql`select count(*)::int as count from subject_aliases a join erased_subjects x on x.tenant_id = a.tenant_id and x.alias = a.alias where a.kind <> 'mailbox'`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('goes out of a group they were in, with the messages that named them, and stays out', async () => {
    await causeway.sandbox.arrange('people/500204', works('Max Alt', 'CEO'));
    const { job: first } = await refresh(causeway, companyId, { requester: 'olga@example.com' });
    expect((await messages()).filter((text) => text.includes('Max Alt'))).toHaveLength(2);
    expect(await erase(causeway, { email: `max.alt@${domain}` })).toMatchObject({ state: 'done' });
    expect((await messages()).join()).not.toContain('Max Alt');
    expect(called(await readGroup(causeway, companyId), 'Max Alt')).toEqual([]);
    await makeStale();
    const { job } = await refresh(causeway, companyId);
    expect(job.result).toMatchObject({
      members: (first.result?.members ?? 0) - 1,
      changes: { joined: 0, left: 0, found: 0 },
    });
    expect(called(await readGroup(causeway, companyId), 'Max Alt')).toEqual([]);
  });
});
