import { sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { inTransaction, type Transaction } from '../transaction.ts';

/** What is known of a person from here on, made of what was known before. */
export type SealPerson = (before: Buffer | undefined) => Buffer;

/**
 * Keeps what is known of a person; one after the other, so that nothing told meanwhile is lost. Throws a foreign key violation when the
 * person was erased.
 */
export function keepPerson(
  queries: Queries,
  person: { id: string; tenantId: string },
  seal: SealPerson,
): Promise<void> {
  return inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`select from subject_keys where id = ${person.id} for no key update`);
    await writePerson(transaction, person, seal);
  });
}

/** The same within a transaction that holds the person's key. */
export async function writePerson(
  transaction: Transaction,
  { id, tenantId }: { id: string; tenantId: string },
  seal: SealPerson,
): Promise<void> {
  const { rows } = await transaction.execute<{ sealed: Buffer }>(sql`select sealed from people where id = ${id}`);
  await transaction.execute(sql`
    insert into people (id, tenant_id, sealed) values (${id}, ${tenantId}, ${seal(rows[0]?.sealed)})
    on conflict (id) do update set sealed = excluded.sealed, updated_at = clock_timestamp()`);
}

/** When something last happened between the person and any company, as somebody told. */
export async function readLastMove(queries: Queries, personId: string): Promise<Date | null> {
  const { rows } = await queries.execute<{ at: string | null }>(
    sql`select max(moved_at)::text as at from buyer_group_members where person_id = ${personId}`,
  );
  const at = rows[0]?.at ?? null;
  return at === null ? null : new Date(at);
}

/** Takes out whoever turned out to be erased: what providers told of them, and their places in groups. */
export async function forgetPerson(queries: Queries, personId: string): Promise<void> {
  await inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`delete from people where id = ${personId}`);
    await transaction.execute(
      sql`delete from facts_cache where subject_key_id = ${personId} and provider in ('coresignal', 'lusha')`,
    );
    await transaction.execute(sql`
      delete from subject_keys k where k.id = ${personId} and not exists (select from events e where e.subject_key_id = k.id)
        and not exists (select from facts_cache c where c.subject_key_id = k.id)`);
  });
}
