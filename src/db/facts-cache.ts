import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { timeAgo } from './retention/time-ago.ts';

export interface CachedObject {
  tenantId: string;
  provider: string;
  objectType: string;
  objectHash: string;
  version: string;
}

export type CachedFacts = {
  objectType: string;
  objectHash: string;
  fetchedAt: Date;
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
};

export interface FactsToCache extends CachedObject {
  /** ISO 8601. */
  fetchedAt: string;
  subjectKeyId: string;
  sealed: Buffer;
}

/** What is known of these objects from `since` or later, each with the key it was sealed under. */
export async function readCachedFacts(
  queries: Queries,
  objects: readonly CachedObject[],
  since: Date,
): Promise<CachedFacts[]> {
  const column = <K extends keyof CachedObject>(name: K) => sql.param(objects.map((object) => object[name]));
  const { rows } = await queries.execute<Omit<CachedFacts, 'fetchedAt'> & { fetchedAtMs: number }>(sql`
    select c.object_type as "objectType", c.object_hash as "objectHash", c.sealed, k.id as "keyId", k.wrapped as "wrappedKey",
      extract(epoch from c.fetched_at)::float8 * 1000 as "fetchedAtMs"
    from unnest(${column('tenantId')}::text[], ${column('provider')}::text[], ${column('objectType')}::text[],
        ${column('objectHash')}::text[], ${column('version')}::text[]) as t(tenant_id, provider, object_type, object_hash, version)
      join facts_cache c using (tenant_id, provider, object_type, object_hash, version)
      join subject_keys k on k.id = c.subject_key_id
    where c.fetched_at >= ${since.toISOString()}::timestamptz`);
  return rows.map(({ fetchedAtMs, ...row }) => ({ ...row, fetchedAt: new Date(Math.round(fetchedAtMs)) }));
}

/** Keeps what was read, unless something later is kept already, or the key it was sealed under is gone. No object twice. */
export async function storeCachedFacts(queries: Queries, facts: readonly FactsToCache[]): Promise<void> {
  const column = <K extends keyof FactsToCache>(name: K) => sql.param(facts.map((each) => each[name]));
  await queries.execute(sql`
    insert into facts_cache as c (tenant_id, provider, object_type, object_hash, version, fetched_at, subject_key_id, sealed)
    select t.* from unnest(${column('tenantId')}::text[], ${column('provider')}::text[], ${column('objectType')}::text[],
        ${column('objectHash')}::text[], ${column('version')}::text[], ${column('fetchedAt')}::timestamptz[],
        ${column('subjectKeyId')}::uuid[], ${column('sealed')}::bytea[])
      as t(tenant_id, provider, object_type, object_hash, version, fetched_at, subject_key_id, sealed)
      join subject_keys k on k.id = t.subject_key_id
    order by t.tenant_id, t.provider, t.object_type, t.object_hash
    on conflict (tenant_id, provider, object_type, object_hash) do update
      set version = excluded.version, fetched_at = excluded.fetched_at, subject_key_id = excluded.subject_key_id,
        sealed = excluded.sealed, stored_at = clock_timestamp()
      where c.fetched_at < excluded.fetched_at`);
}

/** What was paid for. The indexes by age say it in the same words. */
export const isBought = sql`provider in ('coresignal', 'lusha')`;
const isFree = sql`provider not in ('coresignal', 'lusha')`;

/**
 * Deletes, of each, up to `count`: what was kept for longer than `olderThanMs`, and what was paid for for longer than `boughtOlderThanMs`; returns
 * how many it were.
 */
export async function forgetCachedFacts(
  queries: Queries,
  limits: { olderThanMs: number; boughtOlderThanMs: number; count: number },
): Promise<number> {
  const oldest = (which: SQL, ms: number) => sql`array(
    select ctid from facts_cache where ${which} and stored_at < ${timeAgo(ms)}
    order by stored_at limit ${limits.count} for update skip locked)`;
  const { rowCount } = await queries.execute(sql`
    delete from facts_cache where ctid = any(${oldest(isFree, limits.olderThanMs)}
      || ${oldest(isBought, limits.boughtOlderThanMs)})`);
  return rowCount ?? 0;
}
