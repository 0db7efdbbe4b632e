import { randomUUID } from 'node:crypto';
import type { Queries } from '../db/database.ts';
import { insertViolations } from '../db/schema-violations.ts';
import type { Keyring } from '../privacy/keyring.ts';
import { sealViolation } from '../privacy/sealed-records.ts';
import { withLivingKeys } from './with-living-keys.ts';

/** As much of a refused event as is kept. */
const maxRawBytes = 16 * 1024;

export interface ViolationRecord {
  path: string;
  message: string;
  raw: Buffer;
}

/**
 * Keeps what authenticated senders sent that did not fit. It may name anybody, so it is sealed under the tenant's key, and
 * only its beginning is kept. Returns the ids, in order.
 */
export function createViolations(options: { queries: Queries; keyring: Keyring }) {
  return async function record(
    request: { tenantId: string; source: string; correlationId: string },
    violations: readonly ViolationRecord[],
  ): Promise<string[]> {
    if (violations.length === 0) return [];
    const { tenantId, source, correlationId } = request;
    return withLivingKeys(options.keyring, async () => {
      const { id: subjectKeyId, key } = await options.keyring.keyFor(tenantId, { kind: 'tenant' });
      const rows = violations.map(({ path, message, raw }) => {
        const id = randomUUID();
        const sealed = sealViolation(key, id, raw.subarray(0, maxRawBytes));
        return {
          id,
          tenantId,
          source,
          path: path.slice(0, 500),
          message: message.slice(0, 500),
          correlationId,
          subjectKeyId,
          sealed,
        };
      });
      await insertViolations(options.queries, rows);
      return rows.map(({ id }) => id);
    });
  };
}

export type RecordViolations = ReturnType<typeof createViolations>;
