import { Client } from 'pg';
import { parseDatabaseAddress } from './local-address.ts';

/** What a server says, or does not say, while it starts or recovers. */
const startingCodes = new Set(['ECONNREFUSED', 'ECONNRESET', '57P03']);

/**
 * One attempt to reach the server and to make the database of `url` if it is absent.
 * `null` when that succeeded, else why not yet. Throws when waiting would not help.
 */
export async function settleDatabase(url: string): Promise<string | null> {
  const { host, port, user, password, database } = parseDatabaseAddress(url);
  const client = new Client({
    host,
    port,
    user,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === '28P01' || code === '28000') {
      throw new Error(
        `PostgreSQL refuses the user or the password of DATABASE_URL: its data was made with others. Put those back, or start with --fresh to forget the data.`,
        { cause: error },
      );
    }
    const message = error instanceof Error ? error.message : String(error);
    if ((typeof code === 'string' && startingCodes.has(code)) || /timeout|terminated/i.test(message)) return message;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
