import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { inTransaction } from '../transaction.ts';
import { oldestIds } from './aged-rows.ts';

/**
 * Blanks what was sent, found out and decided, where things went, and what a model was asked and answered, of events that have
 * been over for so long. The shell stays: by its key the event is recognised when it comes again. One that had failed cannot be run
 * again from then on, and is shown as erased.
 */
export function blankEvents(
  queries: Queries,
  which: 'payloads' | 'failed',
  days: number,
  limit: number,
): Promise<number> {
  return inTransaction(queries, async (transaction) => {
    const { rows } = await transaction.execute<{ id: string }>(
      sql`${oldestIds(which, days, limit)} for update of t skip locked`,
    );
    if (rows.length === 0) return 0;
    const ids = sql`${sql.param(rows.map(({ id }) => id))}::uuid[]`;
    const ended =
      which === 'failed'
        ? sql`, state = 'done', outcome = 'erased', failure_class = null, failure_message = null`
        : sql``;
    await transaction.execute(sql`
      update events set sealed = null, facts_sealed = null, change_hash = null, contact_ref = null ${ended} where id = any(${ids})`);
    await transaction.execute(sql`update decisions set sealed = null where event_id = any(${ids})`);
    await transaction.execute(sql`update effects set address_sealed = null where event_id = any(${ids})`);
    await transaction.execute(sql`
      update model_calls set prompt_sealed = null, answer_sealed = null where event_id = any(${ids})`);
    await transaction.execute(sql`delete from event_people where event_id = any(${ids})`);
    return rows.length;
  });
}
