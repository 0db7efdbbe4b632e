import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Causeway, startCauseway } from './causeway.ts';
import {
  addCompany,
  changeRole,
  paid,
  readGroup,
  refresh,
  refreshed,
  refreshSettings,
  told,
  forgetCompanies,
} from './refreshing.ts';

/** Protects what a refresh is for: whoever decides at a company is known with the right part, told of once, and paid for once. */

vi.setConfig({ testTimeout: 90_000 });

let causeway: Causeway;
beforeAll(async () => {
  causeway = await startCauseway({ settings: refreshSettings() });
});
afterAll(() => causeway.close());
beforeEach(() => forgetCompanies(causeway));

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

const asked = () => causeway.sandbox.calls('lusha', 'person.read');
const zoeAt = (companyId: string, more: object = {}) => ({
  name: 'Zoe Neu',
  email: 'zoe@meridien.example',
  positions: [{ companyId, title: 'Directrice marketing', from: '2020-01-01' }],
  ...more,
});

describe('somebody whose only known address is elsewhere', () => {
  it('is asked for, and has the address of the new employer then', async () => {
    await causeway.sandbox.fault({
      connector: 'coresignal',
      operation: 'companies.enrich',
      fault: 'status',
      status: 402,
      times: 10,
    });
    const positions = [{ companyId: '7001', title: 'VP Marketing', from: '2026-01-01' }];
    await causeway.sandbox.arrange('people/500400', { name: 'Zoe Neu', positions, email: 'zoe@nordlicht.example' });
    const jobs = await changeRole(causeway, {
      person: { id: 'p_1', name: 'Zoe Neu', email: 'zoe@before.example', newTitle: 'VP Marketing' },
      company: { name: 'Nordlicht Software', domain: 'nordlicht.example' },
      previousCompany: { name: 'Before', domain: 'before.example' },
    });
    await refreshed(causeway, jobs['nordlicht.example'] ?? '');
    const companyId = await addCompany(causeway, { domain: 'nordlicht.example' });
    const addresses = ['zoe@before.example', 'zoe@nordlicht.example'];
    expect(await readGroup(causeway, companyId)).toMatchObject([{ name: 'Zoe Neu', emails: addresses }]);
    await refresh(causeway, companyId, { level: 'enrich' });
    expect(await asked()).toBe(1);
  });

  it('is asked for at each company once, whatever was answered', async () => {
    await causeway.sandbox.arrange('people/500401', zoeAt('7002'));
    const meridien = await addCompany(causeway, { domain: 'meridien.example' });
    await refresh(causeway, meridien, { level: 'enrich' });
    expect(await asked()).toBe(0);
    await refresh(causeway, meridien, { level: 'deep_research' });
    const before = await asked();
    await causeway.sandbox.arrange('people/500401', zoeAt('7001', { updatedAt: '2026-02-01' }));
    const nordlicht = await addCompany(causeway, { domain: 'nordlicht.example' });
    await causeway.queries.execute(sql`delete from facts_cache where provider = 'coresignal'`);
    for (let run = 0; run < 2; run += 1) await refresh(causeway, nordlicht, { level: 'enrich' });
    expect((await asked()) - before).toBe(1);
  });
});
