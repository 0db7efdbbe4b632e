import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Canaries, canariesIn, canary, executionTexts, rowTexts, textsOf } from './canaries.ts';
import { type Causeway, startCauseway } from './causeway.ts';
import { addCompany, changeRole, refresh, type Refreshed, refreshed, refreshSettings } from './refreshing.ts';

/** Protects persons in groups: what is theirs is sealed, or was told to those who are to know it; no history, log or row says it. */

const canaries: Canaries = {
  name: canary('Name'),
  title: canary('Title'),
  email: `${canary('member')}@canary.example`,
  otherName: canary('Other'),
  otherTitle: canary('Head of Sales and'),
  requester: `${canary('requester')}@canary.example`,
};

let causeway: Causeway;
const seen = { histories: '', logs: '', rows: '', told: '' };
const runs: Refreshed[] = [];
beforeAll(async () => {
  causeway = await startCauseway({
    settings: refreshSettings(),
    environment: { LOG_LEVEL: 'debug', EFFECT_CALL_TIMEOUT_MS: '1000' },
    logTo: { write: (line) => void (seen.logs += line) },
  });
  const { sandbox } = causeway;
  const positions = [{ companyId: '7002', title: canaries['title'], from: '2020-01-01' }];
  await sandbox.arrange('people/500400', {
    name: canaries['name'],
    email: canaries['email'],
    phone: '+49 30 5550999',
    positions,
  });
  const companyId = await addCompany(causeway, { domain: 'meridien.example' });
  const how = { level: 'deep_research', requester: canaries['requester'] ?? '' } as const;
  runs.push(await refresh(causeway, companyId, how));
  await causeway.queries.execute(sql`truncate facts_cache`);
  for (const operation of ['employees.search', 'employees.collect'])
    await sandbox.fault({ connector: 'coresignal', operation, fault: 'malformed', times: 2 });
  await sandbox.fault({ connector: 'lusha', fault: 'status', status: 402, times: 1 });
  const jobs = await changeRole(causeway, {
    person: { id: 'p_1', name: canaries['otherName'], newTitle: canaries['otherTitle'] },
    company: { name: 'Atelier Meridien', domain: 'meridien.example' },
    previousCompany: { name: 'Before', domain: 'before.example' },
  });
  runs.push(await refreshed(causeway, jobs['meridien.example'] ?? ''));
  const { rows } = await causeway.queries.execute<{ id: string }>(sql`
    select 'evt:' || key_hash || ':' || generation as id from events union all select 'company:' || id from companies`);
  for (const { id } of rows) seen.histories += `${id} ${await executionTexts(causeway, id)}`;
  seen.rows = await rowTexts(causeway);
  seen.told = textsOf(await sandbox.effects());
}, 120_000);
afterAll(() => causeway.close());

it('those who are to know were told, so that there was something to leak', () => {
  expect(runs.map(({ event }) => event.outcome)).toEqual(['acted', 'acted']);
  const expected = ['name', 'title', 'otherName', 'otherTitle', 'requester'];
  expect(canariesIn(seen.told, canaries)).toEqual(expect.arrayContaining(expected));
});

it.each(['histories', 'logs', 'rows'] as const)('the %s show every refresh, and nothing personal', (where) => {
  for (const { id } of runs) expect(seen[where]).toContain(id);
  expect(canariesIn(seen[where], canaries)).toEqual([]);
});
