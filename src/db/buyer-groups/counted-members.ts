import { type SQL, sql } from 'drizzle-orm';
import { goneBecause } from '../../domain/buyer-group.ts';

/**
 * Whether a row of `buyer_group_members` is one of the `members` that a run counts: it judged them, seen or told of, and nobody knows
 * that they have left since. Who came in, or back, by an event alone is counted by the next run.
 */
export const isCounted: SQL = sql`(left_at is null and because not in ('', ${goneBecause}))`;
