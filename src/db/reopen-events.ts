import { sql } from 'drizzle-orm';
import type { EventToStart } from '../domain/event-to-start.ts';
import type { RedriveResult } from '../domain/operator-views.ts';
import type { Queries } from './database.ts';
import { toStart } from './lane-heads.ts';
import { lockLanes } from './lanes.ts';
import { inTransaction, type Transaction } from './transaction.ts';

export interface Reopened {
  eventId: string;
  result: RedriveResult;
  /** The generation that was opened. */
  generation: number | null;
  /** Its lane was free: it is claimed, and the caller's to start. */
  start: EventToStart | undefined;
}

/**
 * Opens failed events again, each alone and as its next generation, at the tail of its lane, in the order given. A decision stays in
 * force as soon as one effect of it is confirmed or uncertain; otherwise it is superseded, and the event is decided anew. An
 * event whose subject was erased has nothing left to run. At most 100 at a time, since each locks its lane. With a
 * `redrive`, what became of each is kept under it, in the same transaction.
 */
export function reopenEvents(
  queries: Queries,
  eventIds: readonly string[],
  redrive?: { id: string; firstTurn: number },
): Promise<Reopened[]> {
  const ids = sql`unnest(${sql.param([...new Set(eventIds)])}::uuid[]) with ordinality as given(id, turn)`;
  return inTransaction(queries, async (transaction): Promise<Reopened[]> => {
    const { rows: lanes } = await transaction.execute<{ lane: string }>(
      sql`select distinct e.lane from ${ids} join events e on e.id = given.id`,
    );
    await lockLanes(
      transaction,
      lanes.map(({ lane }) => lane),
    );
    const { rows } = await transaction.execute<
      EventToStart & { eventId: string; result: RedriveResult; mine: boolean }
    >(sql`
      with failed as (
        select given.turn, e.id, e.lane from ${ids} join events e on e.id = given.id
        where e.state = 'failed' and e.subject_key_id is not null
      ), placed as materialized (
        select id, lane, row_number() over (partition by lane order by turn) as turn_in_lane, nextval('event_positions') as position
        from (select * from failed order by turn) as in_turn
      ), reopened as (
        update events e set generation = e.generation + 1, position = p.position, state = 'accepted', holds_lane = true, batched = false,
          outcome = null, failure_class = null, failure_message = null, finished_at = null, run_id = null,
          opened_at = clock_timestamp(),
          claimed_at = case when p.turn_in_lane = 1 and not exists (select from events o where o.lane = p.lane and o.holds_lane)
            then clock_timestamp() end
        from placed p where e.id = p.id and e.state = 'failed' returning e.*
      ), others as (select id as event_id, state from events where id = any(${sql.param([...eventIds])}::uuid[]))
      select given.id as "eventId", coalesce(r.claimed_at is not null, false) as mine,
        case when r.id is not null then 'redriven' when o.event_id is null then 'not_found' when o.state = 'failed' then 'erased'
          else 'not_failed' end as result, r.*
      from ${ids} left join (select ${toStart}, claimed_at from reopened as events) r on r.id = given.id
      left join others o on o.event_id = given.id order by given.turn`);
    const results = rows.map(({ eventId, result, mine, ...event }) => ({
      eventId,
      result,
      generation: event.generation,
      start: mine ? event : undefined,
    }));
    const opened = results.filter(({ result }) => result === 'redriven').map(({ eventId }) => eventId);
    if (opened.length > 0) await supersedeDecisions(transaction, opened);
    if (redrive) await keepItems(transaction, redrive, results);
    return results;
  });
}

async function supersedeDecisions(transaction: Transaction, eventIds: readonly string[]): Promise<void> {
  await transaction.execute(sql`
    update decisions d set superseded_at = clock_timestamp()
    where d.event_id = any(${sql.param([...eventIds])}::uuid[]) and d.superseded_at is null
      and not exists (select from effects f where f.event_id = d.event_id and f.state in ('confirmed', 'unknown'))`);
}

async function keepItems(
  transaction: Transaction,
  redrive: { id: string; firstTurn: number },
  results: readonly Reopened[],
): Promise<void> {
  const column = <K extends 'eventId' | 'result' | 'generation'>(name: K) =>
    sql.param(results.map((each) => each[name]));
  await transaction.execute(sql`
    insert into redrive_items (redrive_id, event_id, turn, result, generation)
    select ${redrive.id}, event_id, ${redrive.firstTurn}::int + turn - 1, result, generation
    from unnest(${column('eventId')}::uuid[], ${column('result')}::text[], ${column('generation')}::int[])
      with ordinality as t(event_id, result, generation, turn)`);
  const redriven = results.filter(({ result }) => result === 'redriven').length;
  await transaction.execute(sql`
    update redrives set redriven = redriven + ${redriven}, skipped = skipped + ${results.length - redriven}
    where id = ${redrive.id}`);
}
