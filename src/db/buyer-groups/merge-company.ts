import { type SQL, sql } from 'drizzle-orm';
import type { Transaction } from '../transaction.ts';
import { isCounted } from './counted-members.ts';

const never = sql`'-infinity'::timestamptz`;

/** The value of the one of two places of a person, `o` and `m`, for which a condition holds; where that has none, of the other one. */
const either = (isOther: SQL, column: SQL): SQL =>
  sql`case when ${isOther} then coalesce(o.${column}, m.${column}) else coalesce(m.${column}, o.${column}) end`;

/** A run saw the person there later, or judged them at all. */
const isSurer = sql`(coalesce(o.last_seen_at, ${never}), o.because <> '') > (coalesce(m.last_seen_at, ${never}), m.because <> '')`;
/** An event told later of them there; of one that told that they left the one for the other, only the latter is so. */
const isNewer = sql`(coalesce(o.moved_at, ${never}), coalesce(o.move <> 'left', false)) > (coalesce(m.moved_at, ${never}), coalesce(m.move <> 'left', false))`;
const lastKnown = (row: SQL) => sql`coalesce(greatest(${row}.moved_at, ${row}.last_seen_at, ${row}.left_at), ${never})`;

/**
 * Makes a company the one that it turned out to be: whoever is, or was, in its group is in that one's, what it was met by leads there,
 * and so do those that were merged into it before. Both are locked.
 */
export async function mergeCompany(
  transaction: Transaction,
  { from, to }: { from: string; to: string },
): Promise<void> {
  // Who is in both groups has what is known best of the two places.
  await transaction.execute(sql`
    with o as (
      delete from buyer_group_members g using buyer_group_members k
      where g.company_id = ${from} and k.company_id = ${to} and k.person_id = g.person_id returning g.*
    )
    update buyer_group_members m set role = case when ${isSurer} then o.role else m.role end,
      because = case when ${isSurer} then o.because else m.because end, functions = case when ${isSurer} then o.functions else m.functions end,
      seniority = case when ${isSurer} then o.seniority else m.seniority end,
      confidence = case when ${isSurer} then o.confidence else m.confidence end, title_sealed = ${either(isSurer, sql`title_sealed`)},
      sources = m.sources || array(select s from unnest(o.sources) s where s <> all(m.sources)),
      told_title_sealed = case when ${isNewer} then o.told_title_sealed else m.told_title_sealed end,
      move = case when ${isNewer} then o.move else m.move end, moved_at = greatest(o.moved_at, m.moved_at),
      joined_at = ${either(isNewer, sql`joined_at`)},
      left_at = case when (${lastKnown(sql`o`)}, o.left_at is null) > (${lastKnown(sql`m`)}, m.left_at is null) then o.left_at else m.left_at end,
      first_seen_at = least(o.first_seen_at, m.first_seen_at), last_seen_at = greatest(o.last_seen_at, m.last_seen_at)
    from o where m.company_id = ${to} and m.person_id = o.person_id`);
  await transaction.execute(sql`update buyer_group_members set company_id = ${to} where company_id = ${from}`);
  // What was told of both, by two events, is one change; the one stays that a run has found as well.
  await transaction.execute(sql`
    delete from buyer_group_changes c using buyer_group_changes k
    where (c.company_id, k.company_id) in ((${from}::uuid, ${to}::uuid), (${to}::uuid, ${from}::uuid)) and k.person_id = c.person_id and k.kind = c.kind
      and k.at = c.at and k.event_id is not null and c.event_id is not null and c.job_id is null
      and (k.job_id is not null or c.company_id = ${from})`);
  await transaction.execute(sql`update buyer_group_changes set company_id = ${to} where company_id = ${from}`);
  await transaction.execute(sql`
    delete from buyer_group_changes c using buyer_group_changes k where c.company_id = ${to} and k.company_id = ${to}
      and k.person_id = c.person_id and k.event_id = c.event_id and c.kind = 'left' and k.kind <> 'left'`);
  await transaction.execute(sql`
    update buyer_groups set company_id = ${to}
    where company_id = ${from} and not exists (select from buyer_groups k where k.company_id = ${to})`);
  await transaction.execute(sql`delete from buyer_groups where company_id = ${from}`);
  await transaction.execute(sql`
    update buyer_groups set members = (select count(*) from buyer_group_members where company_id = ${to} and ${isCounted})
    where company_id = ${to}`);
  await transaction.execute(sql`update company_aliases set company_id = ${to} where company_id = ${from}`);
  // The directory's id is had by one company alone.
  await transaction.execute(sql`
    update companies set merged_into = ${to}, directory_id = null where id = ${from} or merged_into = ${from}`);
  await transaction.execute(sql`
    update companies k set name = coalesce(k.name, o.name), domain = coalesce(k.domain, o.domain) from companies o
    where k.id = ${to} and o.id = ${from}`);
}
