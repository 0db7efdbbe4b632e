import { type SQL, sql } from 'drizzle-orm';

/** A time as ISO 8601 with all the digits that it has: a cursor made of fewer would show rows twice, or not at all. */
export const isoTime = (time: SQL): SQL => sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
