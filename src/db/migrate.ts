import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';
import { z } from 'zod';

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
/** Any constant that nobody else uses: it keeps two processes that start at once from migrating side by side. */
const advisoryLock = 0x0ca05e;

/**
 * Brings the schema up to date, and tells the name of every migration that it applied. One connection of its own, since the
 * lock belongs to the session.
 */
export async function migrateDatabase(url: string, onApplied?: (name: string) => void): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'causeway-migrate',
  });
  await client.connect();
  try {
    await client.query("set lock_timeout = '60s'");
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    const before = await lastApplied(client);
    await migrate(drizzle(client), { migrationsFolder });
    const after = await lastApplied(client);
    if (onApplied) for (const { tag, when } of await journal()) if (when > before && when <= after) onApplied(tag);
  } finally {
    await client.end();
  }
}

/** The time by which migrations are ordered, of the last one that the database has; 0 when it has none. */
async function lastApplied(client: Client): Promise<number> {
  const { rows: tables } = await client.query("select to_regclass('drizzle.__drizzle_migrations') as name");
  if (tables[0]?.name === null) return 0;
  const { rows } = await client.query('select max(created_at) as last from drizzle.__drizzle_migrations');
  return Number(rows[0]?.last ?? 0);
}

async function journal() {
  const text = await readFile(join(migrationsFolder, 'meta', '_journal.json'), 'utf8');
  return z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) }).parse(JSON.parse(text))
    .entries;
}
