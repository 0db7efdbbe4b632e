import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { subjectKeys } from './subject-keys.ts';

/**
 * What was last read about an object: for a few minutes, or for weeks where it was paid for. What is about a person is sealed under that person's key and goes
 * with it; the rest is sealed under the tenant's.
 */
export const factsCache = pgTable(
  'facts_cache',
  {
    tenantId: text('tenant_id').notNull(),
    provider: text('provider').notNull(),
    objectType: text('object_type').notNull(),
    /** Keyed hash of the object's id. */
    objectHash: text('object_hash').notNull(),
    /** What was asked for: another list of allowed fields does not read what was kept under this one. */
    version: text('version').notNull(),
    /** When the provider was asked, not when it answered. */
    fetchedAt: moment('fetched_at').notNull(),
    subjectKeyId: uuid('subject_key_id')
      .notNull()
      .references(() => subjectKeys.id, { onDelete: 'cascade' }),
    sealed: bytes('sealed').notNull(),
    storedAt: moment('stored_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.provider, table.objectType, table.objectHash] }),
    // What was paid for is kept for weeks, so that the rest is found without it.
    index('facts_cache_stored')
      .on(table.storedAt)
      .where(sql`provider not in ('coresignal', 'lusha')`),
    index('facts_cache_bought')
      .on(table.storedAt)
      .where(sql`provider in ('coresignal', 'lusha')`),
    index('facts_cache_subject').on(table.subjectKeyId),
  ],
);
