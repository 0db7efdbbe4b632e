import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const begin = 'causeway-warehouse-';
const own = new Set<string>();

/** A folder of this process that no other user may look into. Those of processes that are no more go, with the data in them. */
export async function makeScratch(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const pid = name.startsWith(begin) ? Number(name.slice(begin.length).split('-')[0]) : NaN;
    const path = join(tmpdir(), name);
    if (Number.isNaN(pid) || own.has(path)) continue;
    // In a container every process may have the same id, one after the other.
    if (pid === process.pid || !isAlive(pid)) await rm(path, { recursive: true, force: true });
  }
  const folder = await mkdtemp(join(tmpdir(), `${begin}${process.pid}-`));
  own.add(folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
