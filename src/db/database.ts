import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import * as schema from './schema/index.ts';

export type Queries = NodePgDatabase<typeof schema>;

export interface Database {
  queries: Queries;
  close(): Promise<void>;
}

/** One connection pool with the limits that every transaction of ours relies on; nothing waits for ever. */
export function openDatabase(options: {
  url: string;
  applicationName: string;
  maxConnections: number;
  onIdleError?: (error: Error) => void;
  onStatement?: (statement: string) => void;
}): Database {
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: 2_000,
    lock_timeout: 2_000,
    statement_timeout: 10_000,
    query_timeout: 12_000,
    idle_in_transaction_session_timeout: 5_000,
    keepAlive: true,
  });
  // A server that goes away breaks idle connections too; without a listener that would end the process.
  pool.on('error', (error) => options.onIdleError?.(error));
  const { onStatement } = options;
  const queries = drizzle(pool, {
    schema,
    ...(onStatement && { logger: { logQuery: (statement: string) => onStatement(statement) } }),
  });
  return { queries, close: () => pool.end() };
}

/** Refuses a server on whose settings our guarantees would not hold; the error says what to change. */
export async function assertServerSettings(queries: Queries): Promise<void> {
  const { rows } = await queries.execute<{ name: string; setting: string }>(
    sql`select name, setting from pg_settings where name in ('max_locks_per_transaction', 'synchronous_commit', 'fsync')`,
  );
  const setting = Object.fromEntries(rows.map((row) => [row.name, row.setting]));
  const problems = [
    Number(setting['max_locks_per_transaction']) < 256 &&
      `max_locks_per_transaction is ${setting['max_locks_per_transaction']}: set it to 256 or more (a batch locks up to 100 lanes)`,
    setting['synchronous_commit'] === 'off' &&
      'synchronous_commit is off: turn it on, or an accepted event could be lost',
    setting['fsync'] === 'off' && 'fsync is off: turn it on, or an accepted event could be lost',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new Error(`PostgreSQL is not set up for Causeway:\n${problems.join('\n')}`);
}
