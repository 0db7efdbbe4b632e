import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { type EventToStart, toStart } from './lane-heads.ts';
import { lockLanes } from './lanes.ts';
import { inTransaction } from './transaction.ts';

type Reopened = { result: 'redriven'; start: EventToStart | undefined } | { result: 'not_found' | 'not_failed' };

/**
 * Opens a failed event again as the next generation, at the tail of its lane. Its decision stays in force as soon as one
 * effect is confirmed or uncertain; otherwise it is superseded, and the event is decided anew. An event whose subject was
 * erased has nothing left to run.
 */
export function reopenEvent(queries: Queries, eventId: string): Promise<Reopened> {
  return inTransaction(queries, async (transaction): Promise<Reopened> => {
    const { rows: found } = await transaction.execute<{ lane: string }>(
      sql`select lane from events where id = ${eventId}`,
    );
    if (!found[0]) return { result: 'not_found' };
    await lockLanes(transaction, [found[0].lane]);
    const { rows } = await transaction.execute<EventToStart & { claimed: boolean }>(sql`
      update events set generation = generation + 1, position = nextval('event_positions'), state = 'accepted', holds_lane = true,
        outcome = null, failure_class = null, failure_message = null, finished_at = null, run_id = null,
        claimed_at = case when exists (select from events o where o.lane = events.lane and o.holds_lane) then null
          else clock_timestamp() end
      where id = ${eventId} and state = 'failed' and subject_key_id is not null
      returning ${toStart}, claimed_at is not null as claimed`);
    const row = rows[0];
    if (!row) return { result: 'not_failed' };
    await transaction.execute(sql`
      update decisions set superseded_at = clock_timestamp() where event_id = ${eventId} and superseded_at is null
        and not exists (select from effects where event_id = ${eventId} and state in ('confirmed', 'unknown'))`);
    return { result: 'redriven', start: row.claimed ? row : undefined };
  });
}
