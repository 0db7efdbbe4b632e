import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { clearRows, countLeft } from '../src/db/clear-person.ts';
import type { Queries } from '../src/db/database.ts';
import { missingLeads, readChangedLeads, readLeadsAfter } from '../src/db/lead-index.ts';
import { findLeads, readLeadsById } from '../src/db/lead-rows.ts';
import { oldestIds } from '../src/db/retention/aged-rows.ts';
import { openQueryPlans, type QueryPlans } from './query-plans.ts';

/** Protects the cost of a look at the leads from the number of those that there are: of a million, no statement reads all. */

vi.setConfig({ hookTimeout: 300_000 });

let plans: QueryPlans;
let queries: Queries;
beforeAll(async () => {
  plans = await openQueryPlans();
  queries = plans.queries;
  const { session } = plans;
  // How the rows come in is not looked at: without a log, and with the indexes built at the end, it takes seconds.
  const indexes = await session.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where tablename = 'leads' and indexname <> 'leads_pkey'`,
  );
  await session.query('alter table leads set unlogged');
  for (const { name } of indexes) await session.query(`drop index ${name}`);
  await session.query(`set statement_timeout = 0`);
  await session.query(`
    insert into leads (id, tenant_id, event_id, idempotency_key, source, received_at, email)
      select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'default', '00000000-0000-4000-8000-000000000000',
        'key-' || n, case when n % 10000 = 0 then 'fair' else 'source-' || n % 20 end, '2026-01-01'::timestamptz + n * interval '30 seconds', 'person-' || n % 50000 || '@example.com'
      from generate_series(1, 1000000) n`);
  for (const { definition } of indexes) await session.query(definition);
  await session.query('analyze');
});
afterAll(() => plans.close());

const idOf = (index: number) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
const ofTenant = { tenantId: 'default', limit: 51 };
const behind = { at: '2026-03-07T00:00:00.000Z', id: idOf(1) };
const window = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };
const person = {
  erasureId: idOf(1),
  tenantId: 'default',
  emails: ['person-17@example.com', 'person-18@example.com'],
  aliases: ['alias'],
  phones: [],
  objects: ['object'],
};

const cases: [what: string, index: string, () => Promise<unknown>][] = [
  ['the newest', 'idx_leads_received_at', () => findLeads(queries, { ...ofTenant, criteria: {} })],
  ['a later page', 'idx_leads_received_at', () => findLeads(queries, { ...ofTenant, criteria: {}, after: behind })],
  ['those of a day', 'idx_leads_received_at', () => findLeads(queries, { ...ofTenant, criteria: window })],
  [
    'those of one address',
    'idx_leads_email',
    () => findLeads(queries, { ...ofTenant, criteria: { email: 'person-17@example.com' } }),
  ],
  [
    'those of a source that few have',
    'idx_leads_source',
    () => findLeads(queries, { ...ofTenant, criteria: { source: 'fair' } }),
  ],
  [
    'the newest of a source that many have',
    'idx_leads_received_at',
    () => findLeads(queries, { ...ofTenant, criteria: { source: 'source-7' } }),
  ],
  [
    'those of a key',
    'leads_key',
    () => queries.execute(sql`select id from leads where tenant_id = 'default' and idempotency_key = 'key-4711'`),
  ],
  ['those that a search engine names', 'leads_pkey', () => readLeadsById(queries, 'default', [idOf(1), idOf(2)])],
  ['those that are indexed next', 'leads_pkey', () => readLeadsAfter(queries, idOf(1), 500)],
  [
    'those that changed meanwhile',
    'leads_pkey',
    () => readChangedLeads(queries, { since: new Date(), after: idOf(1), window: 100 }),
  ],
  ['those that an index has and the table has not', 'leads_pkey', () => missingLeads(queries, [idOf(1), idOf(2)])],
  ['those of long ago', 'idx_leads_received_at', () => queries.execute(oldestIds('leads', 30, 500))],
  ['those of who is erased', 'idx_leads_email', () => clearRows(queries, person)],
  ['what is left of who was erased', 'leads_pkey', () => countLeft(queries, person)],
];

it.each(cases)('of a million, %s are found by index alone', async (_what, index, work) => {
  const { scanned, indexes } = await plans.plansOf(work);
  expect(scanned.filter((table) => table === 'leads')).toEqual([]);
  expect([...indexes]).toContain(index);
});
