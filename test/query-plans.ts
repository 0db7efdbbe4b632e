import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient } from 'pg';
import { expect } from 'vitest';
import { z } from 'zod';
import * as schema from '../src/db/schema/index.ts';
import { createTestDatabase } from './database.ts';
import { openSession } from './session.ts';

type Node = {
  'Node Type': string;
  'Relation Name'?: string | undefined;
  'Index Name'?: string | undefined;
  Plans?: Node[] | undefined;
};
const node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  get Plans() {
    return z.array(node).optional();
  },
});
const explained = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: node })]) })]);
const flatten = (plan: Node): Node[] => [plan, ...(plan.Plans ?? []).flatMap(flatten)];

/** A database of a test's own, a session to fill it, and what PostgreSQL would do for the statements of our code. */
export async function openQueryPlans() {
  const database = await createTestDatabase();
  const session = await openSession(database.url);
  const pool = new Pool({ connectionString: database.url, max: 2 });
  // Dropping the database may be quicker than the goodbye of an idle connection.
  pool.on('error', () => undefined);
  const statements: { query: string; params: unknown[] }[] = [];
  const logger = { logQuery: (query: string, params: unknown[]) => void statements.push({ query, params }) };
  const over = (client: PoolClient) => drizzle(client, { logger });
  const queries = Object.assign(drizzle(pool, { schema, logger }), { over });

  return {
    session,
    queries,
    /** What PostgreSQL would do for each statement of `work`, with the parameters that it was sent with. */
    async plansOf(work: () => Promise<unknown>): Promise<{ scanned: string[]; indexes: Set<string> }> {
      statements.length = 0;
      await work();
      const sent = statements.filter(({ query }) => /^\s*(?:select|with|insert|update|delete)\b/i.test(query));
      const nodes: Node[] = [];
      for (const { query, params } of sent) {
        const [{ 'QUERY PLAN': plan }] = explained.parse(await session.query(`explain (format json) ${query}`, params));
        nodes.push(...flatten(plan[0].Plan));
      }
      expect(nodes.length).toBeGreaterThan(0);
      return {
        scanned: nodes.flatMap((each) => (each['Node Type'] === 'Seq Scan' ? [each['Relation Name'] ?? ''] : [])),
        indexes: new Set(nodes.flatMap((each) => each['Index Name'] ?? [])),
      };
    },
    async close(): Promise<void> {
      await pool.end();
      await session.close();
      await database.drop();
    },
  };
}

export type QueryPlans = Awaited<ReturnType<typeof openQueryPlans>>;
