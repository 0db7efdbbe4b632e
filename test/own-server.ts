import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { parseEnvironment } from '../src/config/environment.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { startWorld, type World } from '../src/main/world.ts';
import { freePorts } from '../src/main/world/ports.ts';

const record = z.object({ children: z.array(z.object({ pid: z.number() })) });

export type OwnServer = Awaited<ReturnType<typeof createOwnServer>>;

/** A PostgreSQL or Temporal server of a test's own, which it can stop, kill, freeze and start again: same port, same data. */
export async function createOwnServer(part: 'postgres' | 'temporal') {
  const dataDir = await mkdtemp(join(tmpdir(), `causeway-${part}-`));
  await chmod(dataDir, 0o711);
  const [databasePort, temporalPort] = await freePorts(2);
  const configuration = parseEnvironment({
    NODE_ENV: 'test',
    DATABASE_URL: `postgres://causeway:causeway@127.0.0.1:${databasePort}/causeway`,
    TEMPORAL_PORT: String(temporalPort),
  });
  let world: World | undefined;

  /** The server and those it has forked, which PostgreSQL puts into groups of their own. */
  async function processes(): Promise<number[]> {
    const { children } = record.parse(JSON.parse(await readFile(join(dataDir, 'processes.json'), 'utf8')));
    return children.flatMap(({ pid }) => [pid, ...forkedBy(pid)]);
  }
  async function signal(name: NodeJS.Signals): Promise<void> {
    for (const pid of await processes()) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended meanwhile, as the connections of a server do.
      }
    }
  }

  return {
    databaseUrl: configuration.DATABASE_URL,
    temporalAddress: configuration.TEMPORAL_ADDRESS,
    async start(): Promise<void> {
      world = await startWorld({
        dataDir,
        configuration,
        only: [part],
        headless: true,
        handleSignals: false,
        quiet: true,
        ...(part === 'postgres' && { migrate: migrateDatabase }),
      });
    },
    /** In good order. */
    async stop(): Promise<void> {
      await world?.stop();
      world = undefined;
    },
    /** With no chance to do anything more. */
    async kill(): Promise<void> {
      await signal('SIGKILL');
      await world?.ended;
      world = undefined;
    },
    /** Neither answers nor hangs up. */
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async close(): Promise<void> {
      await world?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function forkedBy(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
