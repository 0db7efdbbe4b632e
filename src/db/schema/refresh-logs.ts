import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { GroupRole, JobFunction, Move, Seniority } from '../../domain/buyer-group.ts';
import type { EnrichmentLevel, Gap, JobResult } from '../../domain/refresh.ts';
import { bytes, moment } from './columns.ts';
import { companies } from './companies.ts';
import { events } from './events.ts';
import { people } from './people.ts';
import { subjectKeys } from './subject-keys.ts';

/**
 * Every refresh of a group: one that waits for its turn, runs, or is over. When its turn comes it becomes an event with the
 * same id, by which it is carried out, looked after and explained.
 */
export const buyerGroupRefreshLogs = pgTable(
  'buyer_group_refresh_logs',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    status: text('status').notNull().default('waiting'),
    /** 1 is first. */
    priority: smallint('priority').notNull(),
    level: text('level').$type<EnrichmentLevel>().notNull(),
    /** An operator wants it within the hour as well. */
    isForced: boolean('is_forced').notNull().default(false),
    /** Until when it takes part in the choice of who is next: whoever waits for it has to ask again before. */
    askedUntil: moment('asked_until'),
    createdAt: moment('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
    /** From 0 to 100, and what is being done. */
    progress: smallint('progress').notNull().default(0),
    step: text('step').notNull().default('waiting'),
    gaps: jsonb('gaps').$type<Gap[]>().notNull().default([]),
    /** Paid calls and credits, by provider. */
    calls: jsonb('calls').$type<Record<string, number>>().notNull().default({}),
    credits: jsonb('credits').$type<Record<string, number>>().notNull().default({}),
    /** Written with the group itself. */
    result: jsonb('result').$type<JobResult>(),
    failureClass: text('failure_class'),
    /** The refresh that stands for it, since its company turned out to be another one; never one that is merged itself. */
    mergedInto: uuid('merged_into').references((): AnyPgColumn => buyerGroupRefreshLogs.id, { onDelete: 'set null' }),
  },
  (table) => [
    uniqueIndex('refresh_logs_waiting')
      .on(table.companyId)
      .where(sql`status = 'waiting'`),
    uniqueIndex('refresh_logs_processing')
      .on(table.companyId)
      .where(sql`status = 'processing'`),
    index('refresh_logs_open')
      .on(table.status)
      .where(sql`status in ('waiting', 'processing')`),
    index('refresh_logs_company').on(table.companyId, table.startedAt),
    index('refresh_logs_started').on(table.startedAt),
    index('refresh_logs_listed').on(table.tenantId, table.createdAt, table.id),
    index('refresh_logs_finished')
      .on(table.finishedAt)
      .where(sql`finished_at is not null`),
    index('refresh_logs_merged')
      .on(table.mergedInto)
      .where(sql`merged_into is not null`),
    check('refresh_logs_status', sql`status in ('waiting', 'processing', 'completed', 'failed', 'canceled')`),
  ],
);

/** What each refresh is done for: role changes that go into it, and people who asked for it. */
export const buyerGroupRefreshReasons = pgTable(
  'buyer_group_refresh_reasons',
  {
    id: uuid('id')
      .primaryKey()
      .default(sql`gen_random_uuid()`),
    tenantId: text('tenant_id').notNull(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    jobId: uuid('job_id')
      .notNull()
      .references(() => buyerGroupRefreshLogs.id),
    /** Null: somebody asked for it. */
    eventId: uuid('event_id').references(() => events.id),
    move: text('move').$type<Move>(),
    priority: smallint('priority').notNull(),
    /** It went into a run that was already to come, or has to wait since one was within the hour. */
    isCoalesced: boolean('is_coalesced').notNull(),
    /** The operator, or the name of a key. */
    requestedBy: text('requested_by'),
    /** The address of whoever wants to be told, under their own key. */
    requesterKeyId: uuid('requester_key_id').references(() => subjectKeys.id, { onDelete: 'set null' }),
    requesterSealed: bytes('requester_sealed'),
    createdAt: moment('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    uniqueIndex('refresh_reasons_event')
      .on(table.eventId, table.companyId)
      .where(sql`event_id is not null`),
    index('refresh_reasons_job').on(table.jobId),
    index('refresh_reasons_requester').on(table.requesterKeyId),
  ],
);

/** Whom a run saw at the company, and how they are judged; the group is made of it when the run is over. */
export const buyerGroupSightings = pgTable(
  'buyer_group_sightings',
  {
    jobId: uuid('job_id')
      .notNull()
      .references(() => buyerGroupRefreshLogs.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    sources: text('sources').array().notNull(),
    /** When a provider looked last, as it says. */
    lookedAt: moment('looked_at'),
    /** The title that a provider told for this company, under the person's key. */
    titleSealed: bytes('title_sealed'),
    role: text('role').$type<GroupRole>(),
    because: text('because').notNull().default(''),
    functions: text('functions').array().$type<JobFunction[]>().notNull().default([]),
    seniority: text('seniority').$type<Seniority>(),
    confidence: doublePrecision('confidence').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.personId] }),
    index('buyer_group_sightings_person').on(table.personId),
  ],
);

/** What was spent at a provider on one day (UTC); what a call may cost is noted before it is made. */
export const providerCredits = pgTable(
  'provider_credits',
  {
    tenantId: text('tenant_id').notNull(),
    provider: text('provider').notNull(),
    day: date('day').notNull(),
    credits: integer('credits').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.provider, table.day] })],
);
