import { sql } from 'drizzle-orm';
import type { Transaction } from './transaction.ts';

/** A lane's lock is the first 8 bytes of its hash; two lanes that share them merely wait for each other. */
const lockKey = (lane: string): bigint => BigInt.asIntN(64, BigInt(`0x${lane.slice(0, 16)}`));

/**
 * Locks lanes until the transaction ends, always in the same order. A statement of its own, before any read or write of the
 * lanes: under READ COMMITTED only a later statement sees what the previous holder committed.
 */
export async function lockLanes(transaction: Transaction, lanes: Iterable<string>): Promise<void> {
  const keys = [...new Set([...lanes].map(lockKey))].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)).map(String);
  await transaction.execute(
    sql`select pg_advisory_xact_lock(key) from unnest(${sql.param(keys)}::bigint[]) with ordinality as t(key, turn) order by turn`,
  );
}
