import { sql } from 'drizzle-orm';
import { bigint, boolean, doublePrecision, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { GroupRole, JobFunction, Move, Seniority } from '../../domain/buyer-group.ts';
import { bytes, moment } from './columns.ts';
import { companies } from './companies.ts';
import { people } from './people.ts';

/** The group of a company as its last run left it. */
export const buyerGroups = pgTable('buyer_groups', {
  companyId: uuid('company_id')
    .primaryKey()
    .references(() => companies.id),
  tenantId: text('tenant_id').notNull(),
  confidence: doublePrecision('confidence').notNull(),
  cohesion: doublePrecision('cohesion').notNull(),
  members: integer('members').notNull(),
  /** A provider failed, so that somebody may be missing. */
  isPartial: boolean('is_partial').notNull(),
  jobId: uuid('job_id').notNull(),
  refreshedAt: moment('refreshed_at').notNull(),
});

/** Who is, or was, in a group. Somebody who comes back is the same row. */
export const buyerGroupMembers = pgTable(
  'buyer_group_members',
  {
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    role: text('role').$type<GroupRole>(),
    /** Why this part, in words that name nobody. */
    because: text('because').notNull().default(''),
    functions: text('functions').array().$type<JobFunction[]>().notNull().default([]),
    seniority: text('seniority').$type<Seniority>(),
    confidence: doublePrecision('confidence').notNull().default(0),
    /** Who says that the person works there: `event`, or a provider. */
    sources: text('sources').array().notNull().default([]),
    /** The title that the last run saw, under the person's key. */
    titleSealed: bytes('title_sealed'),
    /** The title there of which an event told with the last move, under the same key. */
    toldTitleSealed: bytes('told_title_sealed'),
    /** What happened last between the two, and when, as far as somebody told of it. */
    move: text('move').$type<Move>(),
    movedAt: moment('moved_at'),
    joinedAt: moment('joined_at'),
    leftAt: moment('left_at'),
    firstSeenAt: moment('first_seen_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    /** By a run; null for somebody of whom only an event told. */
    lastSeenAt: moment('last_seen_at'),
  },
  (table) => [
    primaryKey({ columns: [table.companyId, table.personId] }),
    index('buyer_group_members_person').on(table.personId),
    index('buyer_group_members_left')
      .on(table.leftAt)
      .where(sql`left_at is not null`),
  ],
);

/** What changed in a group, by whom it was found out: a run, or an event that told of it. */
export const buyerGroupChanges = pgTable(
  'buyer_group_changes',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
    personId: uuid('person_id')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    jobId: uuid('job_id'),
    eventId: uuid('event_id'),
    /** `joined`, `found`, `left`, `promoted`, `retitled`, `title_changed`, `role_changed`. */
    kind: text('kind').notNull(),
    fromRole: text('from_role').$type<GroupRole>(),
    toRole: text('to_role').$type<GroupRole>(),
    /** Both titles, under the person's key. */
    titlesSealed: bytes('titles_sealed'),
    at: moment('at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    index('buyer_group_changes_company').on(table.companyId, table.id),
    index('buyer_group_changes_person').on(table.personId),
  ],
);
