import { sql } from 'drizzle-orm';
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** What operators did: who, what, on what, when. References only, never personal data. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    who: text('who').notNull(),
    what: text('what').notNull(),
    onWhat: text('on_what').notNull(),
    at: moment('at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index('audit_log_at').on(table.tenantId, table.at), index('audit_log_age').on(table.at)],
);
