import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** More than this says no more: it is a lot. */
const maxCounted = 1_000;

/** How many behavioural events of each type there were about an account or a contact since then, the commonest first. */
export async function countIntent(
  queries: Queries,
  about: { accountRef: string | null; contactRef: string | null },
  since: Date,
): Promise<{ type: string; count: number }[]> {
  const recent = (column: ReturnType<typeof sql>, ref: string | null) => sql`
    (select id, type from events where ${column} = ${ref} and occurred_at > ${since.toISOString()}::timestamptz
     order by occurred_at desc limit ${maxCounted})`;
  const { rows } = await queries.execute<{ type: string; count: number }>(sql`
    select type, count(*)::int as count from (
      ${recent(sql`account_ref`, about.accountRef)} union ${recent(sql`contact_ref`, about.contactRef)}
    ) signals group by type order by count desc, type`);
  return rows;
}
