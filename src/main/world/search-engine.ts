import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../../config/environment.ts';
import { type Child, type ChildCommand } from './child.ts';
import { binFolder, projectFolder } from './folders.ts';
import { httpProbe, untilReady } from './until-ready.ts';

const run = promisify(execFile);
const engineFolder = join(projectFolder, 'test', 'search', 'engine');
const pom = join(engineFolder, 'pom.xml');
const sayEveryMs = 10_000;
const buildTimeoutMs = 180_000;
const readyTimeoutMs = 60_000;

/** This machine has not what a search engine needs. */
export class NoSearchEngine extends Error {
  override readonly name = 'NoSearchEngine';
}

interface Preparing {
  log: (line: string) => void;
  signal?: AbortSignal;
}

/** A folder with OpenSearch in it, fetched by Maven once. Throws `NoSearchEngine` without Java 17 or Maven. */
export async function prepareSearchEngine({ log, signal }: Preparing): Promise<string> {
  const options = { env: childEnvironment({}), timeout: 20_000, ...(signal && { signal }) };
  const modules = await run('java', ['--list-modules'], options).catch(() => ({ stdout: '' }));
  // The program is compiled when it is run, which takes a JDK.
  const version = Number(/^jdk\.compiler@(\d+)/m.exec(modules.stdout)?.[1] ?? 0);
  if (version < 17) throw new NoSearchEngine('Java 17 and Maven are needed: there is no JDK of 17 or later on PATH');
  const key = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const libraries = join(binFolder, `search-engine-${key}`);
  if (existsSync(libraries)) return libraries;
  await run('mvn', ['--version'], options).catch(() => {
    throw new NoSearchEngine('Java 17 and Maven are needed: there is no Maven on PATH');
  });
  const unfinished = `${libraries}.${process.pid}`;
  await mkdir(binFolder, { recursive: true });
  log('fetching the search engine with Maven; this happens once and may take a minute or two');
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const timer = setInterval(() => log(`still fetching the search engine (${seconds()} s)`), sayEveryMs);
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`];
    await run('mvn', ['--batch-mode', '--quiet', '--file', pom, ...goal], { ...options, timeout: buildTimeoutMs });
    // Whole or not at all; another that was quicker has made the same.
    await rename(unfinished, libraries).catch((error: unknown) => {
      if (!existsSync(libraries)) throw error;
    });
    log(`fetched the search engine in ${seconds()} s`);
    return libraries;
  } catch (error) {
    throw new Error(`Maven could not fetch the search engine: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearInterval(timer);
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** The program on a port, with its data in a folder; it ends with whoever holds its input. */
export const searchEngineCommand = (libraries: string, port: number, dataDir: string): ChildCommand => ({
  name: 'search engine',
  command: 'java',
  args: [
    '-Xms256m',
    '-Xmx512m',
    '-cp',
    join(libraries, '*'),
    join(engineFolder, 'SearchEngine.java'),
    String(port),
    dataDir,
  ],
  environment: childEnvironment({}),
  cwd: projectFolder,
  stopSignal: 'SIGTERM',
  holdInput: true,
});

/** Waits until it answers, with every index that it had. */
export const untilSearchReady = (child: Child, url: string): Promise<void> =>
  untilReady(child, httpProbe(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`), readyTimeoutMs);

/** Maven tells what is wrong on its standard output. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('killed' in error && error.killed === true) return `it was not done within ${buildTimeoutMs / 1_000} s`;
  const said = 'stdout' in error && typeof error.stdout === 'string' ? error.stdout.trim().split('\n') : [];
  return said.find((line) => line.includes('[ERROR]')) ?? said.at(-1) ?? error.message;
}
