import { sql } from 'drizzle-orm';
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** For each property of each object in the CRM that we wrote: when what we wrote last had happened. What is older is stale. */
export const appliedChanges = pgTable(
  'applied_changes',
  {
    tenantId: text('tenant_id').notNull(),
    /** Keyed hash of object and property. */
    fieldHash: text('field_hash').notNull(),
    occurredAt: moment('occurred_at').notNull(),
    effectKey: text('effect_key').notNull(),
    appliedAt: moment('applied_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.fieldHash] })],
);
