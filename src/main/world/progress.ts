import { WorldError } from './world-error.ts';

/** Says what became ready, and how long it took: `[2/5] Temporal: 127.0.0.1:7233 (1.2 s)`. */
export function createProgress(total: number, log: (line: string) => void) {
  let ready = 0;
  return {
    /** Runs one part; it returns where it can be found. An error is told as that part's. */
    async step(name: string, part: () => Promise<string>): Promise<void> {
      const startedAt = Date.now();
      const where = await part().catch((error: unknown) => {
        throw asWorldError(name, error);
      });
      ready += 1;
      log(`[${ready}/${total}] ${name}: ${where} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
    },
  };
}

function asWorldError(name: string, error: unknown): WorldError {
  if (error instanceof WorldError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new WorldError(`${name} did not start: ${message}`, { cause: error });
}
