import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertServerSettings, openDatabase } from '../src/db/database.ts';
import { settleDatabase } from '../src/db/local-database.ts';
import { preparePostgres } from '../src/db/local-server.ts';
import { freePorts } from '../src/main/world/ports.ts';
import { createTestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { openSession } from './session.ts';

/** Protects a start from a server on which "committed" or "locked" would not mean what we rely on. */

async function refusalOf(url: string): Promise<string> {
  const database = openDatabase({ url, applicationName: 'test', maxConnections: 1 });
  try {
    await assertServerSettings(database.queries);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await database.close();
  }
}

describe('our own local server', () => {
  it('is one that we start on', async () => {
    expect(await refusalOf(inject('templateUrl'))).toBe('none');
  });

  it('is refused when the database turns synchronous_commit off', async () => {
    const database = await createTestDatabase();
    const session = await openSession(database.url);
    try {
      await session.query(
        `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
      );
      expect(await refusalOf(database.url)).toMatch(/synchronous_commit is off: turn it on/);
    } finally {
      await session.close();
      await database.drop();
    }
  });
});

describe('a server with the settings PostgreSQL comes with, and fsync off', () => {
  let dataDir: string;
  let server: ChildProcess;
  let url: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'causeway-postgres-'));
    // PostgreSQL may have to run as another user, who is let through and sees nothing.
    await chmod(dataDir, 0o711);
    const [port] = await freePorts(1);
    url = `postgres://causeway:causeway@127.0.0.1:${port}/causeway`;
    const prepared = await preparePostgres({ dataDir, url, signal: AbortSignal.timeout(60_000) });
    const settings = ['-c', 'max_locks_per_transaction=64', '-c', 'fsync=off'];
    server = spawn(prepared.command, [...prepared.args, ...settings], {
      cwd: prepared.cwd,
      env: prepared.environment,
      stdio: 'ignore',
      ...(prepared.user && { uid: prepared.user.uid, gid: prepared.user.gid }),
    });
    await eventually(
      'PostgreSQL starts',
      async () => ((await settleDatabase(url)) === null ? true : undefined),
      40_000,
    );
  });
  afterAll(async () => {
    if (server.exitCode === null) {
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      await exited;
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is refused, and every setting that has to change is named', async () => {
    const refusal = await refusalOf(url);
    expect(refusal).toMatch(/max_locks_per_transaction is 64: set it to 256 or more/);
    expect(refusal).toMatch(/fsync is off: turn it on/);
  });
});
