import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { isBought } from '../facts-cache.ts';
import { noEventLeft } from '../retention/unused-keys.ts';
import { inTransaction } from '../transaction.ts';

const leftBefore = (days: number) => sql`m.left_at < clock_timestamp() - ${days} * interval '1 day'`;

/**
 * Takes those who left a group longest ago out of it, with what changed about them there. Who is in no other group, and of whom no
 * event is left, is not known any more, nor is what providers said of them; the key goes when keys do. Who comes back meanwhile is
 * left: the row of a person is locked before theirs in a group, as it is when a move is noted.
 */
export function removeFormerMembers(queries: Queries, days: number, limit: number): Promise<number> {
  return inTransaction(queries, async (transaction) => {
    const { rows: people } = await transaction.execute<{ id: string }>(sql`
      select p.id from people p where p.id in (
        select m.person_id from buyer_group_members m where ${leftBefore(days)} order by m.left_at limit ${limit}) order by p.id for update skip locked`);
    if (people.length === 0) return 0;
    const ids = sql`any(${sql.param(people.map(({ id }) => id))}::uuid[])`;
    const { rowCount } = await transaction.execute(sql`
      with gone as (
        delete from buyer_group_members m where m.person_id = ${ids} and ${leftBefore(days)} returning m.company_id, m.person_id
      ), forgotten as (
        delete from buyer_group_changes c using gone g where c.company_id = g.company_id and c.person_id = g.person_id
      ) select from gone`);
    const { rows: unknown } = await transaction.execute<{ id: string }>(sql`
      delete from people p where p.id = ${ids} and p.updated_at < clock_timestamp() - interval '1 day'
        and not exists (select from buyer_group_members m where m.person_id = p.id)
        and not exists (select from buyer_group_sightings s where s.person_id = p.id)
        and ${noEventLeft(sql`p.id`)}
      returning p.id`);
    await transaction.execute(sql`
      delete from facts_cache where subject_key_id = any(${sql.param(unknown.map(({ id }) => id))}::uuid[]) and ${isBought}`);
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
