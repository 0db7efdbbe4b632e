import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptEvents } from '../src/db/accept-events.ts';
import { claimBatch, takeOverdueBatches } from '../src/db/batch-claims.ts';
import { beginBatch, concludeEvents, readBatch } from '../src/db/batch-steps.ts';
import { cancelJob } from '../src/db/buyer-groups/cancel-job.ts';
import { findCompany, readCompanies } from '../src/db/buyer-groups/company-views.ts';
import { countDueJobs, readJob, readJobs, readJobsOf } from '../src/db/buyer-groups/job-views.ts';
import { readChanges, readFormer, readMembers } from '../src/db/buyer-groups/members.ts';
import type { Queries } from '../src/db/database.ts';
import { claimIntent, readForEffect } from '../src/db/effects.ts';
import { beginEvent, decideOnce } from '../src/db/event-steps.ts';
import { readEventView } from '../src/db/event-view.ts';
import { forgetCachedFacts, readCachedFacts, storeCachedFacts } from '../src/db/facts-cache.ts';
import { countIntents } from '../src/db/intent.ts';
import { removeFormerMembers } from '../src/db/buyer-groups/former-members.ts';
import { closeEvent, takeOverdueHeads } from '../src/db/lane-heads.ts';
import { missingLeads, readChangedLeads, readLeadsAfter } from '../src/db/lead-index.ts';
import { findLeads, readLeadsById } from '../src/db/lead-rows.ts';
import { reopenEvents } from '../src/db/reopen-events.ts';
import { deleteOldest, oldestIds } from '../src/db/retention/aged-rows.ts';
import { blankEvents } from '../src/db/retention/blank-events.ts';
import { forgetSightings, removeRefreshRuns } from '../src/db/retention/refresh-runs.ts';
import { removeUnusedKeys } from '../src/db/retention/unused-keys.ts';
import { createSubjectKeyStore } from '../src/db/subject-keys.ts';
import { openQueryPlans, type QueryPlans } from './query-plans.ts';

/** Protects the cost of an event from the number of those before it: no statement of its path reads a whole table. */

let plans: QueryPlans;
let queries: Queries;

const keyOf = (index: number) => index.toString(16).padStart(32, '0');
const idOf = (index: number) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

beforeAll(async () => {
  plans = await openQueryPlans();
  queries = plans.queries;
  const { session } = plans;
  // Of twenty thousand events 400 are open, in 200 lanes; each has a decision and an effect.
  await session.query(`
    insert into subject_keys (id, tenant_id, subject, wrapped)
      select md5(n::text)::uuid, 'default', 'subject-' || n, '\\x00' from generate_series(1, 5000) n`);
  // Nothing refers to the oldest ones.
  await session.query(`
    insert into subject_keys (id, tenant_id, subject, wrapped, created_at)
      select gen_random_uuid(), 'default', 'unused-' || n, '\\x00', clock_timestamp() - interval '1 day' from generate_series(1, 100) n`);
  await session.query(`
    insert into subject_aliases (tenant_id, alias, key_id)
      select 'default', 'alias-' || n, md5(n::text)::uuid from generate_series(1, 5000) n`);
  await session.query(`
    insert into events (id, tenant_id, source, type, key_hash, fingerprint, lane, correlation_id, subject_key_id, sealed, occurred_at,
      state, holds_lane, claimed_at, finished_at)
    select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'default', 'hubspot', 'deal.propertyChange',
      lpad(to_hex(n), 32, '0'), lpad(to_hex(n), 32, '0'), md5((n % 200)::text), 'correlation', md5((n % 5000 + 1)::text)::uuid,
      convert_to(repeat('x', 500), 'UTF8'), clock_timestamp(), case when n > 19600 then 'accepted' else 'failed' end, n > 19600,
      clock_timestamp(), case when n > 19600 then null else clock_timestamp() end
    from generate_series(1, 20000) n`);
  // A thousand more wait for a batch, half of them behind those, and a thousand are in ten batches.
  await session.query(`
    insert into events (id, tenant_id, source, type, key_hash, fingerprint, lane, correlation_id, subject_key_id, sealed, occurred_at,
      batched, batch_id)
    select gen_random_uuid(), 'default', 'product', 'page.viewed', md5('batched' || n), '', md5(case when n % 2 = 0 then (n % 200)::text else 'own' || n end),
      'correlation', md5((n % 5000 + 1)::text)::uuid, '\\x00', clock_timestamp(), true,
      case when n > 1000 then md5((n % 10)::text)::uuid end
    from generate_series(1, 2000) n`);
  await session.query(`
    insert into decisions (id, event_id, generation, decided_by, rule_set_hash)
      select gen_random_uuid(), id, 0, 'rules', '' from events`);
  await session.query(`
    insert into effects (key, event_id, action, target_id, priority, state, generation, attempts, attempt_lease_until, unsettled)
      select id || ':notify_ae', id, 'notify_ae', 'default', 'high', 'refused', 0, 1, clock_timestamp(), false from events`);
  await session.query(`update events set account_ref = md5((position % 1000)::text), contact_ref = md5((position % 3000)::text)
    , outcome = case when position % 10 = 0 then 'failed' else 'acted' end where state = 'failed'`);
  await session.query(`
    insert into leads (id, tenant_id, event_id, idempotency_key, source, received_at, email)
      select id, 'default', id, key_hash, 'website', received_at, key_hash || '@example.com' from events limit 5000`);
  await session.query(`
    insert into schema_violations (id, tenant_id, source, path, message, correlation_id, subject_key_id, sealed)
      select gen_random_uuid(), 'default', 'hubspot', '', '', '', md5('1')::uuid, '\\x00' from generate_series(1, 5000)`);
  await session.query(`
    insert into model_calls (id, tenant_id, event_id, generation, day, model, prompt_hash)
      select gen_random_uuid(), 'default', id, 0, current_date, '', '' from events limit 5000`);
  await session.query(`
    insert into event_people (tenant_id, alias, event_id) select 'default', 'alias-' || position, id from events limit 5000`);
  await session.query(`
    insert into erased_subjects (tenant_id, alias, erased_at)
      select 'default', 'erased-' || n, clock_timestamp() from generate_series(1, 5000) n`);
  await session.query(`
    insert into audit_log (id, tenant_id, who, what, on_what)
      select gen_random_uuid(), 'default', '', '', '' from generate_series(1, 5000)`);
  await session.query(`
    insert into facts_cache (tenant_id, provider, object_type, object_hash, version, fetched_at, subject_key_id, sealed)
      select 'default', p, 'deal', md5(n::text), '1', clock_timestamp(), md5(n::text)::uuid, '\\x00'
      from generate_series(1, 5000) n, unnest('{hubspot,coresignal}'::text[]) p`);
  await session.query(`
    insert into leads (id, tenant_id, event_id, idempotency_key, source, received_at, email)
      select gen_random_uuid(), 'default', gen_random_uuid(), 'key-' || n, 'source-' || n % 200,
        '2026-01-01'::timestamptz + n * interval '1 minute', 'person-' || n % 5000 || '@example.com'
      from generate_series(1, 20000) n`);
  await session.query(`
    insert into companies (id, tenant_id, name, domain)
      select md5('company' || n)::uuid, 'default', 'Company ' || n, n || '.example' from generate_series(1, 5000) n`);
  await session.query(`
    insert into company_aliases (tenant_id, kind, value, company_id)
      select 'default', 'domain', n || '.example', md5('company' || n)::uuid from generate_series(1, 5000) n`);
  await session.query(`
    insert into buyer_group_refresh_logs (id, tenant_id, company_id, status, priority, level, started_at, finished_at)
    select md5('job' || n)::uuid, 'default', md5('company' || n % 5000 + 1)::uuid, case when n > 19990 then 'waiting' else 'completed' end, 3, 'enrich',
      case when n > 19990 then null else clock_timestamp() - n * interval '1 minute' end, case when n > 19990 then null else clock_timestamp() end
    from generate_series(1, 20000) n`);
  await session.query(`
    insert into buyer_groups (company_id, tenant_id, confidence, cohesion, members, is_partial, job_id, refreshed_at)
    select id, 'default', 0, 0, 0, false, gen_random_uuid(), clock_timestamp() from companies`);
  // Every other event is a role change, which two companies are refreshed for.
  await session.query(`
    insert into buyer_group_refresh_reasons (tenant_id, company_id, job_id, event_id, move, priority, is_coalesced)
    select 'default', l.company_id, l.id, ('00000000-0000-4000-8000-' || lpad(to_hex(n * 2), 12, '0'))::uuid, 'joined', 3, false
    from generate_series(1, 10000) n cross join lateral (values (n), (n + 1)) j(number)
      join buyer_group_refresh_logs l on l.id = md5('job' || j.number)::uuid`);
  await session.query(`
    insert into people (id, tenant_id, sealed) select md5(n::text)::uuid, 'default', '\\x00' from generate_series(1, 5000) n`);
  for (const table of ['buyer_group_members', 'buyer_group_changes']) {
    await session.query(`
      insert into ${table} (company_id, person_id${table === 'buyer_group_changes' ? ', kind' : ''})
      select md5('company' || n % 5000 + 1)::uuid, md5((n % 4999 + 1)::text)::uuid${table === 'buyer_group_changes' ? ", 'found'" : ''}
      from generate_series(1, 20000) n on conflict do nothing`);
  }
  // Some left, and of each company there is a refresh that is not the latest.
  await session.query(`
    update buyer_group_members set left_at = clock_timestamp() where ctid in (select ctid from buyer_group_members limit 2000)`);
  await session.query(`update buyer_group_refresh_logs set created_at = started_at where started_at is not null`);
  await session.query(`
    insert into buyer_group_sightings (job_id, person_id, sources)
      select md5('job' || n)::uuid, md5((n % 5000 + 1)::text)::uuid, '{}' from generate_series(1, 20000) n`);
  await session.query('analyze');
});
afterAll(() => plans.close());

// md5 of company1 and of job1.
const aCompany = 'df655f97-6f7c-9d32-6381-5bd981225cd9';
const aJob = '0fa5f03a-2fe5-da42-d187-527e86f47de5';
const aBatch = '1679091c-5a88-0faf-6fb5-e6087eb1b2dc';
const head = { eventId: idOf(19_700), generation: 0 };
const newEvent = (index: number) => ({
  id: randomUUID(),
  source: 'hubspot',
  type: 'deal.propertyChange',
  keyHash: keyOf(index),
  fingerprint: keyOf(index),
  lane: keyOf(index % 300),
  subjectKeyId: '00000000-0000-0000-0000-000000000000',
  sealed: Buffer.from('sealed'),
  changeHash: null,
  occurredAt: new Date().toISOString(),
});
const cachedObject = (index: number) => ({
  tenantId: 'default',
  provider: 'hubspot',
  objectType: 'deal',
  objectHash: keyOf(index),
  version: '1',
});
const request = { tenantId: 'default', correlationId: 'correlation', traceParent: null };

describe('among twenty thousand events', () => {
  const cases: [string, string[], () => Promise<unknown>][] = [
    [
      'one event is recognised by its key and finds its lane free or taken',
      ['events_key', 'events_open_lane'],
      () => acceptEvents(queries, request, [newEvent(12_000)]),
    ],
    [
      'so is a batch of a hundred',
      ['events_key', 'events_open_lane'],
      () =>
        acceptEvents(
          queries,
          request,
          Array.from({ length: 100 }, (_, index) => newEvent(100 + index * 190)),
        ),
    ],
    [
      'a sweep jumps from lane to lane',
      ['events_open_lane', 'events_pkey'],
      () => takeOverdueHeads(queries, { staleMs: 3_600_000, runningMs: 3_600_000, count: 200 }),
    ],
    [
      'events that wait for a batch are claimed by the front of their lanes',
      ['events_waiting_for_batch', 'events_open_lane', 'events_pkey'],
      () => claimBatch(queries, randomUUID(), { maxEvents: 100, maxWaitMs: 3_600_000 }),
    ],
    [
      'batches that nobody began are found',
      ['events_in_batch'],
      () => takeOverdueBatches(queries, { staleMs: 3_600_000, runningMs: 3_600_000, count: 20 }),
    ],
    ['a batch begins', ['events_in_batch'], () => beginBatch(queries, aBatch, 'run')],
    ['the events of a batch are read', ['events_in_batch', 'subject_keys_pkey'], () => readBatch(queries, aBatch)],
    [
      'an event of a batch is ended',
      ['events_pkey', 'events_open_lane'],
      () =>
        concludeEvents(queries, randomUUID(), [
          { id: randomUUID(), lane: keyOf(1), ending: { outcome: 'no_action' } },
          { id: randomUUID(), lane: keyOf(2) },
        ]),
    ],
    ['the first step finds its event', ['events_pkey'], () => beginEvent(queries, head, 'run')],
    [
      'a decision is found by its event',
      ['events_pkey'],
      () =>
        decideOnce(queries, head, {
          id: randomUUID(),
          decidedBy: 'rules',
          ruleId: null,
          ruleSetHash: '',
          confidence: null,
          sealed: Buffer.alloc(0),
        }),
    ],
    [
      'an effect is found by its key',
      ['effects_pkey', 'events_pkey'],
      () => readForEffect(queries, head, `${head.eventId}:notify_ae`),
    ],
    [
      'an intent is made',
      ['events_pkey'],
      () =>
        claimIntent(
          queries,
          head,
          {
            key: `${head.eventId}:other`,
            action: 'other',
            targetId: '1',
            priority: 'low',
            leaseMs: 0,
            addressSealed: Buffer.alloc(0),
          },
          null,
        ),
    ],
    [
      'an event is explained',
      ['events_pkey', 'effects_event', 'refresh_reasons_event', 'buyer_group_refresh_logs_pkey'],
      () => readEventView(queries, head.eventId),
    ],
    [
      'an event is closed, and the next of its lane found',
      ['events_pkey', 'effects_event', 'events_open_lane'],
      () =>
        closeEvent(
          queries,
          { id: head.eventId, generation: 0, lane: 'a87ff679a2f3e71d9181a67b7542122c' },
          { outcome: 'failed', settle: true },
        ),
    ],
    [
      'an event is opened again behind its lane',
      ['events_pkey', 'effects_event', 'events_open_lane'],
      () => reopenEvents(queries, [idOf(500)]),
    ],
    [
      'what is in the cache is found, ten objects at once',
      ['facts_cache_tenant_id_provider_object_type_object_hash_pk', 'subject_keys_pkey'],
      () =>
        readCachedFacts(
          queries,
          Array.from({ length: 10 }, (_, index) => cachedObject(index)),
          new Date(0),
        ),
    ],
    [
      'what was read is kept',
      ['subject_keys_pkey'],
      () =>
        storeCachedFacts(queries, [
          {
            ...cachedObject(1),
            fetchedAt: new Date().toISOString(),
            subjectKeyId: '00000000-0000-0000-0000-000000000000',
            sealed: Buffer.alloc(1),
          },
        ]),
    ],
    [
      'what was kept for too long is found',
      ['facts_cache_stored', 'facts_cache_bought'],
      () => forgetCachedFacts(queries, { olderThanMs: 86_400_000, boughtOlderThanMs: 86_400_000, count: 100 }),
    ],
    [
      'whom a run saw that was over long ago is found',
      ['refresh_logs_finished', 'buyer_group_sightings_job_id_person_id_pk'],
      () => forgetSightings(queries, { since: new Date(Date.now() - 60_000), olderThanMs: 0, count: 100 }),
    ],
    [
      'refreshes that ended long ago are found',
      ['refresh_logs_finished', 'refresh_logs_company', 'refresh_reasons_job', 'buyer_groups_pkey', 'events_pkey'],
      () => removeRefreshRuns(queries, 0, 500),
    ],
    [
      'who left a group long ago is found',
      ['buyer_group_members_left', 'people_pkey', 'buyer_group_members_person', 'buyer_group_changes_person'],
      () => removeFormerMembers(queries, 0, 100),
    ],
    [
      'signs of interest of an account and a contact are counted',
      ['events_account_intent', 'events_contact_intent'],
      () =>
        countIntents(queries, [
          {
            accountRef: 'c4ca4238a0b923820dcc509a6f75849b',
            contactRef: 'c81e728d9d4c2f636f067f89cc14862c',
            since: new Date(Date.now() - 86_400_000).toISOString(),
          },
        ]),
    ],
    [
      'what was refused long ago is found',
      ['schema_violations_age'],
      () => deleteOldest(queries, 'violations', 0, 500),
    ],
    [
      'calls of a model long ago are found',
      ['model_calls_age', 'events_pkey'],
      () => deleteOldest(queries, 'modelCalls', 0, 500),
    ],
    ['what operators did long ago is found', ['audit_log_age'], () => deleteOldest(queries, 'audit', 0, 500)],
    [
      'leads of long ago are found',
      ['idx_leads_received_at', 'events_pkey'],
      () => queries.execute(oldestIds('leads', 0, 500)),
    ],
    [
      'events that have been over for long are blanked',
      ['events_over', 'events_pkey', 'decisions_event', 'effects_event', 'model_calls_event', 'event_people_event'],
      () => blankEvents(queries, 'payloads', 0, 500),
    ],
    [
      'so are those that failed',
      [
        'events_failed_over',
        'events_pkey',
        'decisions_event',
        'effects_event',
        'model_calls_event',
        'event_people_event',
      ],
      () => blankEvents(queries, 'failed', 0, 500),
    ],
    [
      'keys that nothing refers to are found',
      [
        'subject_keys_age',
        'subject_aliases_key',
        'facts_cache_subject',
        'events_subject',
        'people_pkey',
        'refresh_reasons_requester',
      ],
      () => removeUnusedKeys(queries, { days: 0, limit: 500, after: null }),
    ],
    [
      "a subject's key is found by an alias",
      ['subject_keys_pkey'],
      () => createSubjectKeyStore(queries).find('default', ['alias-17', 'alias-18']),
    ],
  ];

  it.each(cases)('%s by index alone', async (_name, indexes, work) => {
    const planned = await plans.plansOf(work);
    expect(planned.scanned).toEqual([]);
    expect([...planned.indexes]).toEqual(expect.arrayContaining(indexes));
  });
});

describe('among twenty thousand refreshes', () => {
  const windowMs = 3_600_000;
  const scope = { tenantId: 'default', sources: ['hubspot'], requestedBy: 'test' };
  const behind = { at: '2100-01-01T00:00:00.000Z', id: idOf(1) };
  const list = { tenantId: 'default', after: behind, limit: 51 };
  const cases: [string, string[], () => Promise<unknown>][] = [
    [
      'one is shown',
      ['buyer_group_refresh_logs_pkey', 'refresh_reasons_job', 'events_pkey'],
      () => readJob(queries, aJob, { scope, windowMs }),
    ],
    ['the latest are listed', ['refresh_logs_listed'], () => readJobs(queries, { ...list, windowMs })],
    [
      'those that wait are listed',
      ['refresh_logs_open'],
      () => readJobs(queries, { ...list, status: 'waiting', windowMs }),
    ],
    [
      'those of a company are listed',
      ['refresh_logs_company'],
      () => readJobs(queries, { ...list, companyId: aCompany, windowMs }),
    ],
    [
      'the last and the next of a company are found',
      ['refresh_logs_company'],
      () => readJobsOf(queries, aCompany, windowMs),
    ],
    [
      'those that are due are counted',
      ['refresh_logs_open', 'refresh_logs_company'],
      () => countDueJobs(queries, windowMs),
    ],
    [
      'one is canceled',
      ['buyer_group_refresh_logs_pkey', 'companies_pkey', 'events_pkey'],
      () => cancelJob(queries, { tenantId: 'default', id: aJob, by: 'test' }),
    ],
    [
      'a company is found by its domain',
      ['company_aliases_tenant_id_kind_value_pk'],
      () => findCompany(queries, 'default', { domain: '17.example' }),
    ],
    ['the latest companies are listed', ['companies_listed'], () => readCompanies(queries, list)],
    [
      'who is in a group is read',
      ['buyer_group_members_company_id_person_id_pk', 'people_pkey', 'subject_keys_pkey'],
      () => readMembers(queries, aCompany),
    ],
    ['so is who has left', ['buyer_group_members_company_id_person_id_pk'], () => readFormer(queries, aCompany)],
    ['so is what changed', ['buyer_group_changes_company', 'people_pkey'], () => readChanges(queries, aCompany)],
  ];

  it.each(cases)('%s by index alone', async (_name, indexes, work) => {
    const planned = await plans.plansOf(work);
    expect(planned.scanned).toEqual([]);
    expect([...planned.indexes]).toEqual(expect.arrayContaining(indexes));
  });
});

describe('among twenty thousand leads', () => {
  const ofTenant = { tenantId: 'default', limit: 51 };
  const behind = { at: '2026-01-07T00:00:00.000Z', id: idOf(1) };
  const cases: [string, string, () => Promise<unknown>][] = [
    ['the newest', 'idx_leads_received_at', () => findLeads(queries, { ...ofTenant, criteria: {} })],
    ['a later page', 'idx_leads_received_at', () => findLeads(queries, { ...ofTenant, criteria: {}, after: behind })],
    [
      'those of one address',
      'idx_leads_email',
      () => findLeads(queries, { ...ofTenant, criteria: { email: 'person-17@example.com' } }),
    ],
    [
      'those of one source',
      'idx_leads_source',
      () => findLeads(queries, { ...ofTenant, criteria: { source: 'source-7' } }),
    ],
    ['those that a search engine names', 'leads_pkey', () => readLeadsById(queries, 'default', [idOf(1), idOf(2)])],
    ['those that are indexed next', 'leads_pkey', () => readLeadsAfter(queries, idOf(1), 500)],
    [
      'those that changed meanwhile',
      'leads_pkey',
      () => readChangedLeads(queries, { since: new Date(0), after: idOf(1), window: 100 }),
    ],
    ['those that an index has and the table has not', 'leads_pkey', () => missingLeads(queries, [idOf(1), idOf(2)])],
  ];

  it.each(cases)('%s are found by index alone', async (_name, index, work) => {
    const planned = await plans.plansOf(work);
    expect(planned.scanned).toEqual([]);
    expect([...planned.indexes]).toContain(index);
  });
});
