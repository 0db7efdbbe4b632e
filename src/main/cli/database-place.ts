import { sql } from 'drizzle-orm';
import { CommandFailed } from '../../cli/command.ts';
import type { Configuration } from '../../config/environment.ts';
import type { Database } from '../../db/database.ts';
import { orUnavailable } from '../../db/errors-as-unavailable.ts';
import { rootMessage } from '../../domain/root-message.ts';
import { Unavailable } from '../../domain/unavailable.ts';
import type { Logger } from '../../telemetry/log.ts';
import { openPool } from '../stores.ts';

/** Where the database is, without who may enter. */
export function databasePlace({ DATABASE_URL }: Pick<Configuration, 'DATABASE_URL'>): string {
  const { hostname, port, pathname } = new URL(DATABASE_URL);
  return `the database '${pathname.slice(1)}' at ${hostname}:${port || '5432'}`;
}

/** Runs database work; when PostgreSQL is away, says where it was looked for, and what to check. */
export async function orSayWhere<T>(configuration: Pick<Configuration, 'DATABASE_URL'>, work: Promise<T>): Promise<T> {
  try {
    return await orUnavailable(work);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    throw new CommandFailed(
      `PostgreSQL does not answer: ${databasePlace(configuration)} (${rootMessage(error)})
Check that it runs ('npm run dev' brings one up on this machine), and that DATABASE_URL names its address.`,
    );
  }
}

/** A pool for one command, once PostgreSQL has answered. */
export async function openCliPool(configuration: Configuration, log: Logger): Promise<Database> {
  const pool = openPool(configuration, log, 'cli', 2);
  try {
    await orSayWhere(configuration, pool.queries.execute(sql`select`));
    return pool;
  } catch (error) {
    await pool.close();
    throw error;
  }
}
