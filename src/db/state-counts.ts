import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { needsAttention } from './failures.ts';

/** Counting stops here: beyond it nobody needs to know how many there are. */
const countUpTo = 10_000;

export type StateCounts = {
  /** That were not run again, without the refreshes that somebody canceled. */
  failedEvents: number;
  /** That wait for an operator to settle them. */
  unknownEffects: number;
  /** Of today (UTC); 1 is all. */
  modelBudgetUsedRatio: number;
};

export async function readStateCounts(queries: Queries): Promise<StateCounts> {
  const { rows } = await queries.execute<StateCounts>(sql`
    select (select count(*)::int from (select from events e where e.outcome = 'failed' and ${needsAttention} limit ${countUpTo}) f) as "failedEvents",
      (select count(*)::int from (select from effects where state = 'unknown' limit ${countUpTo}) u) as "unknownEffects",
      coalesce((select max(calls::float8 / greatest(daily_limit, 1)) from model_budget
        where day = (clock_timestamp() at time zone 'UTC')::date), 0) as "modelBudgetUsedRatio"`);
  return rows[0] ?? { failedEvents: 0, unknownEffects: 0, modelBudgetUsedRatio: 0 };
}
