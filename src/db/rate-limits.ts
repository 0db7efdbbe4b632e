import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

export interface RateLimit {
  name: string;
  /** At most so many in any window. */
  requests: number;
  windowMs: number;
}

/** The number of milliseconds until the turn; `granted` only if that is no more than was asked for. */
export type Turn = { granted: boolean; waitMs: number };

const milliseconds = (count: number) => sql`${count}::float8 * interval '1 millisecond'`;

/**
 * Reserves the next `count` turns, all at one time, if that time comes within `withinMs`; else it reserves nothing. Turns are
 * given in order, and no window of `windowMs` holds more than `requests` of them. `clock` is the time, PostgreSQL's unless a
 * test gives another.
 */
export async function reserveTurns(
  queries: Queries,
  { name, requests, windowMs }: RateLimit,
  { count, withinMs, clock = sql`clock_timestamp()` }: { count: number; withinMs: number; clock?: SQL },
): Promise<Turn> {
  // The window that ends with the last of the new turns may hold `requests`: the one before those has to be over.
  const { rows } = await queries.execute<Turn>(sql`
    with held as materialized (
      select name, grants, paused_until, ${clock} as asked_at from rate_limits where name = ${name} for update
    ), turn as (
      select name, grants, asked_at, greatest(asked_at, paused_until, grants[cardinality(grants)],
        grants[cardinality(grants) - ${requests - count}::int] + ${milliseconds(windowMs)}) as turn_at from held
    ), decided as (
      select name, grants || array_fill(turn_at, array[${count}::int]) as grants,
        turn_at - asked_at <= ${milliseconds(withinMs)} as granted,
        extract(epoch from turn_at - asked_at)::float8 * 1000 as wait_ms
      from turn
    ), written as (
      update rate_limits r set grants = d.grants[greatest(1, cardinality(d.grants) - ${requests - 1}::int):]
      from decided d where r.name = d.name and d.granted
    )
    select granted, wait_ms as "waitMs" from decided`);
  const turn = rows[0];
  if (turn) return turn;
  await queries.execute(sql`insert into rate_limits (name) values (${name}) on conflict do nothing`);
  return reserveTurns(queries, { name, requests, windowMs }, { count, withinMs, clock });
}

/** Nobody gets a turn for so long. */
export async function pauseTurns(queries: Queries, name: string, pauseMs: number): Promise<void> {
  await queries.execute(sql`
    insert into rate_limits as r (name, paused_until) values (${name}, clock_timestamp() + ${milliseconds(pauseMs)})
    on conflict (name) do update set paused_until = greatest(r.paused_until, excluded.paused_until)`);
}
