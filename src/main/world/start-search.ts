import { join } from 'node:path';
import { freePorts } from './ports.ts';
import { prepareSearchEngine, searchEngineCommand, untilSearchReady } from './search-engine.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * Brings a search engine up where this machine can run one, and returns its address. Where it cannot, or not in time, that is said in
 * a line, and the world does without.
 */
export async function startSearch(
  supervisor: Supervisor,
  { dataDir, log }: { dataDir: string; log: (line: string) => void },
): Promise<string | undefined> {
  const startedAt = Date.now();
  try {
    const libraries = await prepareSearchEngine({ log, signal: supervisor.signal });
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const child = supervisor.start(searchEngineCommand(libraries, port, join(dataDir, 'search')));
    try {
      await untilSearchReady(child, url);
    } catch (error) {
      child.signal('SIGKILL');
      throw error;
    }
    log(`search engine: ${url} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    return url;
  } catch (error) {
    supervisor.signal.throwIfAborted();
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    log(`no search engine here, so leads are not searched: ${reason}`);
    return undefined;
  }
}
