import { type SQL, sql } from 'drizzle-orm';
import type { LeadCriteria, LeadView } from '../domain/lead-search.ts';
import type { Queries } from './database.ts';
import { isoTime } from './iso-time.ts';

const columns = sql`l.id, l.event_id, l.idempotency_key, l.source, ${isoTime(sql`l.received_at`)} as received_at,
  ${isoTime(sql`l.created_at`)} as created_at, ${isoTime(sql`l.updated_at`)} as updated_at, l.first_name, l.last_name, l.email,
  l.phone, l.message, l.submission_type, coalesce(l.consent, false) as consent, l.geo_country, l.geo_city, l.utm_source,
  l.utm_medium, l.utm_campaign, l.utm_content, l.utm_term, coalesce(l.metadata, '{}'::jsonb) as metadata`;

/** Those of these leads that are there, in the order of the ids. */
export async function readLeadsById(queries: Queries, tenantId: string, ids: readonly string[]): Promise<LeadView[]> {
  const { rows } = await queries.execute<LeadView>(sql`
    select ${columns} from unnest(${sql.param([...ids])}::uuid[]) with ordinality as given(id, turn)
    join leads l on l.id = given.id where l.tenant_id = ${tenantId} order by given.turn`);
  return rows;
}

/** The leads that fit, newest first, from behind `after` on. */
export async function findLeads(
  queries: Queries,
  request: {
    tenantId: string;
    criteria: Omit<LeadCriteria, 'q'>;
    after?: { at: string; id: string } | undefined;
    limit: number;
  },
): Promise<LeadView[]> {
  const { tenantId, criteria, after, limit } = request;
  const { from, to, ...exact } = criteria;
  const conditions: SQL[] = [
    sql`l.tenant_id = ${tenantId}`,
    ...Object.entries(exact).map(([column, value]) => sql`l.${sql.identifier(column)} = ${value}`),
    ...(from === undefined ? [] : [sql`l.received_at >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`l.received_at < ${to}::timestamptz`]),
    ...(after ? [sql`(l.received_at, l.id) < (${after.at}::timestamptz, ${after.id}::uuid)`] : []),
  ];
  const { rows } = await queries.execute<LeadView>(sql`
    select ${columns} from leads l where ${sql.join(conditions, sql` and `)}
    order by l.received_at desc, l.id desc limit ${limit}`);
  return rows;
}
