import { sql } from 'drizzle-orm';
import type { LaneView } from '../domain/operator-views.ts';
import type { Queries } from './database.ts';

/** As many lanes are looked at; an installation with more of them open at once has another problem first. */
const maxLanes = 10_000;

/** The head of each lane in which something is open; without locks, by an index scan that jumps from lane to lane. */
const heads = sql`
  with recursive lanes as (
    (select lane, 1 as turn from events where holds_lane order by lane limit 1)
    union all
    select (select e.lane from events e where e.holds_lane and e.lane > l.lane order by e.lane limit 1), l.turn + 1
    from lanes l where l.lane is not null and l.turn < ${maxLanes}
  ), heads as (
    select h.* from lanes l cross join lateral (
      select id, lane, state, opened_at from events e where e.lane = l.lane and e.holds_lane order by e.position limit 1
    ) h where l.lane is not null
  )`;

/** Lanes in which something is open, those whose head is the oldest first. */
export async function readLanes(queries: Queries, limit: number): Promise<LaneView[]> {
  const { rows } =
    await queries.execute<LaneView>(sql`${heads}, oldest as (select * from heads order by opened_at limit ${limit})
    select lane, id as "headId", state, round(extract(epoch from clock_timestamp() - opened_at) * 1000)::float8 as "headAgeMs",
      (select count(*)::int - 1 from events e where e.lane = oldest.lane and e.holds_lane) as waiting
    from oldest order by opened_at`);
  return rows;
}

export type LaneCounts = {
  /** Since the oldest head of a lane was opened; 0 when nothing is open. */
  oldestHeadSeconds: number;
  openLanes: number;
  /** Behind the head of their lane. */
  waitingEvents: number;
};

/** How the lanes stand, all together. */
export async function readLaneCounts(queries: Queries): Promise<LaneCounts> {
  const { rows } = await queries.execute<LaneCounts>(sql`${heads}
    select coalesce(max(extract(epoch from clock_timestamp() - opened_at)), 0)::float8 as "oldestHeadSeconds",
      count(*)::int as "openLanes",
      greatest((select count(*)::int from (select from events where holds_lane limit ${maxLanes}) e) - count(*)::int, 0) as "waitingEvents"
    from heads`);
  return rows[0] ?? { oldestHeadSeconds: 0, openLanes: 0, waitingEvents: 0 };
}
