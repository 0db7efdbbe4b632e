import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** More than this says no more: it is a lot. */
const maxCounted = 1_000;

/** An account, a contact or both, by their keyed hashes, and from when on (ISO 8601). */
export interface IntentQuestion {
  accountRef: string | null;
  contactRef: string | null;
  since: string;
}

const recentOf = (name: SQL) => sql`
  (select e.id, e.type from events e where e.${name} = q.${name} and e.occurred_at > q.since
   order by e.occurred_at desc limit ${maxCounted})`;

/** How many behavioural events of each type there were about each, the commonest first; by the place of the question. */
export async function countIntents(
  queries: Queries,
  questions: readonly IntentQuestion[],
): Promise<Map<number, { type: string; count: number }[]>> {
  const column = <K extends keyof IntentQuestion>(name: K) => sql.param(questions.map((question) => question[name]));
  const { rows } = await queries.execute<{ place: number; type: string; count: number }>(sql`
    select q.place::int - 1 as place, s.type, s.count
    from unnest(${column('accountRef')}::text[], ${column('contactRef')}::text[], ${column('since')}::timestamptz[])
        with ordinality as q(account_ref, contact_ref, since, place)
      cross join lateral (
        select type, count(*)::int as count from (
          ${recentOf(sql`account_ref`)} union ${recentOf(sql`contact_ref`)}
        ) signals group by type
      ) s
    order by q.place, s.count desc, s.type`);
  const counts = new Map<number, { type: string; count: number }[]>();
  for (const { place, ...count } of rows) counts.set(place, [...(counts.get(place) ?? []), count]);
  return counts;
}
