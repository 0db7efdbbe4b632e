import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Transaction } from './transaction.ts';

/** One thing that an operator did, written in the transaction that does it. References only, never personal data. */
export async function writeAudit(
  transaction: Transaction,
  entry: { tenantId: string; who: string; what: string; onWhat: string },
): Promise<void> {
  await transaction.execute(sql`
    insert into audit_log (id, tenant_id, who, what, on_what)
    values (${randomUUID()}, ${entry.tenantId}, ${entry.who}, ${entry.what}, ${entry.onWhat})`);
}
