import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { sql } from 'drizzle-orm';

/** Keys by which senders of leads are known. Of the key itself only the digest of its secret part is kept. */
export const apiKeys = pgTable('api_keys', {
  /** The part of the key that is no secret. */
  id: text('id').primaryKey(),
  tenantId: text('tenant_id').notNull(),
  name: text('name').notNull(),
  /** SHA-256; a key is random, so that nothing slower is needed. */
  secretDigest: bytes('secret_digest').notNull(),
  /** Which sources it may send for; null: any. */
  sources: text('sources').array(),
  /** Requests that it may send within a minute; null: any number. */
  perMinute: integer('per_minute'),
  /** Whether it may read leads, beside what became of its events. */
  readsLeads: boolean('reads_leads').notNull().default(false),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at')
    .notNull()
    .default(sql`clock_timestamp()`),
  revokedAt: moment('revoked_at'),
});
