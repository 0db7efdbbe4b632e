import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';

/** Every domain by which a company is met. */
export async function readDomainsOf(queries: Queries, companyId: string): Promise<string[]> {
  const { rows } = await queries.execute<{ domain: string }>(sql`
    select domain from companies where id = ${companyId} and domain is not null
    union select value from company_aliases where company_id = ${companyId} and kind = 'domain'`);
  return rows.map(({ domain }) => domain);
}

/** The companies that turned out to be this one. */
export async function readMerged(queries: Queries, companyId: string): Promise<string[]> {
  const { rows } = await queries.execute<{ id: string }>(
    sql`select id from companies where merged_into = ${companyId}`,
  );
  return rows.map(({ id }) => id);
}
