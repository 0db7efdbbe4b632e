import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, moment } from './columns.ts';
import { events } from './events.ts';

/** The ledger: one row for each effect that was ever intended. The key never contains the generation. */
export const effects = pgTable(
  'effects',
  {
    key: text('key').primaryKey(),
    eventId: uuid('event_id')
      .notNull()
      .references(() => events.id),
    action: text('action').notNull(),
    targetId: text('target_id').notNull(),
    priority: text('priority').notNull(),
    state: text('state').notNull(),
    generation: integer('generation').notNull(),
    /** How often the provider was asked to do it in this generation. */
    attempts: integer('attempts').notNull(),
    /** Until when the attempt under way may still reach the provider. */
    attemptLeaseUntil: moment('attempt_lease_until').notNull(),
    /** An attempt was begun whose end is not known; the provider has to be asked before another one. */
    unsettled: boolean('unsettled').notNull(),
    /** Where the attempt goes, sealed: the next one has to look in the same place. */
    addressSealed: bytes('address_sealed'),
    receipt: jsonb('receipt').$type<Record<string, string>>(),
    failureClass: text('failure_class'),
    /** Keyed hashes, only of writes into the CRM: which property of which object, and that with the value. */
    fieldHash: text('field_hash'),
    changeHash: text('change_hash'),
    firstTriedAt: moment('first_tried_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    updatedAt: moment('updated_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    index('effects_event').on(table.eventId),
    index('effects_field')
      .on(table.fieldHash)
      .where(sql`field_hash is not null`),
    index('effects_change')
      .on(table.changeHash)
      .where(sql`change_hash is not null`),
    index('effects_unknown')
      .on(table.updatedAt)
      .where(sql`state = 'unknown'`),
    check('effects_state', sql`state in ('intent', 'confirmed', 'refused', 'unknown')`),
  ],
);
