import { comparable } from '../../domain/characters.ts';
import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';

export type KnownCompany = {
  id: string;
  name: string | null;
  domain: string | null;
  directoryId: string | null;
  /** The directory was asked within the time for which its answers hold. */
  isFresh: boolean;
};

export async function readKnownCompany(
  queries: Queries,
  companyId: string,
  freshDays: number,
): Promise<KnownCompany | undefined> {
  const { rows } = await queries.execute<KnownCompany>(sql`
    select id, name, domain, directory_id as "directoryId",
      coalesce(resolved_at > clock_timestamp() - ${freshDays} * interval '1 day', false) as "isFresh"
    from companies where id = ${companyId}`);
  return rows[0];
}

export interface ToldCompany {
  id: string;
  name: string;
  domain: string | null;
  industry: string | null;
  employees: number | null;
  country: string | null;
}

/**
 * Keeps what the directory told of a company; null: it knows none, or none any more, and only its id is forgotten. By its domain and its name the
 * company is met from then on, unless another one is.
 */
export async function storeToldCompany(
  queries: Queries,
  { id, tenantId }: { id: string; tenantId: string },
  told: ToldCompany | null,
): Promise<void> {
  if (!told) {
    await queries.execute(
      sql`update companies set directory_id = null, resolved_at = clock_timestamp() where id = ${id}`,
    );
    return;
  }
  const kinds = ['name', 'id:coresignal', ...(told.domain === null ? [] : ['domain'])];
  const values = [comparable(told.name), told.id, ...(told.domain === null ? [] : [told.domain])];
  await queries.execute(sql`
    with kept as (
      update companies c set directory_id = ${told.id}, name = coalesce(c.name, ${told.name}), domain = coalesce(c.domain, ${told.domain}),
        industry = coalesce(${told.industry}, c.industry), employees = coalesce(${told.employees}::int, c.employees),
        country = coalesce(${told.country}, c.country), resolved_at = clock_timestamp()
      where c.id = ${id} returning c.id
    )
    insert into company_aliases (tenant_id, kind, value, company_id)
    select ${tenantId}, a.kind, a.value, kept.id from kept, unnest(${sql.param(kinds)}::text[], ${sql.param(values)}::text[]) as a(kind, value)
    on conflict do nothing`);
}
