import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildTemporalCli } from './local-build.ts';
import { downloadTemporalCli } from './local-download.ts';

const run = promisify(execFile);
/** The server that the service was tried with; older ones lack flags or priorities. */
const minimumServer = { major: 1, minor: 29 };

export interface TemporalCli {
  command: string;
  /** What `--version` prints. */
  version: string;
}

export interface FindCliOptions {
  /** Where a downloaded or built CLI is kept. */
  binFolder: string;
  environment: NodeJS.ProcessEnv;
  log: (line: string) => void;
  signal: AbortSignal;
}

/** The `temporal` CLI: on PATH, in `binFolder`, downloaded, or built; in that order. Throws when none can be had. */
export async function findTemporalCli(options: FindCliOptions): Promise<TemporalCli> {
  const { binFolder, environment, log, signal } = options;
  const kept = join(binFolder, 'temporal');
  const found = (await tryCli('temporal', options)) ?? (await tryCli(kept, options));
  if (found) return found;
  const problem = await downloadTemporalCli({ binFolder, log, signal });
  if (problem !== null) {
    log(`no download: ${problem}`);
    await buildTemporalCli({ binFolder, environment, log, signal });
  }
  const { stdout } = await run(kept, ['--version'], { env: environment, timeout: 20_000, signal });
  return { command: kept, version: stdout.trim() };
}

async function tryCli(command: string, { environment, log, signal }: FindCliOptions): Promise<TemporalCli | null> {
  const version = await run(command, ['--version'], { env: environment, timeout: 20_000, signal }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
  signal.throwIfAborted();
  if (version === null) return null;
  if (isNewEnough(version)) return { command, version };
  log(
    `${command} is "${version}": Server ${minimumServer.major}.${minimumServer.minor} or later is needed, looking on`,
  );
  return null;
}

/** Reads `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`. */
export function isNewEnough(version: string): boolean {
  const [, major, minor] = /Server (\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  if (Number(major) !== minimumServer.major) return Number(major) > minimumServer.major;
  return Number(minor) >= minimumServer.minor;
}
