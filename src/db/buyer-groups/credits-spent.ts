import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';

/** What a tenant spent today (UTC), by provider (`coresignal`, `lusha`); those at which nothing was spent are not there. */
export async function readCreditsSpent(queries: Queries, tenantId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await queries.execute<{ provider: string; credits: number }>(sql`
    select provider, credits from provider_credits
    where tenant_id = ${tenantId} and day = (clock_timestamp() at time zone 'UTC')::date`);
  return new Map(rows.map(({ provider, credits }) => [provider, credits]));
}
