import { sql } from 'drizzle-orm';
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { subjectKeys } from './subject-keys.ts';

/** What authenticated senders sent that did not fit: where it failed, and the start of it, sealed. */
export const schemaViolations = pgTable(
  'schema_violations',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    source: text('source').notNull(),
    path: text('path').notNull(),
    message: text('message').notNull(),
    correlationId: text('correlation_id').notNull(),
    subjectKeyId: uuid('subject_key_id').references(() => subjectKeys.id, { onDelete: 'set null' }),
    sealed: bytes('sealed'),
    receivedAt: moment('received_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    index('schema_violations_received').on(table.tenantId, table.receivedAt),
    index('schema_violations_age').on(table.receivedAt),
  ],
);
