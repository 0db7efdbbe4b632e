import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

/** `subject` is a keyed hash. */
export interface ConsentKey {
  tenantId: string;
  subject: string;
  purpose: string;
}

export async function insertConsent(
  queries: Queries,
  { tenantId, subject, purpose }: ConsentKey,
  { granted, source }: { granted: boolean; source: string },
): Promise<void> {
  await queries.execute(sql`
    insert into consents (tenant_id, subject, purpose, granted, source)
    values (${tenantId}, ${subject}, ${purpose}, ${granted}, ${source})`);
}

/** The latest record; `undefined` when there is none. */
export async function readConsent(
  queries: Queries,
  { tenantId, subject, purpose }: ConsentKey,
): Promise<{ granted: boolean; source: string; recordedAt: Date } | undefined> {
  const { rows } = await queries.execute<{ granted: boolean; source: string; recordedAt: Date }>(sql`
    select granted, source, recorded_at as "recordedAt" from consents
    where tenant_id = ${tenantId} and subject = ${subject} and purpose = ${purpose} order by id desc limit 1`);
  return rows[0];
}
