import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TemporalCli } from './local-cli.ts';
import { searchAttributes } from './search-attributes.ts';

const run = promisify(execFile);
/** How long a closed execution stays to be looked at: 30 days. */
const retention = '720h';

export interface LocalTemporalOptions {
  dataDir: string;
  port: number;
  /** Absent: no Web UI. */
  uiPort?: number;
  namespace: string;
}

/** The arguments that start the development server on its file in `dataDir`. */
export function localServerArguments({ dataDir, port, uiPort, namespace }: LocalTemporalOptions): string[] {
  const flags: [string, string][] = [
    ['--ip', '127.0.0.1'],
    ['--port', String(port)],
    ['--namespace', namespace],
    ['--db-filename', join(dataDir, 'temporal.db')],
    ['--sqlite-pragma', 'journal_mode=WAL'],
    ['--sqlite-pragma', 'synchronous=1'],
    ['--dynamic-config-value', 'matching.useNewMatcher=true'],
    ['--dynamic-config-value', 'frontend.namespaceRPS=20000'],
    ...searchAttributes.map(({ name, type }): [string, string] => ['--search-attribute', `${name}=${type}`]),
  ];
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)];
  return ['server', 'start-dev', ...ui, ...flags.flat()];
}

/**
 * One attempt to reach the server and to settle what its command line does not: the namespace's retention, and search
 * attributes that joined the list after the file was made (the server's own flag is ignored then).
 * `null` when that succeeded, else why not.
 */
export async function settleNamespace(options: {
  cli: TemporalCli;
  environment: NodeJS.ProcessEnv;
  address: string;
  namespace: string;
}): Promise<string | null> {
  const { cli, environment, address, namespace } = options;
  const operator = (...args: string[]) =>
    run(cli.command, ['operator', ...args, '--namespace', namespace, '--address', address], {
      env: environment,
      timeout: 5_000,
    });
  try {
    await operator('namespace', 'update', '--retention', retention);
    const attributes = searchAttributes.flatMap(({ name, type }) => ['--name', name, '--type', type]);
    await operator('search-attribute', 'create', ...attributes);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.trim().slice(-500) : String(error);
  }
}

/**
 * Remembers which CLI made the file. A server does not migrate the file of an older one, so a change is worth a
 * sentence: it is what to think of when the server then misbehaves.
 */
export async function noticeOtherVersion(dataDir: string, cli: TemporalCli): Promise<string | null> {
  const file = join(dataDir, 'temporal.version');
  const before = await readFile(file, 'utf8').catch(() => null);
  await writeFile(file, cli.version);
  if (before === null || before === cli.version) return null;
  return `temporal.db was made by "${before}", this is "${cli.version}". If the server fails, start with --fresh or use the former CLI.`;
}
