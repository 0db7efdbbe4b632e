import { sql } from 'drizzle-orm';
import { boolean, index, inet, jsonb, pgTable, text, uniqueIndex, uuid, varchar } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** Every lead that was captured, readable: erasing a person deletes their rows. A lead has the id of the event that brought it. */
export const leads = pgTable(
  'leads',
  {
    id: uuid('id')
      .primaryKey()
      .default(sql`gen_random_uuid()`),
    tenantId: text('tenant_id').notNull(),
    /** The sender's own id of it, else the event's. */
    eventId: uuid('event_id').notNull(),
    idempotencyKey: varchar('idempotency_key', { length: 255 }).notNull(),
    source: varchar('source', { length: 50 }).notNull(),
    receivedAt: moment('received_at').notNull(),
    createdAt: moment('created_at').default(sql`now()`),
    updatedAt: moment('updated_at').default(sql`now()`),
    firstName: varchar('first_name', { length: 255 }),
    lastName: varchar('last_name', { length: 255 }),
    email: varchar('email', { length: 255 }).notNull(),
    phone: varchar('phone', { length: 50 }),
    message: text('message'),
    submissionType: varchar('submission_type', { length: 100 }),
    consent: boolean('consent').default(false),
    ipAddress: inet('ip_address'),
    userAgent: text('user_agent'),
    geoCountry: varchar('geo_country', { length: 100 }),
    geoCity: varchar('geo_city', { length: 100 }),
    utmSource: varchar('utm_source', { length: 255 }),
    utmMedium: varchar('utm_medium', { length: 255 }),
    utmCampaign: varchar('utm_campaign', { length: 255 }),
    utmContent: varchar('utm_content', { length: 255 }),
    utmTerm: varchar('utm_term', { length: 255 }),
    /** What the sender added, and under `normalised` what was made of the address and the phone. */
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
  },
  (table) => [
    uniqueIndex('leads_key').on(table.tenantId, table.idempotencyKey),
    index('idx_leads_email').on(table.email),
    index('idx_leads_received_at').on(table.receivedAt),
    index('idx_leads_source').on(table.source),
  ],
);
