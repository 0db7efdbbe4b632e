import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { SearchDocument } from '../domain/lead-search.ts';
import type { Queries } from './database.ts';

const uuid = z.uuid();

/** What the search index has of a lead, and when its row was last changed. */
export type IndexedLead = { columns: SearchDocument; updatedAt: Date };

type Row = SearchDocument & { changed_at: Date };

const columns = sql`l.tenant_id, l.id, l.event_id, l.received_at, l.source, l.first_name, l.last_name, l.email, l.phone, l.message,
  l.submission_type, l.geo_country, l.geo_city, l.utm_campaign, coalesce(l.updated_at, l.received_at) as changed_at`;

/** The leads of all tenants by their ids, from behind `after` on. */
export const readLeadsAfter = (queries: Queries, after: string, limit: number): Promise<IndexedLead[]> =>
  readLeads(queries, sql`l.id > ${after}::uuid order by l.id limit ${limit}`);

/**
 * The leads among the next `window` ids that were changed since then, and the last of those ids: each statement looks at so many rows,
 * however few of them have changed. `last` is absent when there are no more.
 */
export async function readChangedLeads(
  queries: Queries,
  { since, after, window }: { since: Date; after: string; window: number },
): Promise<{ leads: IndexedLead[]; last: string | undefined }> {
  const { rows } = await queries.execute<{ last: string | null; changed: string[] }>(sql`
    with ids as materialized (
      select l.id, l.updated_at from leads l where l.id > ${after}::uuid order by l.id limit ${window})
    select (select id from ids order by id desc limit 1) as last,
      array(select id from ids where updated_at >= ${since.toISOString()}::timestamptz) as changed`);
  const { last = null, changed = [] } = rows[0] ?? {};
  const leads = changed.length === 0 ? [] : await readLeads(queries, sql`l.id = any(${sql.param(changed)}::uuid[])`);
  return { leads, last: last ?? undefined };
}

async function readLeads(queries: Queries, which: SQL): Promise<IndexedLead[]> {
  const { rows } = await queries.execute<Row>(sql`select ${columns} from leads l where ${which}`);
  return rows.map(({ changed_at: updatedAt, received_at: receivedAt, ...rest }) => ({
    columns: { ...rest, received_at: new Date(receivedAt) },
    updatedAt: new Date(updatedAt),
  }));
}

/** Those of these ids that no lead has, whoever's. */
export async function missingLeads(queries: Queries, ids: readonly string[]): Promise<string[]> {
  const given = ids.filter((id) => uuid.safeParse(id).success);
  const { rows } = await queries.execute<{ id: string }>(sql`
    select l.id from leads l where l.id = any(${sql.param(given)}::uuid[])`);
  const there = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => !there.has(id));
}

export async function countLeads(queries: Queries): Promise<number> {
  const { rows } = await queries.execute<{ count: string }>(sql`select count(*) as count from leads`);
  return Number(rows[0]?.count ?? 0);
}

/** By PostgreSQL's clock, which is that of `updated_at`. */
export async function readClock(queries: Queries): Promise<Date> {
  const { rows } = await queries.execute<{ now: Date }>(sql`select clock_timestamp() as now`);
  return new Date(rows[0]?.now ?? 0);
}
