import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase } from './database.ts';
import { openSession, type Session } from './session.ts';

/** Protects whoever reads `leads` by themselves: its columns, their types and the indexes are what was promised. */

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let session: Session;
beforeAll(async () => {
  database = await createTestDatabase();
  session = await openSession(database.url);
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

const time = 'timestamp with time zone';
const name = 'character varying(255)';
const place = 'character varying(100)';

it('leads has the twenty-four columns and the tenant', async () => {
  const rows = await session.query<{ column: string }>(`
    select a.attname || ': ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as column
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = 'leads'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`);
  expect(rows.map(({ column }) => column)).toEqual([
    'id: uuid not null default gen_random_uuid()',
    'tenant_id: text not null',
    'event_id: uuid not null',
    'idempotency_key: character varying(255) not null',
    'source: character varying(50) not null',
    `received_at: ${time} not null`,
    `created_at: ${time} default now()`,
    `updated_at: ${time} default now()`,
    `first_name: ${name}`,
    `last_name: ${name}`,
    `email: ${name} not null`,
    'phone: character varying(50)',
    'message: text',
    `submission_type: ${place}`,
    'consent: boolean default false',
    'ip_address: inet',
    'user_agent: text',
    `geo_country: ${place}`,
    `geo_city: ${place}`,
    ...['source', 'medium', 'campaign', 'content', 'term'].map((utm) => `utm_${utm}: ${name}`),
    'metadata: jsonb',
  ]);
});

it('they are found by its indexes, and there is one lead a key', async () => {
  const rows = await session.query<{ definition: string }>(
    `select regexp_replace(indexdef, ' ON public.leads USING btree', '') as definition from pg_indexes where tablename = 'leads' order by indexname`,
  );
  expect(rows.map(({ definition }) => definition)).toEqual([
    'CREATE INDEX idx_leads_email (email)',
    'CREATE INDEX idx_leads_received_at (received_at)',
    'CREATE INDEX idx_leads_source (source)',
    'CREATE UNIQUE INDEX leads_key (tenant_id, idempotency_key)',
    'CREATE UNIQUE INDEX leads_pkey (id)',
  ]);
});
