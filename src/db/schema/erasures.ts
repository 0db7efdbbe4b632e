import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';
import { events } from './events.ts';

/** What was erased of a person, by whose wish. An erasure is an event, and has its id; whom it was about is not kept. */
export const erasures = pgTable('erasures', {
  id: uuid('id')
    .primaryKey()
    .references(() => events.id),
  tenantId: text('tenant_id').notNull(),
  requestedBy: text('requested_by').notNull(),
  requestedAt: moment('requested_at')
    .notNull()
    .default(sql`clock_timestamp()`),
  /** When the keys were deleted: what was accepted until then is gone. */
  erasedAt: moment('erased_at'),
  /** How many rows, documents or files were taken out, by the name of the store. */
  removed: jsonb('removed').$type<Record<string, number>>().notNull().default({}),
  /** A JSON Web Signature (RFC 7515) over what was done; written when nothing was found any more. */
  receipt: text('receipt'),
});

/** The events of the person, of which only the shell is left; by their ids the other stores are cleared and looked at. */
export const erasureEvents = pgTable(
  'erasure_events',
  {
    erasureId: uuid('erasure_id')
      .notNull()
      .references(() => erasures.id),
    eventId: uuid('event_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.erasureId, table.eventId] }),
    index('erasure_events_event').on(table.eventId),
  ],
);
