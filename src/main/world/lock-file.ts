import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endOrphan } from './orphans.ts';
import { processCommandLine, processIdentity } from './process-identity.ts';

/**
 * Makes the `postmaster.pid` of a server that was killed no hindrance. A server that still runs on this folder is ended.
 * Any other process by its number (an unrelated program, or the dead one that nobody has collected yet) would be taken
 * for a living server. So the number is replaced by ours: PostgreSQL knows that its parent cannot be a server, and goes
 * on to look for processes that outlived theirs, which it would not do if the file were removed.
 */
export async function disarmLockFile(folder: string, log: (line: string) => void): Promise<void> {
  const file = join(folder, 'postmaster.pid');
  const [first, ...rest] = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const identity = processIdentity(pid);
  if (identity !== null && processCommandLine(pid).includes(folder)) {
    await endOrphan({ pid, identity, name: 'PostgreSQL', stopSignal: 'SIGINT' }, log);
  }
  // A server that ended in order has taken its file along.
  await writeFile(file, [process.pid, ...rest].join('\n'), { flag: 'r+' }).catch(() => {});
}
