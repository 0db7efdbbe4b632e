import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { ServerUser } from './local-user.ts';

const run = promisify(execFile);
const firstClosed = 'for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit 0; }; done';

/**
 * Throws when `user` may not enter a folder on the way to `path`, naming the folder. The user itself is asked, by a
 * shell: that also counts access lists and mounts, which the mode does not show.
 */
export async function assertMayEnter(user: ServerUser, path: string): Promise<void> {
  const { stdout: closed } = await run('/bin/sh', ['-c', firstClosed, 'sh', ...foldersTo(path)], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    timeout: 5_000,
  });
  if (closed === '') return;
  throw new Error(`PostgreSQL runs as the user "${user.name}", since root may not run it, and that user may not enter ${closed}
(on the way to ${path}). One of these helps:
- chmod o+x ${closed}
- have everything elsewhere: the data by CAUSEWAY_DATA_DIR, the checkout by moving it
- start as an ordinary user`);
}

/** `/a/b` → `/`, `/a`, `/a/b`. */
export function foldersTo(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...foldersTo(parent), path];
}
