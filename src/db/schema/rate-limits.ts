import { sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** When the last requests to a provider were allowed, by all processes together: as many as its limit counts, oldest first. */
export const rateLimits = pgTable('rate_limits', {
  name: text('name').primaryKey(),
  grants: moment('grants')
    .array()
    .notNull()
    .default(sql`'{}'`),
  /** The provider itself said that it is too much; nothing is allowed before. */
  pausedUntil: moment('paused_until'),
});
