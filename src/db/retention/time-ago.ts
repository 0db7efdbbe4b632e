import { type SQL, sql } from 'drizzle-orm';

/** So many milliseconds ago, asked once for a statement: compared with the clock itself, rows would be looked at to the end of an index. */
export const timeAgo = (ms: number): SQL => sql`(select clock_timestamp() - ${ms} * interval '1 millisecond')`;

const dayMs = 86_400_000;
export const daysAgo = (days: number): SQL => timeAgo(days * dayMs);
