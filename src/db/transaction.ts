import { sql } from 'drizzle-orm';
import { isDatabaseUnavailable, sqlState } from './errors.ts';
import type { Queries } from './database.ts';

export type Transaction = ReturnType<Queries['over']>;

const deadlock = '40P01';
const serializationFailure = '40001';
/** A subject's key vanished between sealing and commit. */
export const foreignKeyViolation = '23503';

/** Thrown inside a transaction to have the whole of it run again, on a fresh snapshot. */
export class RetryTransaction extends Error {
  override readonly name = 'RetryTransaction';
}

/**
 * Runs `work` in one READ COMMITTED transaction. On a deadlock or a lost race the whole of it is run again, three times at
 * the most; any error rolls back. `work` therefore may have no effect outside the database.
 */
export async function inTransaction<T>(queries: Queries, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(queries, work);
    } catch (error) {
      const state = sqlState(error);
      const again = state === deadlock || state === serializationFailure || error instanceof RetryTransaction;
      if (!again || attempt === 3) throw error;
    }
  }
}

/** A connection that broke at any statement, `begin` included, is given up and never goes back to the pool. */
async function runOnce<T>(queries: Queries, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await queries.$client.connect();
  const transaction = queries.over(client);
  let isBroken = false;
  try {
    await transaction.execute(sql`begin isolation level read committed`);
    const result = await work(transaction);
    await transaction.execute(sql`commit`);
    return result;
  } catch (error) {
    isBroken = sqlState(error) === undefined && isDatabaseUnavailable(error);
    // What a failed rollback says must not hide why it was needed; without its connection a transaction ends anyway.
    if (!isBroken) await transaction.execute(sql`rollback`).catch(() => (isBroken = true));
    throw error;
  } finally {
    client.release(isBroken);
  }
}

const insistences = 5;

/** Does it again when the database is busy or away for a moment: for what keeps something that was paid for, and would be paid for again. */
export async function insisting<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === insistences || !isDatabaseUnavailable(error)) throw error;
    }
  }
}
