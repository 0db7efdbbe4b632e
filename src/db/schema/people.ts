import { sql } from 'drizzle-orm';
import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { subjectKeys } from './subject-keys.ts';

/** What is known of somebody at a company, sealed under their key, whose id is theirs: when the key goes, so does all that names them. */
export const people = pgTable('people', {
  id: uuid('id')
    .primaryKey()
    .references(() => subjectKeys.id, { onDelete: 'cascade' }),
  tenantId: text('tenant_id').notNull(),
  sealed: bytes('sealed').notNull(),
  updatedAt: moment('updated_at')
    .notNull()
    .default(sql`clock_timestamp()`),
});
