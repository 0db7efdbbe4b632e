import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** Every request to run failed events again: who asked, for which, and how many there were. */
export const redrives = pgTable(
  'redrives',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    requestedBy: text('requested_by').notNull(),
    /** As it was asked for: event ids, or a filter. No personal data. */
    selection: jsonb('selection').notNull(),
    state: text('state').notNull().default('running'),
    matched: integer('matched').notNull(),
    redriven: integer('redriven').notNull().default(0),
    skipped: integer('skipped').notNull().default(0),
    createdAt: moment('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    index('redrives_created').on(table.tenantId, table.createdAt),
    check('redrives_state', sql`state in ('running', 'done')`),
  ],
);

/** What became of each event of a redrive. The event need not exist: `not_found`. */
export const redriveItems = pgTable(
  'redrive_items',
  {
    redriveId: uuid('redrive_id')
      .notNull()
      .references(() => redrives.id),
    eventId: uuid('event_id').notNull(),
    /** The order in which the events were taken, which is that of their former positions. */
    turn: integer('turn').notNull(),
    result: text('result').notNull(),
    /** The generation that this redrive made; absent when it made none. */
    generation: integer('generation'),
  },
  (table) => [
    primaryKey({ columns: [table.redriveId, table.eventId] }),
    check('redrive_items_result', sql`result in ('redriven', 'not_failed', 'not_found', 'erased')`),
  ],
);
