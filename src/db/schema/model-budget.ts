import { sql } from 'drizzle-orm';
import { check, date, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';

/** How many calls of a model each day (UTC) has used. A call is counted before it is made and never given back. */
export const modelBudget = pgTable(
  'model_budget',
  {
    tenantId: text('tenant_id').notNull(),
    day: date('day').notNull(),
    calls: integer('calls').notNull(),
    /** The limit that held when the last call was counted. */
    dailyLimit: integer('daily_limit').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.day] }),
    check('model_budget_held', sql`calls <= daily_limit`),
  ],
);
