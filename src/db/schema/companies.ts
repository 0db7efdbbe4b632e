import { sql } from 'drizzle-orm';
import { type AnyPgColumn, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/** A company that somebody joined or left, or that was asked for; what is empty nobody has told yet. */
export const companies = pgTable(
  'companies',
  {
    id: uuid('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name'),
    domain: text('domain'),
    /** By which the directory of companies knows it. */
    directoryId: text('directory_id'),
    industry: text('industry'),
    employees: integer('employees'),
    country: text('country'),
    /** When the directory was asked last, whether it knew the company or not. */
    resolvedAt: moment('resolved_at'),
    /** It turned out to be that one, which has all that was known of it; never one that is merged itself. */
    mergedInto: uuid('merged_into').references((): AnyPgColumn => companies.id),
    createdAt: moment('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    index('companies_listed').on(table.tenantId, table.createdAt, table.id),
    uniqueIndex('companies_directory').on(table.tenantId, table.directoryId),
    index('companies_merged')
      .on(table.mergedInto)
      .where(sql`merged_into is not null`),
  ],
);

/** By what a company was met: its domain, its name in lower case, or the id that a source has for it. */
export const companyAliases = pgTable(
  'company_aliases',
  {
    tenantId: text('tenant_id').notNull(),
    /** `domain`, `name`, or `id:<source>`. */
    kind: text('kind').notNull(),
    value: text('value').notNull(),
    companyId: uuid('company_id')
      .notNull()
      .references(() => companies.id),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.kind, table.value] }),
    index('company_aliases_company').on(table.companyId),
  ],
);
