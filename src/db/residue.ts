import { sql } from 'drizzle-orm';
import type { Queries } from './database.ts';

const literal = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, (sign) => `\\${sign}`);

/** How many pages of 8 kB one statement looks through, so that none of them takes long. */
const pagesAtOnce = 200;
/** And for how many texts it looks at once. */
const textsAtOnce = 20;

/**
 * A regular expression of PostgreSQL that finds these texts in any letter case, as they stand and as bytes are written (in
 * hex), but not as a part of a longer address or number.
 */
function residuePattern(texts: readonly string[]): string {
  const plain = texts.map(literal).join('|');
  const hex = texts.map((text) => Buffer.from(text).toString('hex')).join('|');
  return `(?:^|[^a-z0-9._%+-])(?:${plain})(?![a-z0-9-]|\\.[a-z0-9])|${hex}`;
}

/** In which tables a row says one of these texts, and how many rows do. What is sealed says nothing. */
export async function findInTables(queries: Queries, texts: readonly string[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const pattern of residuePatterns(texts)) await addFound(queries, pattern, found);
  return found;
}

/** As many as it takes for all of these texts, each for a statement of its own. */
export const residuePatterns = (texts: readonly string[]): string[] =>
  Array.from({ length: Math.ceil(texts.length / textsAtOnce) }, (_, index) =>
    residuePattern(texts.slice(index * textsAtOnce, (index + 1) * textsAtOnce)),
  );

async function addFound(queries: Queries, pattern: string, found: Record<string, number>): Promise<void> {
  const { rows: tables } = await queries.execute<{ name: string; pages: number }>(sql`
    select format('%I.%I', schemaname, tablename) as name, (pg_relation_size(format('%I.%I', schemaname, tablename)::regclass) / 8192)::int as pages
    from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`);
  for (const { name, pages } of tables) {
    // A table that grows meanwhile has its new rows at the end: the last look has no end.
    for (let from = 0; from <= pages; from += pagesAtOnce) {
      const until = from + pagesAtOnce > pages ? sql`` : sql`and t.ctid < ${`(${from + pagesAtOnce},0)`}::tid`;
      const { rows } = await queries.execute<{ count: number }>(sql`
        select count(*)::int as count from ${sql.raw(name)} t where t.ctid >= ${`(${from},0)`}::tid ${until} and t::text ~* ${pattern}`);
      const count = rows[0]?.count ?? 0;
      if (count > 0) found[name] = (found[name] ?? 0) + count;
    }
  }
}
