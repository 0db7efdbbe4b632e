import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient } from 'pg';
import * as schema from './schema/index.ts';

/** `over` asks through one borrowed connection, as a transaction has to. */
export type Queries = NodePgDatabase<typeof schema> & {
  $client: Pool;
  over(client: PoolClient): NodePgDatabase;
};

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
    statement_timeout: 5_000,
    query_timeout: 7_000,
    idle_in_transaction_session_timeout: 5_000,
    keepAlive: true,
  });
  // A server that goes away breaks idle and borrowed connections; without listeners that would end the process.
  pool.on('error', (error) => options.onIdleError?.(error));
  pool.on('connect', (client) => client.on('error', () => {}));
  const { onStatement } = options;
  const settings = onStatement ? { logger: { logQuery: (statement: string) => onStatement(statement) } } : {};
  const over = (client: PoolClient) => drizzle(client, settings);
  return { queries: Object.assign(drizzle(pool, { ...settings, schema }), { over }), close: () => pool.end() };
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
