import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { comparable } from '../../domain/characters.ts';
import type { Queries } from '../database.ts';
import { inTransaction, type Transaction } from '../transaction.ts';
import { lockNames } from './lock-companies.ts';

/** By what a company is met; `id` is that of `source`. At least one of id, domain and name. */
export interface MetCompany {
  source?: string | undefined;
  id?: string | undefined;
  domain?: string | undefined;
  name?: string | undefined;
}

type Alias = { kind: string; value: string };

/** The strongest first. */
function aliasesOf({ source, id, domain, name }: MetCompany): Alias[] {
  return [
    { kind: 'domain', value: domain },
    { kind: `id:${source ?? ''}`, value: id },
    { kind: 'name', value: name },
  ].flatMap(({ kind, value }) => {
    const plain = comparable(value ?? '');
    return plain === '' ? [] : [{ kind, value: plain }];
  });
}

/**
 * The company that is known by one of these, by the strongest; a name alone is that of another company when both have a domain, or an id
 * of one source, and these differ. One that is not known is added. Whatever it is met by for the first time leads to it from then on.
 */
export async function findOrAddCompany(queries: Queries, tenantId: string, met: MetCompany): Promise<string> {
  const aliases = aliasesOf(met);
  if (aliases.length === 0) throw new Error('a company needs an id, a domain or a name');
  const known = await find(queries, tenantId, aliases);
  if (known && known.aliases >= aliases.length) return known.id;
  return inTransaction(queries, async (transaction) => {
    await lockNames(transaction, tenantId);
    const id = (await find(transaction, tenantId, aliases))?.id ?? randomUUID();
    const domain = aliases.find(({ kind }) => kind === 'domain')?.value ?? null;
    await transaction.execute(sql`
      insert into companies as c (id, tenant_id, name, domain) values (${id}, ${tenantId}, ${met.name?.trim() ?? null}, ${domain})
      on conflict (id) do update set name = coalesce(c.name, excluded.name), domain = coalesce(c.domain, excluded.domain)`);
    await transaction.execute(sql`
      insert into company_aliases (tenant_id, kind, value, company_id)
      select ${tenantId}, a.kind, a.value, ${id} from ${listed(aliases)} on conflict do nothing`);
    return id;
  });
}

const listed = (aliases: readonly Alias[]) => sql`unnest(${sql.param(aliases.map(({ kind }) => kind))}::text[],
  ${sql.param(aliases.map(({ value }) => value))}::text[]) with ordinality as a(kind, value, turn)`;

async function find(
  queries: Queries | Transaction,
  tenantId: string,
  aliases: readonly Alias[],
): Promise<{ id: string; aliases: number } | undefined> {
  const domain = aliases.find(({ kind }) => kind === 'domain')?.value ?? null;
  const id = aliases.find(({ kind }) => kind.startsWith('id:'));
  const { rows } = await queries.execute<{ id: string; aliases: number }>(sql`
    select c.id, (count(*) over (partition by c.id))::int as aliases
    from ${listed(aliases)} join company_aliases k on k.tenant_id = ${tenantId} and k.kind = a.kind and k.value = a.value
      join companies c on c.id = k.company_id
    where a.kind <> 'name' or ((c.domain is null or ${domain}::text is null or c.domain = ${domain}) and not exists (
      select from company_aliases o where o.company_id = c.id and o.kind = ${id?.kind ?? null} and o.value <> ${id?.value ?? null}))
    order by a.turn limit 1`);
  return rows[0];
}

/** By the ids of companies; those without a domain are not among them. */
export async function readDomains(queries: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await queries.execute<{ id: string; domain: string }>(sql`
    select id, domain from companies where id = any(${sql.param([...ids])}::uuid[]) and domain is not null`);
  return new Map(rows.map(({ id, domain }) => [id, domain]));
}
