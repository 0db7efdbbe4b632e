import { type SQL, sql } from 'drizzle-orm';
import { comparable } from '../../domain/characters.ts';
import type { BuyerGroupView, CompanyView } from '../../domain/buyer-group-view.ts';
import type { Gap } from '../../domain/refresh.ts';
import type { Queries } from '../database.ts';
import { isoTime } from '../iso-time.ts';

const maxFormerIds = 100;

const columns = sql`c.id, c.name, c.domain, c.industry, c.employees, c.country, array(
  select o.id::text from companies o where o.merged_into = c.id order by o.created_at, o.id limit ${maxFormerIds}) as "formerIds"`;
const scores = sql`'confidence', g.confidence, 'cohesion', g.cohesion, 'members', g.members, 'isPartial', g.is_partial,
  'refreshedAt', ${isoTime(sql`g.refreshed_at`)}`;

/** The id of the company that has this id or domain, or into which that one was merged; `undefined`: none of this tenant. */
export async function findCompany(
  queries: Queries,
  tenantId: string,
  by: { id: string } | { domain: string },
): Promise<string | undefined> {
  const { rows } = await queries.execute<{ id: string }>(
    'id' in by
      ? sql`select coalesce(merged_into, id) as id from companies where id = ${by.id} and tenant_id = ${tenantId}`
      : sql`select company_id as id from company_aliases where tenant_id = ${tenantId} and kind = 'domain' and value = ${by.domain}`,
  );
  return rows[0]?.id;
}

type GroupRow = Omit<NonNullable<BuyerGroupView['group']>, 'gaps'> & { gaps: Gap[] };

/** A company with the scores of its group. */
export async function readCompany(
  queries: Queries,
  id: string,
): Promise<{ company: BuyerGroupView['company']; group: GroupRow | null } | undefined> {
  const { rows } = await queries.execute<BuyerGroupView['company'] & { group: GroupRow | null }>(sql`
    select ${columns}, case when g.company_id is not null then jsonb_build_object(${scores}, 'jobId', g.job_id,
      'gaps', coalesce(l.gaps, '[]'::jsonb)) end as "group"
    from companies c left join buyer_groups g on g.company_id = c.id left join buyer_group_refresh_logs l on l.id = g.job_id
    where c.id = ${id}`);
  if (!rows[0]) return undefined;
  const { group, ...company } = rows[0];
  return { company, group };
}

export type CompanyRow = CompanyView & { createdAt: string };

/** Whether a name or a domain has this in it, or one by which the company was met before. */
const hasInIt = (
  query: string,
): SQL => sql`(strpos(lower(concat_ws(' ', c.name, c.domain)), lower(${query})) > 0 or exists (
  select from company_aliases k where k.company_id = c.id and k.kind in ('name', 'domain')
    and strpos(k.value, nullif(${comparable(query)}::text, '')) > 0))`;

/** Companies of one tenant that are, or were, met by a name or domain with `query` in it, the newest first, from behind `after` on. */
export async function readCompanies(
  queries: Queries,
  request: {
    tenantId: string;
    query?: string | undefined;
    after?: { at: string; id: string } | undefined;
    limit: number;
  },
): Promise<CompanyRow[]> {
  const { tenantId, query, after, limit } = request;
  const conditions: SQL[] = [
    sql`c.tenant_id = ${tenantId} and c.merged_into is null`,
    ...(query === undefined ? [] : [hasInIt(query)]),
    ...(after ? [sql`(c.created_at, c.id) < (${after.at}::timestamptz, ${after.id}::uuid)`] : []),
  ];
  const { rows } = await queries.execute<CompanyRow>(sql`
    select ${columns}, ${isoTime(sql`c.created_at`)} as "createdAt",
      case when g.company_id is not null then jsonb_build_object(${scores}) end as "group"
    from companies c left join buyer_groups g on g.company_id = c.id where ${sql.join(conditions, sql` and `)}
    order by c.created_at desc, c.id desc limit ${limit}`);
  return rows;
}
