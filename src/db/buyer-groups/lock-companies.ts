import { sql } from 'drizzle-orm';
import { RetryTransaction, type Transaction } from '../transaction.ts';

/** Locks companies, in the order in which everybody does; each with the one that it is now, which is another one after it was merged. */
export async function lockCompanies(
  transaction: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const given = sql`${sql.param([...ids])}::uuid[]`;
  const { rows } = await transaction.execute<{ id: string; now: string }>(sql`
    select id, coalesce(merged_into, id) as now from companies
    where id = any(${given}) or id in (select merged_into from companies where id = any(${given})) order by id for update`);
  const locked = new Map(rows.map(({ id, now }) => [id, now]));
  // One that was merged while it was waited for: begun anew, both are locked in their order.
  if (![...locked.values()].every((id) => locked.has(id))) throw new RetryTransaction();
  return locked;
}

/** The same of one; one that is not there is itself. */
export const lockCompany = async (transaction: Transaction, id: string): Promise<string> =>
  (await lockCompanies(transaction, [id])).get(id) ?? id;

/** One at a time gives a company of the tenant what it is met by, or makes two of them one; before any company is locked. */
export const lockNames = (transaction: Transaction, tenantId: string) =>
  transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`companies:${tenantId}`}, 0))`);
