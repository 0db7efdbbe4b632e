import { sqlState } from './errors.ts';
import type { Queries } from './database.ts';

export type Transaction = Parameters<Parameters<Queries['transaction']>[0]>[0];

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
      return await queries.transaction(work, { isolationLevel: 'read committed' });
    } catch (error) {
      const state = sqlState(error);
      const again = state === deadlock || state === serializationFailure || error instanceof RetryTransaction;
      if (!again || attempt === 3) throw error;
    }
  }
}
