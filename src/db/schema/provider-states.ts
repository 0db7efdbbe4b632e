import { sql } from 'drizzle-orm';
import { check, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** How each process stands to each provider, written when that changes; a process without a row has found nothing wrong. */
export const providerStates = pgTable(
  'provider_states',
  {
    provider: text('provider').notNull(),
    process: text('process').notNull(),
    state: text('state').notNull(),
    since: moment('since')
      .notNull()
      .default(sql`clock_timestamp()`),
    lastFailureClass: text('last_failure_class'),
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.process] }),
    check('provider_states_state', sql`state in ('closed', 'open', 'half-open')`),
  ],
);
