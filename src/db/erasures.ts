import { sql } from 'drizzle-orm';
import { writeAudit } from './audit-log.ts';
import type { Queries } from './database.ts';
import type { EventRun } from './event-steps.ts';
import { inTransaction } from './transaction.ts';

/** Written by the first step; the wish itself is the event. */
export async function openErasure(
  queries: Queries,
  erasure: { id: string; tenantId: string; requestedBy: string },
): Promise<void> {
  const { id, tenantId, requestedBy } = erasure;
  await inTransaction(queries, async (transaction) => {
    const { rowCount } = await transaction.execute(sql`
      insert into erasures (id, tenant_id, requested_by) values (${id}, ${tenantId}, ${requestedBy}) on conflict do nothing`);
    if (rowCount === 1) await writeAudit(transaction, { tenantId, who: requestedBy, what: 'erase', onWhat: id });
  });
}

/** Adds up how many were taken out of a store, since a step that is repeated finds less. */
export async function countRemoved(
  queries: Pick<Queries, 'execute'>,
  id: string,
  removed: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [store, count] of Object.entries(removed)) {
    await queries.execute(sql`
      update erasures set removed = removed || jsonb_build_object(${store}::text, coalesce((removed ->> ${store}::text)::bigint, 0) + ${count}::bigint)
      where id = ${id}`);
  }
}

export type ErasureRow = {
  id: string;
  requestedBy: string;
  requestedAt: Date;
  erasedAt: Date | null;
  removed: Record<string, number>;
  receipt: string | null;
  state: 'accepted' | 'running' | 'done' | 'failed';
  failureClass: string | null;
  failureMessage: string | null;
};

/** `undefined`: no erasure has this id. One that was accepted just now has no row of its own yet. */
export async function readErasure(queries: Queries, tenantId: string, id: string): Promise<ErasureRow | undefined> {
  const { rows } = await queries.execute<ErasureRow>(sql`
    select e.id, coalesce(x.requested_by, e.source) as "requestedBy", coalesce(x.requested_at, e.received_at) as "requestedAt",
      x.erased_at as "erasedAt", coalesce(x.removed, '{}'::jsonb) as removed, x.receipt, e.state,
      e.failure_class as "failureClass", e.failure_message as "failureMessage"
    from events e left join erasures x on x.id = e.id
    where e.id = ${id} and e.tenant_id = ${tenantId} and e.workflow = 'eraseSubject'`);
  return rows[0];
}

/** The ids of the person's events, which are those of their leads and of their workflows. */
export async function readErasedEvents(
  queries: Queries,
  erasureId: string,
): Promise<{ id: string; keyHash: string; generation: number; batchId: string | null }[]> {
  const { rows } = await queries.execute<{
    id: string;
    keyHash: string;
    generation: number;
    batchId: string | null;
  }>(sql`
    select e.id, e.key_hash as "keyHash", e.generation, e.batch_id as "batchId"
    from erasure_events x join events e on e.id = x.event_id where x.erasure_id = ${erasureId} order by e.position`);
  return rows;
}

/** Keeps the receipt and blanks what the erasure itself held of the person, together: with the receipt nothing is left. */
export async function closeErasure(queries: Queries, run: EventRun, receipt: string): Promise<void> {
  await inTransaction(queries, async (transaction) => {
    const id = run.eventId;
    await transaction.execute(sql`update erasures set receipt = coalesce(receipt, ${receipt}) where id = ${id}`);
    await transaction.execute(sql`update events set sealed = null, facts_sealed = null where id = ${id}`);
    await transaction.execute(sql`update decisions set sealed = null where event_id = ${id}`);
    await transaction.execute(sql`update effects set address_sealed = null where event_id = ${id}`);
  });
}
