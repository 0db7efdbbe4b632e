import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { companyWorkflowId } from '../src/domain/ids.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { eventually } from './eventually.ts';
import { jobsOf, postRoleChange, roleChange } from './role-change-posts.ts';

/** Protects what a role change leads to: it is noted who joined and left, and each company is refreshed once, however many changes there are. */

vi.setConfig({ testTimeout: 60_000 });

let causeway: Causeway;
beforeAll(async () => {
  vi.stubEnv('CORESIGNAL_PATH_SECRET', 'a-long-secret-in-a-path');
  causeway = await startCauseway({
    settings: JSON.stringify({ sources: { coresignal: { secretVariable: 'CORESIGNAL_PATH_SECRET' } } }),
    sweepEveryMs: 200,
  });
});
afterAll(async () => {
  await causeway.close();
  vi.unstubAllEnvs();
});

const only = <T>(list: readonly T[]): T => {
  const [first] = list;
  if (first === undefined || list.length > 1) throw new Error(`expected one, got ${list.length}`);
  return first;
};
const ended = (domain: string) =>
  eventually(`the refresh of ${domain} ends`, async () => {
    const jobs = await jobsOf(causeway, domain);
    return jobs.length > 0 && jobs.every(({ status }) => status === 'completed') ? jobs : undefined;
  });
const companyOf = async (domain: string): Promise<string> => {
  const { rows } = await causeway.queries.execute<{ id: string }>(
    sql`select id from companies where domain = ${domain}`,
  );
  return rows[0]?.id ?? '';
};
const membersOf = async (domain: string) => {
  const { rows } = await causeway.queries.execute<{
    move: string | null;
    joined: string | null;
    left: string | null;
  }>(sql`
    select m.move, to_char(m.joined_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI') as joined, to_char(m.left_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI') as left
    from buyer_group_members m join companies c on c.id = m.company_id where c.domain = ${domain}`);
  return rows;
};

test('who changes the company has left one and joined the other on that day, and both groups are refreshed at once', async () => {
  const change = roleChange({
    previousCompany: { name: 'Before', domain: 'before-1.example' },
    timestamp: '2026-02-03T08:30:00Z',
  });
  const id = await postRoleChange(causeway, change);
  expect(await causeway.finished(id)).toMatchObject({
    state: 'done',
    outcome: 'acted',
    decision: { decidedBy: 'none' },
  });
  const joined = only(await ended(change.company.domain));
  const left = only(await ended('before-1.example'));
  expect(joined.reasons).toEqual([{ eventId: id, move: 'joined', isCoalesced: false }]);
  expect(left.reasons).toEqual([{ eventId: id, move: 'left', isCoalesced: false }]);
  expect(await membersOf(change.company.domain)).toEqual([{ move: 'joined', joined: '2026-02-03T08:30', left: null }]);
  expect(await membersOf('before-1.example')).toEqual([{ move: 'left', joined: null, left: '2026-02-03T08:30' }]);
  expect(await causeway.finished(joined.id)).toMatchObject({ source: 'buyer-groups', state: 'done' });
});

test('later changes within the hour are done at once, coalesced into one run that is named, and as urgent as the most urgent', async () => {
  const company = { name: 'Busy', domain: 'busy.example' };
  const title = (newTitle: string) => ({ person: { id: `p_${newTitle}`, name: newTitle, newTitle }, company });
  await causeway.finished(await postRoleChange(causeway, roleChange(title('Sales Intern'))));
  const [first] = await ended('busy.example');
  expect(first?.priority).toBe(5);
  const ids: string[] = [];
  for (const newTitle of ['Marketing Manager', 'VP Sales', 'Sales Engineer'])
    ids.push(await postRoleChange(causeway, roleChange(title(newTitle))));
  for (const id of ids) expect(await causeway.finished(id)).toMatchObject({ state: 'done', outcome: 'coalesced' });
  const [, second, ...more] = await jobsOf(causeway, 'busy.example');
  expect(more).toEqual([]);
  expect(second).toMatchObject({ status: 'waiting', priority: 3, started: null });
  expect(second?.reasons.map(({ eventId, isCoalesced }) => ({ eventId, isCoalesced }))).toEqual(
    expect.arrayContaining(ids.map((eventId) => ({ eventId, isCoalesced: true }))),
  );
});

test('the hour of a company is a timer of 3,600 s in its history, which names nobody', async () => {
  const change = roleChange();
  await causeway.finished(await postRoleChange(causeway, change));
  await ended(change.company.domain);
  const workflowId = companyWorkflowId(await companyOf(change.company.domain));
  const { events } = await causeway.client.workflow.getHandle(workflowId).fetchHistory();
  const timers = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer ? [Number(timer.startToFireTimeout?.seconds)] : [],
  );
  expect(timers).toContain(3_600);
  expect(JSON.stringify(events)).not.toMatch(/Pia|Company \d|\.example/);
});

/** As CoreSignal tells of somebody. */
async function notify(memberId: number): Promise<void> {
  const response = await fetch(`${causeway.url}/webhooks/coresignal/a-long-secret-in-a-path`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ member_id: memberId, status: 'changed' }]),
    signal: AbortSignal.timeout(20_000),
  });
  expect(response.status).toBe(202);
}

test('a notice that names only a person is read first; what moved is found out, and the read is paid once', async () => {
  await causeway.sandbox.arrange('people/77', {
    name: 'Mara Quist',
    email: 'mara@meridien.example',
    positions: [
      { companyId: '7002', title: 'CRO', from: new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10) },
      {
        companyId: '7001',
        title: 'VP Sales',
        from: '2020-01-01',
        to: new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10),
      },
    ],
  });
  await notify(77);
  await ended('meridien.example');
  await ended('nordlicht.example');
  const reads = (await causeway.sandbox.effects()).filter(({ target }) => target === 'employees/77');
  expect(reads).toHaveLength(1);
  expect((await membersOf('meridien.example')).map(({ move }) => move)).toContain('joined');
  expect((await membersOf('nordlicht.example')).map(({ move }) => move)).toContain('left');
});

test('a notice of which the record tells nothing new has the group refreshed, and nothing is said to have changed', async () => {
  const domain = 'kontor.example';
  await causeway.sandbox.arrange('companies/7003', { name: 'Kontor', domain });
  await causeway.sandbox.arrange('people/78', {
    name: 'Ole Lange',
    positions: [{ companyId: '7003', title: 'CFO', from: '2010-01-01' }],
  });
  await notify(78);
  const [job] = await ended(domain);
  expect(job?.reasons).toMatchObject([{ move: 'changed', isCoalesced: false }]);
  expect(await membersOf(domain)).toEqual([{ move: null, joined: null, left: null }]);
  const { rows } = await causeway.queries.execute(sql`
    select kind from buyer_group_changes where company_id = ${await companyOf(domain)} and event_id is not null`);
  expect(rows).toEqual([]);
});

test.each([
  ['the same domain', (domain: string) => ({ domain }), 'VP Sales', 'promoted'],
  ['its website', (domain: string) => ({ website: `https://www.${domain}/about` }), 'CRO', 'retitled'],
])(
  'who is told to have left a company for the same one, by %s, has neither left nor joined',
  async (_how, before, oldTitle, move) => {
    const change = roleChange();
    const { domain } = change.company;
    const person = { ...change.person, oldTitle, newTitle: 'CRO' };
    const id = await postRoleChange(causeway, { ...change, person, previousCompany: before(domain) });
    expect(await causeway.finished(id)).toMatchObject({ outcome: 'acted' });
    expect(only(await ended(domain)).reasons).toMatchObject([{ move }]);
    expect(await membersOf(domain)).toEqual([{ move, joined: null, left: null }]);
  },
);

test('a role change that names no company, and one of another kind, do nothing and say so', async () => {
  const other = await postRoleChange(causeway, roleChange({ type: 'person.birthday' }));
  expect(await causeway.finished(other)).toMatchObject({ state: 'done', outcome: 'undecided' });
});
