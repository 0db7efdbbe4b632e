import { Client } from 'pg';

/**
 * Runs `work` while no other process runs what has the same name. The lock belongs to a connection of its own and goes with it,
 * so a process that dies holds nobody up; `lost` says that the connection broke, and that somebody else may have begun.
 */
export async function runAlone<T>(url: string, name: string, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
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
    await client.query("set lock_timeout = '30s'");
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    return await work(lost.signal);
  } finally {
    await client.end();
  }
}
