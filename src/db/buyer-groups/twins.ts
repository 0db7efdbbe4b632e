import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { inTransaction } from '../transaction.ts';
import { type SealPerson, writePerson } from './people.ts';
import { isOwn } from '../own-alias.ts';

/** Those who say so, and an event. */
const withEvent = (sources: SQL): SQL =>
  sql`case when 'event' = any(${sources}) then ${sources} else ${sources} || '{event}'::text[] end`;

/**
 * Makes two people of one company one: what is known of `from`, and what events told, is that of `to` from here on, which is found by the
 * identifiers of both, so that an erasure takes both. The title is the one of which an event told, under the key of `to`. While the
 * keys of both are held none of them is erased; one who was is not joined.
 */
export function joinTwins(
  queries: Queries,
  job: { id: string; tenantId: string; companyId: string },
  { from, to, seal, titleSealed }: { from: string; to: string; seal: SealPerson; titleSealed: Buffer | null },
): Promise<void> {
  return inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`select from companies where id = ${job.companyId} for update`);
    const { rowCount: held } = await transaction.execute(
      sql`select from subject_keys where id in (${from}, ${to}) order by id for no key update`,
    );
    if (held !== 2) return;
    await writePerson(transaction, { id: to, tenantId: job.tenantId }, seal);
    await transaction.execute(sql`
      insert into subject_aliases (tenant_id, alias, kind, key_id)
      select a.tenant_id, a.alias, a.kind, ${to}::uuid from subject_aliases a
      where a.key_id = ${from} and ${isOwn(sql`a.kind`)} on conflict do nothing`);
    // The title that the last run saw is under the key of the one who goes.
    await transaction.execute(sql`
      with gone as (
        delete from buyer_group_members where company_id = ${job.companyId} and person_id = ${from}
        returning role, because, functions, seniority, confidence, sources, move, moved_at, joined_at, left_at, first_seen_at
      )
      insert into buyer_group_members as m (company_id, person_id, role, because, functions, seniority, confidence, sources, move, moved_at,
        joined_at, left_at, first_seen_at, told_title_sealed)
      select ${job.companyId}, ${to}, gone.*, ${titleSealed}::bytea from gone
      on conflict (company_id, person_id) do update set move = excluded.move, moved_at = excluded.moved_at,
        told_title_sealed = excluded.told_title_sealed, joined_at = coalesce(excluded.joined_at, m.joined_at), left_at = excluded.left_at, sources = ${withEvent(sql`m.sources`)}
      where m.moved_at is null or m.moved_at <= excluded.moved_at`);
    await transaction.execute(sql`
      update buyer_group_sightings s set sources = ${withEvent(sql`s.sources`)}
      where job_id = ${job.id} and person_id = ${to} and sources <> '{}'`);
    await transaction.execute(sql`
      update buyer_group_changes set person_id = ${to}
      where company_id = ${job.companyId} and person_id = ${from} and titles_sealed is null`);
    await transaction.execute(sql`delete from buyer_group_sightings where job_id = ${job.id} and person_id = ${from}`);
  });
}
