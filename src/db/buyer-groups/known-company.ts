import { comparable } from '../../domain/characters.ts';
import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { Transaction } from '../transaction.ts';

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

/** The directory knows no such company, or none any more: only its id is forgotten. */
export async function storeUnknownCompany(queries: Queries, id: string): Promise<void> {
  await queries.execute(
    sql`update companies set directory_id = null, resolved_at = clock_timestamp() where id = ${id}`,
  );
}

/** By what else a company is met that the directory knows. */
const aliasesOf = ({ id, domain }: ToldCompany) => [
  { kind: 'id:coresignal', value: id },
  ...(domain === null ? [] : [{ kind: 'domain', value: domain }]),
];

const columns = (aliases: readonly { kind: string; value: string }[]) =>
  sql`unnest(${sql.param(aliases.map(({ kind }) => kind))}::text[], ${sql.param(aliases.map(({ value }) => value))}::text[]) as a(kind, value)`;

/**
 * The company beside this one of which the directory told just now: the one that has its id; else one that is met by that id or by its
 * domain, and of which no other id was told.
 */
export async function findSameCompany(
  transaction: Transaction,
  { id, tenantId }: { id: string; tenantId: string },
  told: ToldCompany,
): Promise<string | undefined> {
  const { rows } = await transaction.execute<{ id: string }>(sql`
    select c.id from companies c where c.tenant_id = ${tenantId} and c.directory_id = ${told.id} and c.id <> ${id}
    union all
    select c.id from ${columns(aliasesOf(told))} join company_aliases k on k.tenant_id = ${tenantId} and k.kind = a.kind and k.value = a.value
      join companies c on c.id = k.company_id where c.directory_id is null and c.id <> ${id}
        and not exists (select from company_aliases o where o.company_id = c.id and o.kind = 'id:coresignal' and o.value <> ${told.id})
    limit 1`);
  return rows[0]?.id;
}

/** Keeps what the directory told of a company. By its domain and its name the company is met from then on, unless another one is. */
export async function storeToldCompany(
  transaction: Transaction,
  { id, tenantId }: { id: string; tenantId: string },
  told: ToldCompany,
): Promise<void> {
  const aliases = [{ kind: 'name', value: comparable(told.name) }, ...aliasesOf(told)];
  await transaction.execute(sql`
    update companies c set directory_id = ${told.id}, name = coalesce(c.name, ${told.name}), domain = coalesce(c.domain, ${told.domain}),
      industry = coalesce(${told.industry}, c.industry), employees = coalesce(${told.employees}::int, c.employees),
      country = coalesce(${told.country}, c.country), resolved_at = clock_timestamp()
    where c.id = ${id}`);
  await transaction.execute(sql`
    insert into company_aliases (tenant_id, kind, value, company_id)
    select ${tenantId}, a.kind, a.value, ${id} from ${columns(aliases)} on conflict do nothing`);
}
