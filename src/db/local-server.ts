import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assertMayEnter } from './local-access.ts';
import { parseDatabaseAddress } from './local-address.ts';
import { postgresBinaries } from './local-binaries.ts';
import { type ServerUser, serverUser } from './local-user.ts';

const run = promisify(execFile);
/** Nothing of ours is for the server's eyes; macOS wants a locale to be named. */
const environment = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };

export interface LocalPostgres {
  command: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
  cwd: string;
  user: ServerUser | null;
}

/**
 * Makes the cluster in `<dataDir>/postgres` if there is none, and returns the command that runs it.
 * User, password and port are those of `url`. All that makes a commit durable stays as PostgreSQL has it: on.
 */
export async function preparePostgres(options: {
  dataDir: string;
  url: string;
  signal: AbortSignal;
}): Promise<LocalPostgres> {
  const { dataDir, url, signal } = options;
  const folder = join(dataDir, 'postgres');
  const [binaries, user] = await Promise.all([postgresBinaries(), serverUser()]);
  if (user) await Promise.all([assertMayEnter(user, dataDir), assertMayEnter(user, binaries.folder)]);
  if (await isMissing(folder)) await createCluster({ dataDir, folder, url, initdb: binaries.initdb, user, signal });
  await assertOwner(folder, user);
  return {
    command: binaries.postgres,
    args: ['-D', folder, ...settings(parseDatabaseAddress(url).port)],
    environment,
    cwd: folder,
    user,
  };
}

function settings(port: number): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_locks_per_transaction: 256,
    timezone: 'UTC',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Made beside its place and moved there when whole, so that a start that was cut short leaves nothing half-made. */
async function createCluster(options: {
  dataDir: string;
  folder: string;
  url: string;
  initdb: string;
  user: ServerUser | null;
  signal: AbortSignal;
}): Promise<void> {
  const { dataDir, folder, url, initdb, user, signal } = options;
  const unfinished = `${folder}.new`;
  const passwordFile = join(dataDir, 'postgres.password');
  const address = parseDatabaseAddress(url);
  if (address.password === '') throw new Error('DATABASE_URL has no password: the local server is made with one.');
  // The one that was cut short may still be writing.
  await rm(unfinished, { recursive: true, force: true, maxRetries: 10 });
  await mkdir(unfinished, { mode: 0o700 });
  try {
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, `${address.password}\n`, { mode: 0o600 });
    if (user) await Promise.all([unfinished, passwordFile].map((path) => chown(path, user.uid, user.gid)));
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = [`--username=${address.user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    await run(initdb, [`--pgdata=${unfinished}`, '--no-instructions', ...access, ...locale], {
      env: environment,
      cwd: unfinished,
      timeout: 120_000,
      signal,
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    await rename(unfinished, folder);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`PostgreSQL's data folder could not be made in ${dataDir}: ${reason}`, { cause: error });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
}

async function assertOwner(folder: string, user: ServerUser | null): Promise<void> {
  const expected = user?.uid ?? process.getuid?.();
  const { uid } = await stat(folder);
  if (expected === undefined || uid === expected) return chmod(folder, 0o700);
  throw new Error(
    `${folder} belongs to the user id ${uid}, and PostgreSQL would run as ${expected}. Start as the user who made it, give it away (chown -R ${expected} ${folder}), or choose another place by CAUSEWAY_DATA_DIR.`,
  );
}
