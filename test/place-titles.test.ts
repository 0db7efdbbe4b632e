import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { buyerGroupView } from '../src/domain/buyer-group-view.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { operatorOf } from './ops.ts';
import { addCompany, changeRole, refresh, refreshed, refreshSettings, told, forgetCompanies } from './refreshing.ts';

/** Protects that in a group somebody has the title that is held at that company, whatever they are elsewhere. */

vi.setConfig({ testTimeout: 90_000 });

const [north, atelier] = ['nordlicht.example', 'meridien.example'];
let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ settings: refreshSettings() });
});
afterAll(() => causeway.close());
beforeEach(() => forgetCompanies(causeway));

const names = { name: 'Zoe Doppel', email: 'zoe@doppel.example' };
/** Where the person works, under which titles; the directory lists them at the first. */
const works = (titles: { north?: string; atelier?: string }, more: object = {}) =>
  causeway.sandbox.arrange('people/500300', {
    ...names,
    positions: Object.entries(titles).map(([place, title]) => ({
      companyId: place === 'north' ? '7001' : '7002',
      title,
      from: '2020-01-01',
    })),
    ...more,
  });

async function placeIn(domain: string) {
  const { body } = await operatorOf(causeway).get(`/api/v1/intelligence/companies/${domain}/buyer-group`);
  return buyerGroupView.parse(body).members.find(({ name }) => name === names.name);
}

it('of two current positions each group has its own title and part, whichever was refreshed last', async () => {
  await works({ north: 'Chief Revenue Officer', atelier: 'Office Assistant' });
  const [one, other] = [await addCompany(causeway, { domain: north }), await addCompany(causeway, { domain: atelier })];
  const first = { title: 'Chief Revenue Officer', role: 'decision_maker', seniority: 'c_level' };
  const second = { title: 'Office Assistant', role: null };
  await refresh(causeway, one);
  await works({ atelier: 'Office Assistant', north: 'Chief Revenue Officer' });
  await refresh(causeway, other);
  expect(await placeIn(north)).toMatchObject(first);
  expect(await placeIn(atelier)).toMatchObject(second);
  await works({ north: 'Chief Revenue Officer', atelier: 'Office Assistant' });
  const again = await refresh(causeway, one, { requester: 'olga@example.com' });
  expect(again.job.result?.changes).toMatchObject({ titleChanged: 0, roleChanged: 0 });
  expect(await placeIn(north)).toMatchObject(first);
  expect(await placeIn(atelier)).toMatchObject(second);
});

it('an event that tells of a title at one company changes none at another, and holds until the directory has looked again', async () => {
  await works({ north: 'Chief Revenue Officer', atelier: 'Office Assistant' });
  const one = await addCompany(causeway, { domain: north });
  await refresh(causeway, one);
  await works({ atelier: 'Office Assistant', north: 'Chief Revenue Officer' });
  const jobs = await changeRole(causeway, {
    person: { id: 'p1', ...names, oldTitle: 'Office Assistant', newTitle: 'Head of Procurement' },
    company: { domain: atelier },
  });
  await refreshed(causeway, jobs[atelier] ?? '');
  expect(await placeIn(atelier)).toMatchObject({ title: 'Head of Procurement', role: 'blocker' });
  await works({ north: 'Chief Revenue Officer', atelier: 'Office Assistant' });
  const again = await refresh(causeway, one);
  expect(again.job.result?.changes).toMatchObject({ titleChanged: 0, roleChanged: 0 });
  expect(await placeIn(north)).toMatchObject({ title: 'Chief Revenue Officer', role: 'decision_maker' });

  await works({ north: 'Chief Sales Officer', atelier: 'Office Assistant' });
  await causeway.queries.execute(sql`truncate facts_cache`);
  await refresh(causeway, one, { requester: 'olga@example.com' });
  const text = JSON.stringify((await told(causeway)).map(({ body }) => body));
  expect(text).toContain('*Zoe Doppel* is now Chief Sales Officer, was Chief Revenue Officer');

  await works({ atelier: 'Office Manager', north: 'Chief Revenue Officer' }, { updatedAt: '2099-01-01' });
  await causeway.queries.execute(sql`truncate facts_cache`);
  await refresh(causeway, await addCompany(causeway, { domain: atelier }));
  expect(await placeIn(atelier)).toMatchObject({ title: 'Office Manager' });
});

it('whoever moved has the new title at the new company alone, and is told of with it', async () => {
  await works({ north: 'VP Sales' });
  await refresh(causeway, await addCompany(causeway, { domain: north }));
  const jobs = await changeRole(causeway, {
    person: { id: 'p1', ...names, oldTitle: 'VP Sales', newTitle: 'Chief Executive Officer' },
    company: { domain: atelier },
    previousCompany: { domain: north },
  });
  await refreshed(causeway, jobs[north] ?? '');
  await refreshed(causeway, jobs[atelier] ?? '');
  expect(await placeIn(atelier)).toMatchObject({ title: 'Chief Executive Officer', role: 'economic_buyer' });
  const { body } = await operatorOf(causeway).get(`/api/v1/intelligence/companies/${north}/buyer-group`);
  expect(buyerGroupView.parse(body).former).toMatchObject([{ name: names.name, title: 'VP Sales' }]);
  const text = JSON.stringify((await told(causeway)).map(({ body: said }) => said));
  expect(text).toContain('*Zoe Doppel* joined: Chief Executive Officer');
});

it('where nobody told of a title at the company it is the one by which the person is known', async () => {
  await works({ north: 'VP Sales' });
  await refresh(causeway, await addCompany(causeway, { domain: north }));
  const jobs = await changeRole(causeway, {
    person: { id: 'p1', ...names },
    company: { domain: atelier },
    previousCompany: { domain: north },
  });
  await refreshed(causeway, jobs[atelier] ?? '');
  expect(await placeIn(atelier)).toMatchObject({ title: 'VP Sales', seniority: 'vp' });
});

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

it('a title told before the directory looked does not come back with a later event that tells of none', async () => {
  const at = async () => (await placeIn(north))?.title;
  const companyId = await addCompany(causeway, { domain: north });
  const first = await changeRole(causeway, {
    person: { id: 'p1', ...names, newTitle: 'VP Sales' },
    timestamp: ago(10),
    company: { domain: north },
    previousCompany: { domain: 'before.example' },
  });
  await refreshed(causeway, first[north] ?? '');
  expect(await at()).toBe('VP Sales');
  await causeway.sandbox.arrange('people/500300', {
    ...names,
    updatedAt: ago(5),
    positions: [{ companyId: '7001', title: 'Chief Marketing Officer', from: '2020-01-01' }],
  });
  await refresh(causeway, companyId);
  expect(await at()).toBe('Chief Marketing Officer');
  const again = await changeRole(causeway, {
    person: { id: 'p1', ...names },
    timestamp: ago(1),
    company: { domain: north },
    previousCompany: { domain: 'before.example' },
  });
  const { job } = await refreshed(causeway, again[north] ?? '');
  expect(job.result?.changes).toMatchObject({ titleChanged: 0 });
  expect(await at()).toBe('Chief Marketing Officer');
});
