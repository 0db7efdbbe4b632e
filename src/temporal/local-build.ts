import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The last version that `go install` accepts; later ones have `replace` lines in their go.mod. */
const goPackage = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const sayEveryMs = 10_000;
const buildTimeoutMs = 20 * 60_000;

/** Builds the CLI into `binFolder` with Go, which takes minutes. */
export async function buildTemporalCli(options: {
  binFolder: string;
  environment: NodeJS.ProcessEnv;
  log: (line: string) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { binFolder, log, signal } = options;
  const env = { ...options.environment, GOBIN: binFolder };
  const { stdout: go } = await run('go', ['version'], { env, timeout: 20_000, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(waysOut, { cause: error });
  });
  await mkdir(binFolder, { recursive: true });
  log(`building the temporal CLI with ${go.trim()}; this happens once and takes about 3 minutes`);
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const timer = setInterval(() => log(`still building the temporal CLI (${seconds()} s)`), sayEveryMs);
  try {
    await run('go', ['install', goPackage], { env, timeout: buildTimeoutMs, signal, maxBuffer: 64 * 1024 * 1024 });
    log(`built the temporal CLI in ${seconds()} s`);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`go install ${goPackage} failed after ${seconds()} s: ${lastLines(error)}\n${waysOut}`, {
      cause: error,
    });
  } finally {
    clearInterval(timer);
  }
}

const waysOut = `The Temporal server could not be had. One of these helps:
- install the temporal CLI so that it is on PATH (https://docs.temporal.io/cli)
- install Go, and start again: it is then built for you
- set TEMPORAL_ADDRESS to a Temporal server that runs already`;

function lastLines(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').slice(-5).join('\n');
}
