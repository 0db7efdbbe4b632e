import { sql } from 'drizzle-orm';
import type { ViolationView } from '../domain/operator-views.ts';
import type { Queries } from './database.ts';
import { isoTime } from './iso-time.ts';
import { schemaViolations } from './schema/index.ts';

export type NewViolation = typeof schemaViolations.$inferInsert;

export async function insertViolations(queries: Queries, violations: readonly NewViolation[]): Promise<void> {
  if (violations.length > 0) await queries.insert(schemaViolations).values([...violations]);
}

/** What was refused, newest first, from after `after` on; without what it said. */
export async function readViolations(
  queries: Queries,
  request: { tenantId: string; after: { at: string; id: string } | undefined; limit: number },
): Promise<ViolationView[]> {
  const { after } = request;
  const from = after ? sql`and (v.received_at, v.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``;
  const { rows } = await queries.execute<ViolationView>(sql`
    select v.id, v.source, v.path, v.message, v.correlation_id as "correlationId", ${isoTime(sql`v.received_at`)} as at
    from schema_violations v where v.tenant_id = ${request.tenantId} ${from}
    order by v.received_at desc, v.id desc limit ${request.limit}`);
  return rows;
}
