import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgSequence,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { EventWorkflow } from '../../domain/event-workflow.ts';
import { bytes, moment } from './columns.ts';
import { subjectKeys } from './subject-keys.ts';

/** Read under the lane's lock, so that within a lane a larger position is a later acceptance. */
export const eventPositions = pgSequence('event_positions');

/**
 * Every event that was accepted: raw log, dedupe authority and the lanes' order. `key_hash` is unique per tenant and stays
 * for good; `sealed` and `facts_sealed` are blanked when the person is erased.
 */
export const events = pgTable(
  'events',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    source: text('source').notNull(),
    type: text('type').notNull(),
    /** Which workflow carries it out. */
    workflow: text('workflow').$type<EventWorkflow>().notNull().default('gtmEvent'),
    keyHash: text('key_hash').notNull(),
    fingerprint: text('fingerprint').notNull(),
    lane: text('lane').notNull(),
    position: bigint('position', { mode: 'bigint' })
      .notNull()
      .default(sql`nextval('event_positions')`),
    holdsLane: boolean('holds_lane').notNull().default(true),
    state: text('state').notNull().default('accepted'),
    outcome: text('outcome'),
    generation: integer('generation').notNull().default(0),
    /** As Temporal has them, 1 first; null: nobody said. */
    priority: smallint('priority'),
    /** When the gate let it start, or looked after it last; not a proof that it runs. */
    claimedAt: moment('claimed_at'),
    runId: text('run_id'),
    /** It is decided together with others. One that has to act goes on alone, and so does one that is redriven. */
    batched: boolean('batched').notNull().default(false),
    /** The batch that took it; null while it waits for one. */
    batchId: uuid('batch_id'),
    correlationId: text('correlation_id').notNull(),
    /** W3C traceparent of the request, so that a start by another process joins its trace. */
    traceParent: text('trace_parent'),
    subjectKeyId: uuid('subject_key_id').references(() => subjectKeys.id, { onDelete: 'set null' }),
    sealed: bytes('sealed'),
    factsSealed: bytes('facts_sealed'),
    /** Keyed hash of object, property and value, where the event is a change of a property in the CRM. */
    changeHash: text('change_hash'),
    /** Keyed hashes of the account and the contact that a behavioural event is about; null for a change in the CRM. */
    accountRef: text('account_ref'),
    contactRef: text('contact_ref'),
    occurredAt: moment('occurred_at').notNull(),
    receivedAt: moment('received_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    /** When this generation was opened: at its acceptance, or when it was redriven. */
    openedAt: moment('opened_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    finishedAt: moment('finished_at'),
    failureClass: text('failure_class'),
    failureMessage: text('failure_message'),
  },
  (table) => [
    uniqueIndex('events_key').on(table.tenantId, table.keyHash),
    index('events_open_lane')
      .on(table.lane, table.position)
      .where(sql`holds_lane`),
    // By the outcome and not by the state: an index that names the state would make every first step of an event write to it.
    index('events_failed')
      .on(table.tenantId, table.failureClass, table.finishedAt, table.id)
      .where(sql`outcome = 'failed'`),
    index('events_waiting_for_batch')
      .on(table.tenantId, table.position)
      .where(sql`batched and batch_id is null and holds_lane`),
    index('events_in_batch')
      .on(table.batchId)
      .where(sql`batched and batch_id is not null and holds_lane`),
    index('events_subject').on(table.subjectKeyId),
    index('events_account_intent')
      .on(table.accountRef, table.occurredAt)
      .where(sql`account_ref is not null`),
    index('events_contact_intent')
      .on(table.contactRef, table.occurredAt)
      .where(sql`contact_ref is not null`),
    // What was sent is blanked some time after an event was over, and later where it failed.
    index('events_over')
      .on(table.finishedAt)
      .where(sql`outcome <> 'failed' and sealed is not null`),
    index('events_failed_over')
      .on(table.finishedAt)
      .where(sql`outcome = 'failed'`),
    check('events_state', sql`state in ('accepted', 'running', 'done', 'failed')`),
    check('events_open', sql`holds_lane = (state in ('accepted', 'running'))`),
  ],
);

/** People (keyed hashes of their identifiers) whom the facts of an event name that is about something else: a deal's contact. */
export const eventPeople = pgTable(
  'event_people',
  {
    tenantId: text('tenant_id').notNull(),
    alias: text('alias').notNull(),
    eventId: uuid('event_id')
      .notNull()
      .references(() => events.id),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.alias, table.eventId] }),
    index('event_people_event').on(table.eventId),
  ],
);
