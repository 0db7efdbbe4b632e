import { sql } from 'drizzle-orm';
import type { JobStatus } from '../../domain/refresh.ts';
import { writeAudit } from '../audit-log.ts';
import type { Queries } from '../database.ts';
import { inTransaction } from '../transaction.ts';

/** `processing`: its workflow has to be asked; null while there is none yet. */
export type Cancellation =
  | { state: 'canceled' }
  | { state: 'processing'; event: { keyHash: string; generation: number } | null }
  | { state: 'over'; status: JobStatus }
  | { state: 'missing' };

type Row = {
  status: JobStatus;
  keyHash: string | null;
  generation: number | null;
  isOpen: boolean | null;
};

/**
 * Takes a job that waits out of the line, and notes who wished it; of one that runs only the wish is noted. Under the lock of the company, as
 * all that begin jobs or add to them: no reason goes into a job that is canceled here.
 */
export function cancelJob(
  queries: Queries,
  { tenantId, id, by }: { tenantId: string; id: string; by: string },
): Promise<Cancellation> {
  return inTransaction(queries, async (transaction): Promise<Cancellation> => {
    await transaction.execute(sql`
      select from companies where id = (select company_id from buyer_group_refresh_logs where id = ${id} and tenant_id = ${tenantId}) for update`);
    const { rows } = await transaction.execute<Row>(sql`
      select l.status, e.key_hash as "keyHash", e.generation, e.holds_lane as "isOpen"
      from buyer_group_refresh_logs l left join events e on e.id = l.id where l.id = ${id} and l.tenant_id = ${tenantId}`);
    const [job] = rows;
    if (!job) return { state: 'missing' };
    const { status, keyHash, generation } = job;
    if (status !== 'waiting' && status !== 'processing') return { state: 'over', status };
    if (job.isOpen === false) return { state: 'over', status };
    await transaction.execute(sql`
      update buyer_group_refresh_logs set status = 'canceled', step = 'done', finished_at = clock_timestamp()
      where id = ${id} and status = 'waiting'`);
    await writeAudit(transaction, { tenantId, who: by, what: 'cancel job', onWhat: id });
    if (status === 'waiting') return { state: 'canceled' };
    return { state: 'processing', event: keyHash === null || generation === null ? null : { keyHash, generation } };
  });
}
