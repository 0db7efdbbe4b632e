import { sql } from 'drizzle-orm';
import { bigint, boolean, index, pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What people allowed or withdrew, each as it was recorded; the latest record of a purpose holds. */
export const consents = pgTable(
  'consents',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    tenantId: text('tenant_id').notNull(),
    /** Keyed hash of the lower-case e-mail. */
    subject: text('subject').notNull(),
    purpose: text('purpose').notNull(),
    granted: boolean('granted').notNull(),
    /** Who or what says so: `webform`, `call 2026-03-02`. */
    source: text('source').notNull(),
    recordedAt: moment('recorded_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index('consents_latest').on(table.tenantId, table.subject, table.purpose, table.id)],
);
