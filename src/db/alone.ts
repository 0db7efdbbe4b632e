import { Client } from 'pg';
import { sqlState } from './errors.ts';

const lockNotAvailable = '55P03';

/** Somebody else runs what has this name, and did not end in time. */
class NotAlone extends Error {
  override readonly name = 'NotAlone';
}

/**
 * Runs `work` while no other process runs what has the same name; throws `NotAlone` when that is not within `waitMs`. The lock belongs to a connection of its own and goes with it,
 * so a process that dies holds nobody up; `lost` says that the connection broke, and that somebody else may have begun.
 */
export async function runAlone<T>(
  url: string,
  name: string,
  work: (lost: AbortSignal) => Promise<T>,
  waitMs = 30_000,
): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'causeway-alone',
    keepAlive: true,
  });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  await client.connect();
  try {
    await client.query("select set_config('lock_timeout', $1, false)", [String(waitMs)]);
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]).catch((error: unknown) => {
      throw sqlState(error) === lockNotAvailable ? new NotAlone(`${name} is running already`) : error;
    });
    return await work(lost.signal);
  } finally {
    await client.end();
  }
}
