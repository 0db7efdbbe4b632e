import { sql } from 'drizzle-orm';
import type { RedriveSelection, RedriveView } from '../domain/operator-views.ts';
import { writeAudit } from './audit-log.ts';
import type { Queries } from './database.ts';
import { isoTime } from './iso-time.ts';
import { inTransaction } from './transaction.ts';

/** Keeps that a redrive was asked for, and by whom, before the first event of it is opened. */
export function insertRedrive(
  queries: Queries,
  redrive: { id: string; tenantId: string; by: string; selection: RedriveSelection; matched: number },
): Promise<void> {
  const { id, tenantId, by, selection, matched } = redrive;
  return inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`
      insert into redrives (id, tenant_id, requested_by, selection, matched)
      values (${id}, ${tenantId}, ${by}, ${JSON.stringify(selection)}::jsonb, ${matched})`);
    await writeAudit(transaction, { tenantId, who: by, what: 'redrive', onWhat: id });
  });
}

export async function finishRedrive(
  queries: Queries,
  id: string,
): Promise<{ redriven: number; skipped: number } | undefined> {
  const { rows } = await queries.execute<{ redriven: number; skipped: number }>(sql`
    update redrives set state = 'done', finished_at = clock_timestamp() where id = ${id} returning redriven, skipped`);
  return rows[0];
}

export async function readRedrive(queries: Queries, tenantId: string, id: string): Promise<RedriveView | undefined> {
  const { rows } = await queries.execute<RedriveView>(sql`
    select r.id, r.requested_by as "requestedBy", r.selection, r.state, r.matched, r.redriven, r.skipped,
      ${isoTime(sql`r.created_at`)} as "createdAt", ${isoTime(sql`r.finished_at`)} as "finishedAt",
      coalesce((select jsonb_agg(jsonb_build_object('eventId', i.event_id, 'result', i.result, 'generation', i.generation) order by i.turn)
        from redrive_items i where i.redrive_id = r.id), '[]'::jsonb) as items
    from redrives r where r.id = ${id} and r.tenant_id = ${tenantId}`);
  return rows[0];
}
