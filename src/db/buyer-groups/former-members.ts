import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { isBought } from '../facts-cache.ts';
import { noEventLeft } from '../retention/unused-keys.ts';
import { daysAgo } from '../retention/time-ago.ts';
import { inTransaction } from '../transaction.ts';

const leftBefore = (days: number) => sql`m.left_at < ${daysAgo(days)}`;

const oneOf = (rows: readonly { id: string }[]) => sql`any(${sql.param(rows.map(({ id }) => id))}::uuid[])`;

/**
 * Takes those who left a group longest ago out of it, with what changed about them there. Who is in no other group, and of whom no
 * event is left, is not known any more, nor is what providers said of them; the key goes when keys do. Who comes back meanwhile is
 * left: the row of a person is locked before theirs in a group, as it is when a move is noted.
 */
export function removeFormerMembers(queries: Queries, days: number, limit: number): Promise<number> {
  return inTransaction(queries, async (transaction) => {
    const { rows: old } = await transaction.execute<{ id: string }>(sql`
      select m.person_id as id from buyer_group_members m where ${leftBefore(days)} order by m.left_at limit ${limit}`);
    const { rows: people } = await transaction.execute<{ id: string }>(sql`
      select id from people where id = ${oneOf(old)} order by id for update skip locked`);
    if (people.length === 0) return 0;
    const { rowCount } = await transaction.execute(sql`
      delete from buyer_group_members m where m.person_id = ${oneOf(people)} and ${leftBefore(days)}`);
    await transaction.execute(sql`
      delete from buyer_group_changes c where c.person_id = ${oneOf(people)}
        and (select 1 from buyer_group_members m where m.company_id = c.company_id and m.person_id = c.person_id) is null`);
    const { rows: unknown } = await transaction.execute<{ id: string }>(sql`
      delete from people p where p.id = ${oneOf(people)} and p.updated_at < clock_timestamp() - interval '1 day'
        and (select 1 from buyer_group_members m where m.person_id = p.id limit 1) is null
        and (select 1 from buyer_group_sightings s where s.person_id = p.id limit 1) is null
        and ${noEventLeft(sql`p.id`)}
      returning p.id`);
    await transaction.execute(sql`delete from facts_cache where subject_key_id = ${oneOf(unknown)} and ${isBought}`);
    return rowCount ?? 0;
  });
}

/** How many left so long ago, counted up to `limit`. */
export async function countFormerMembers(queries: Queries, days: number, limit: number): Promise<number> {
  const { rows } = await queries.execute<{ count: number }>(
    sql`select count(*)::int as count from (select from buyer_group_members m where ${leftBefore(days)} limit ${limit}) old`,
  );
  return rows[0]?.count ?? 0;
}
