import { setTimeout as delay } from 'node:timers/promises';
import { settleDatabase } from '../../db/local-database.ts';
import { preparePostgres } from '../../db/local-server.ts';
import { disarmLockFile } from './lock-file.ts';
import type { Supervisor } from './supervisor.ts';
import { untilReady } from './until-ready.ts';

const readyTimeoutMs = 60_000;
const memoryTimeoutMs = 15_000;

/** Starts PostgreSQL on its data in `dataDir`, with the database of `url` in it. */
export async function startPostgres(
  supervisor: Supervisor,
  options: { dataDir: string; url: string; log: (line: string) => void },
): Promise<void> {
  const { url } = options;
  const postgres = await preparePostgres({ ...options, signal: supervisor.signal });
  const deadline = Date.now() + memoryTimeoutMs;
  for (;;) {
    await disarmLockFile(postgres.cwd, options.log);
    const child = supervisor.start({ name: 'PostgreSQL', stopSignal: 'SIGINT', ...postgres });
    try {
      await untilReady(child, () => settleDatabase(url), readyTimeoutMs);
      supervisor.guard(child);
      return;
    } catch (error) {
      // After a kill its old processes need a moment to see that their server is gone.
      const isLeftover = child.hasExited() && child.lastLines().includes('shared memory block');
      if (!isLeftover || Date.now() > deadline) throw error;
      await delay(250, undefined, { signal: supervisor.signal });
    }
  }
}
