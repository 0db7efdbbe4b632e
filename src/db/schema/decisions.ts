import { sql } from 'drizzle-orm';
import { doublePrecision, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { events } from './events.ts';

/** What was decided for each event, and why. Only one decision of an event is in force; a redrive may supersede it. */
export const decisions = pgTable(
  'decisions',
  {
    id: uuid('id').primaryKey(),
    eventId: uuid('event_id')
      .notNull()
      .references(() => events.id),
    generation: integer('generation').notNull(),
    decidedBy: text('decided_by').notNull(),
    ruleId: text('rule_id'),
    ruleSetHash: text('rule_set_hash').notNull(),
    confidence: doublePrecision('confidence'),
    /** The whole decision with the facts it was made from, under the key of the event's subject. */
    sealed: bytes('sealed'),
    decidedAt: moment('decided_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    supersededAt: moment('superseded_at'),
  },
  (table) => [
    uniqueIndex('decisions_in_force')
      .on(table.eventId)
      .where(sql`superseded_at is null`),
    index('decisions_event').on(table.eventId),
  ],
);
