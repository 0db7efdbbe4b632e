import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import { addCompany, paid, readGroup, refresh, refreshSettings, told } from './refreshing.ts';

/** Protects what a refresh is for: whoever decides at a company is known with the right part, told of once, and paid for once. */

vi.setConfig({ testTimeout: 90_000 });

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ settings: refreshSettings() });
});
afterAll(() => causeway.close());
beforeEach(async () => {
  await causeway.sandbox.forget();
  await causeway.queries.execute(sql`delete from facts_cache`);
  await causeway.queries.execute(sql`truncate companies, people cascade`);
});

describe('a first run', () => {
  it('saves the group that the directory knows, with the part of each, and tells whoever asked', async () => {
    await causeway.sandbox.put('owners', '77', { email: 'olga@example.com' });
    const companyId = await addCompany(causeway, { domain: 'nordlicht.example' });
    const { event, job, id } = await refresh(causeway, companyId, { level: 'enrich', requester: 'olga@example.com' });
    expect(event).toMatchObject({ state: 'done', outcome: 'acted', type: 'company.buyer_group_refresh' });
    expect(job).toMatchObject({
      status: 'completed',
      progress: 100,
      step: 'done',
      gaps: [],
      result: { members: 25, isPartial: false, changes: { found: 25, joined: 0, left: 0 } },
    });
    const group = await readGroup(causeway, companyId);
    expect(group).toHaveLength(25);
    const roles = Object.fromEntries(group.map(({ name, role }) => [name, role]));
    expect(roles).toMatchObject({
      'Bruno Falk': 'economic_buyer',
      'Dana Okafor': 'decision_maker',
      'Gregor Novak': 'decision_maker',
      'Omar Haddad': 'blocker',
      'Ivo Kessler': 'influencer',
      'Yara Simon': null,
    });
    expect(job.credits).toEqual({ coresignal: 20 * 26 });
    const notices = await told(causeway);
    expect(notices.map(({ connector }) => connector).toSorted()).toEqual(['gmail', 'slack']);
    for (const { key } of notices) expect(key).toContain(id);
    expect(JSON.stringify(notices)).toContain('Dana Okafor');
  });
});

it('a second run that finds the same pays nothing and tells nobody', async () => {
  const companyId = await addCompany(causeway, { domain: 'nordlicht.example' });
  await refresh(causeway, companyId, { level: 'deep_research', requester: 'olga@example.com' });
  const before = [await paid(causeway), (await told(causeway)).length];
  const reached = (await readGroup(causeway, companyId)).filter(({ phones }) => phones.length > 0);
  expect(reached.length).toBe((await paid(causeway))['lusha']);
  expect(reached.length).toBeGreaterThan(10);
  for (const { phones, sources } of reached) {
    expect(phones).toEqual([expect.stringMatching(/^\+4930\d{7}$/)]);
    expect(sources).toEqual(['coresignal', 'lusha']);
  }
  const { event, job } = await refresh(causeway, companyId, { level: 'deep_research', requester: 'olga@example.com' });
  expect(event).toMatchObject({ state: 'done', outcome: 'no_action' });
  expect(job).toMatchObject({ status: 'completed', gaps: [], calls: {}, credits: {} });
  expect(job.result?.changes).toEqual({ joined: 0, found: 0, left: 0, titleChanged: 0, roleChanged: 0 });
  expect([await paid(causeway), (await told(causeway)).length]).toEqual(before);
});
