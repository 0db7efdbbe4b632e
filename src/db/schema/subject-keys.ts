import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { SubjectAlias } from '../../domain/subject-alias.ts';
import { bytes, moment } from './columns.ts';

/** The data key of each person, wrapped under the master key. Deleting a row makes all that was sealed under it unreadable. */
export const subjectKeys = pgTable(
  'subject_keys',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    /** Keyed hash of the strongest identifier known when the key was made. */
    subject: text('subject').notNull(),
    wrapped: bytes('wrapped').notNull(),
    createdAt: moment('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    uniqueIndex('subject_keys_subject').on(table.tenantId, table.subject),
    index('subject_keys_age').on(table.createdAt, table.id),
  ],
);

/** Which identifiers (keyed hashes) belong to which key; one identifier may lead to several keys, and erasing follows them all. */
export const subjectAliases = pgTable(
  'subject_aliases',
  {
    tenantId: text('tenant_id').notNull(),
    alias: text('alias').notNull(),
    /** Which kind of identifier it is: erasing goes on from a key to others by all but a phone and the mailbox of a desk, which people share. */
    kind: text('kind').$type<SubjectAlias['kind']>().notNull().default('external'),
    keyId: uuid('key_id')
      .notNull()
      .references(() => subjectKeys.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.alias, table.keyId] }),
    index('subject_aliases_key').on(table.keyId),
  ],
);

/** Who was erased (keyed hashes of their identifiers), and when: what had happened before does not bring them back. */
export const erasedSubjects = pgTable(
  'erased_subjects',
  {
    tenantId: text('tenant_id').notNull(),
    alias: text('alias').notNull(),
    erasedAt: moment('erased_at').notNull(),
    /** By which erasure; another one waits until that one is over. */
    erasureId: uuid('erasure_id'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.alias] })],
);
