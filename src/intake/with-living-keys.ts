import { sqlState } from '../db/errors.ts';
import { foreignKeyViolation } from '../db/transaction.ts';
import type { Keyring } from '../privacy/keyring.ts';

/**
 * A subject erased between sealing and commit takes its key along: then `sealAndStore` runs again and seals everything
 * under a new key, three times at the most.
 */
export async function withLivingKeys<T>(keyring: Keyring, sealAndStore: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sealAndStore();
    } catch (error) {
      if (sqlState(error) !== foreignKeyViolation || attempt === 3) throw error;
      keyring.forget();
    }
  }
}
