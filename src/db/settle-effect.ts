import { sql } from 'drizzle-orm';
import type { Settlement } from '../domain/operator-views.ts';
import { writeAudit } from './audit-log.ts';
import type { Queries } from './database.ts';
import { type EffectState, keepApplied } from './effects.ts';
import { inTransaction } from './transaction.ts';

export type Settled =
  | { result: 'settled'; settlement: Settlement }
  | { result: 'not_found' }
  | { result: 'not_unknown'; state: EffectState };

/**
 * An operator says what became of an effect that could not be found out. Done: it is confirmed, and no run does it again.
 * Not done: it counts as refused in the run that tried it, so that the next run performs it.
 */
export function settleEffect(
  queries: Queries,
  request: { tenantId: string; key: string; done: boolean; by: string },
): Promise<Settled> {
  const { tenantId, key, done, by } = request;
  return inTransaction(queries, async (transaction): Promise<Settled> => {
    const { rows } = await transaction.execute<Settlement>(sql`
      update effects f set state = ${done ? 'confirmed' : 'refused'}, unsettled = false, attempt_lease_until = clock_timestamp(),
        receipt = ${done ? JSON.stringify({ settledBy: by }) : null}::jsonb, failure_class = ${done ? null : 'SettledNotDone'},
        updated_at = clock_timestamp()
      from events e where f.key = ${key} and f.state = 'unknown' and e.id = f.event_id and e.tenant_id = ${tenantId}
      returning f.key, f.event_id as "eventId", f.state`);
    const settlement = rows[0];
    if (settlement) {
      if (done) await transaction.execute(keepApplied(sql`(select * from effects where key = ${key})`));
      await writeAudit(transaction, { tenantId, who: by, what: done ? 'settle done' : 'settle not-done', onWhat: key });
      return { result: 'settled', settlement };
    }
    const { rows: others } = await transaction.execute<{ state: EffectState }>(sql`
      select f.state from effects f join events e on e.id = f.event_id where f.key = ${key} and e.tenant_id = ${tenantId}`);
    return others[0] ? { result: 'not_unknown', state: others[0].state } : { result: 'not_found' };
  });
}
