import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ServerUser {
  name: string;
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: then a `postgres` user runs it, made if need be. `null`: whoever we are will do. */
export async function serverUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const known = await lookUp();
  if (known) return known;
  await createUser();
  const made = await lookUp();
  if (made) return made;
  throw new Error(
    'PostgreSQL does not run as root, and a user "postgres" could not be made (neither useradd nor adduser did it). Make one, or start as an ordinary user.',
  );
}

async function lookUp(): Promise<ServerUser | null> {
  try {
    const [uid, gid] = await Promise.all([id('-u'), id('-g')]);
    return { name: 'postgres', uid, gid };
  } catch {
    return null;
  }
}

async function id(option: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [option, 'postgres'], { timeout: 5_000 });
  return Number(stdout.trim());
}

/** The two families of Linux call it differently; a failure shows when the user is looked up again. */
async function createUser(): Promise<void> {
  const ways: readonly [string, readonly string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', 'postgres']],
    ['adduser', ['-S', '-D', '-H', 'postgres']],
  ];
  for (const [command, args] of ways) {
    const done = await run(command, args, { timeout: 20_000 }).then(
      () => true,
      () => false,
    );
    if (done) return;
  }
}
