import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from '../../src/main/world/child.ts';
import { projectFolder } from '../../src/main/world/folders.ts';
import { freePorts } from '../../src/main/world/ports.ts';
import { prepareSearchEngine, searchEngineCommand, untilSearchReady } from '../../src/main/world/search-engine.ts';

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/** A search engine of a test's own, with its data below `.causeway`. It ends with the test run at the latest. */
export async function startEngine(name: string) {
  const libraries = await prepareSearchEngine({ log: (line) => process.stderr.write(`${line}\n`) });
  const dataDir = join(projectFolder, '.causeway', 'test-search', name);
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  let child: Child;
  const start = async () => {
    child = startChild(searchEngineCommand(libraries, port, dataDir), () => {});
    await untilSearchReady(child, url);
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.signal(signal);
    await child.exited;
  };
  await start();
  return {
    url,
    /** Ends it with no chance to do anything more. */
    kill: () => end('SIGKILL'),
    /** On the same port, with what it had. */
    restart: start,
    async close() {
      await end('SIGTERM');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
