import { sql } from 'drizzle-orm';
import type { ApiKeyView } from '../domain/operator-views.ts';
import { writeAudit } from './audit-log.ts';
import type { Queries } from './database.ts';
import { isoTime } from './iso-time.ts';
import { inTransaction } from './transaction.ts';

export type ApiKeyRow = {
  id: string;
  tenantId: string;
  name: string;
  secretDigest: Buffer;
  sources: string[] | null;
  perMinute: number | null;
  readsLeads: boolean;
};

/** A key that is not revoked. */
export async function readApiKey(queries: Queries, id: string): Promise<ApiKeyRow | undefined> {
  const { rows } = await queries.execute<ApiKeyRow>(sql`
    select id, tenant_id as "tenantId", name, secret_digest as "secretDigest", sources, per_minute as "perMinute", reads_leads as "readsLeads"
    from api_keys where id = ${id} and revoked_at is null`);
  return rows[0];
}

export function insertApiKey(queries: Queries, key: ApiKeyRow, by: string): Promise<void> {
  return inTransaction(queries, async (transaction) => {
    await transaction.execute(sql`
      insert into api_keys (id, tenant_id, name, secret_digest, sources, per_minute, reads_leads, created_by)
      values (${key.id}, ${key.tenantId}, ${key.name}, ${key.secretDigest}, ${sql.param(key.sources)}::text[], ${key.perMinute}, ${key.readsLeads}, ${by})`);
    await writeAudit(transaction, { tenantId: key.tenantId, who: by, what: 'create api key', onWhat: key.id });
  });
}

/** `false`: there is no such key, or it was revoked before. */
export function revokeApiKey(queries: Queries, tenantId: string, id: string, by: string): Promise<boolean> {
  return inTransaction(queries, async (transaction) => {
    const { rowCount } = await transaction.execute(sql`
      update api_keys set revoked_at = clock_timestamp() where tenant_id = ${tenantId} and id = ${id} and revoked_at is null`);
    if (rowCount === 1) await writeAudit(transaction, { tenantId, who: by, what: 'revoke api key', onWhat: id });
    return rowCount === 1;
  });
}

/** The newest first, revoked ones included. */
export async function readApiKeys(queries: Queries, tenantId: string): Promise<ApiKeyView[]> {
  const { rows } = await queries.execute<ApiKeyView>(sql`
    select id, name, sources, per_minute as "perMinute", reads_leads as "readsLeads", ${isoTime(sql`created_at`)} as "createdAt",
      ${isoTime(sql`revoked_at`)} as "revokedAt"
    from api_keys where tenant_id = ${tenantId} order by created_at desc, id limit 1000`);
  return rows;
}
