import { type SQL, sql } from 'drizzle-orm';
import type { Gone } from '../../domain/retention.ts';
import type { Queries } from '../database.ts';
import { inTransaction } from '../transaction.ts';

/** Nothing of an event about the person can be read any more, sealed or not. */
export const noEventLeft = (keyId: SQL): SQL => sql`
  (select 1 from events e where e.subject_key_id = ${keyId}
    and (e.sealed is not null or (select 1 from leads l where l.id = e.id) is not null) limit 1) is null`;

/**
 * Nothing is sealed under it, and by it nothing is found any more that is kept readable. Who is in no group, and was not seen by a
 * refresh of these days, is not kept for what was known of them. The tenant's own key stays: half of all events are under it, and
 * all that was refused. Each is looked up key by key; `not exists` would read whole tables for a few hundred of them.
 */
const unused = sql`
  (select 1 from subject_aliases a where a.key_id = k.id and a.kind = 'tenant' limit 1) is null
  and (select 1 from facts_cache c where c.subject_key_id = k.id limit 1) is null
  and (select 1 from buyer_group_refresh_reasons r where r.requester_key_id = k.id limit 1) is null
  and (select 1 from people p where p.id = k.id and (p.updated_at > clock_timestamp() - interval '1 day'
    or (select 1 from buyer_group_members m where m.person_id = p.id limit 1) is not null
    or (select 1 from buyer_group_sightings s where s.person_id = p.id limit 1) is not null)) is null
  and ${noEventLeft(sql`k.id`)}`;

/**
 * Walks over keys, oldest first, and deletes those that nothing refers to; the shells of their events then say nothing of whom
 * they were about. `after` is where a walk before this one has ended.
 */
export async function removeUnusedKeys(
  queries: Queries,
  { days, limit, after }: { days: number; limit: number; after: string | null },
): Promise<Gone> {
  const [afterAt = '-infinity', afterId = '00000000-0000-0000-0000-000000000000'] = after?.split(' ') ?? [];
  const { rows } = await queries.execute<{ id: string; at: string; unused: boolean }>(sql`
    select k.id, to_char(k.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, ${unused} as unused
    from subject_keys k where (k.created_at, k.id) > (${afterAt}::timestamptz, ${afterId}::uuid)
      and k.created_at < clock_timestamp() - ${days} * interval '1 day'
    order by k.created_at, k.id limit ${limit}`);
  const last = rows.at(-1);
  const candidates = rows.filter((row) => row.unused).map(({ id }) => id);
  const removed = candidates.length === 0 ? 0 : await removeIfUnused(queries, candidates);
  return { rows: removed, after: last && rows.length === limit ? `${last.at} ${last.id}` : null };
}

/**
 * Locked before they are looked at again: what refers to a key locks it, too, so that from here on nothing new can. One that is
 * being used just now is skipped, and whoever comes to use one that went seals anew under another.
 */
const removeIfUnused = (queries: Queries, ids: readonly string[]): Promise<number> =>
  inTransaction(queries, async (transaction) => {
    const { rows: locked } = await transaction.execute<{ id: string }>(sql`
      select id from subject_keys where id = any(${sql.param([...ids])}::uuid[]) order by id for update skip locked`);
    // A place in a group refers to the person and not to the key.
    await transaction.execute(sql`
      select from people where id = any(${sql.param(locked.map(({ id }) => id))}::uuid[]) order by id for update`);
    const { rowCount } = await transaction.execute(sql`
      delete from subject_keys k where k.id = any(${sql.param(locked.map(({ id }) => id))}::uuid[]) and ${unused}`);
    return rowCount ?? 0;
  });
