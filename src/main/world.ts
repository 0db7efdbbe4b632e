import type { Configuration } from '../config/environment.ts';
import { parseDatabaseAddress } from '../db/local-address.ts';
import { portClaims } from './world/claims.ts';
import { binFolder, forgetData, makeDataFolder } from './world/folders.ts';
import { allParts, type Part } from './world/parts.ts';
import { assertPortsFree } from './world/ports.ts';
import { apiUrl, sandboxProgram, serviceProgram } from './world/programs.ts';
import { createProgress } from './world/progress.ts';
import { startPostgres } from './world/start-postgres.ts';
import { type Program, startProgram } from './world/start-program.ts';
import { startSearch } from './world/start-search.ts';
import { startTemporal } from './world/start-temporal.ts';
import { stopOnSignals } from './world/stop-on-signals.ts';
import { createSupervisor, type Supervisor } from './world/supervisor.ts';
import { WorldError } from './world/world-error.ts';

export interface WorldOptions {
  /** Everything that is kept lies here; one world at a time has it. */
  dataDir: string;
  configuration: Configuration;
  /** Variables that the service is given beside our own environment. */
  environment?: Readonly<Record<string, string>>;
  /** Forgets what earlier worlds kept. */
  fresh?: boolean;
  /** Which parts to start; absent: all. */
  only?: readonly Part[];
  /** Whether to bring up a search engine where the machine can run one. */
  searchEngine?: boolean;
  /** More programs, started with the service. */
  programs?: readonly Program[];
  /** Brings the schema up to date, before anything uses it. */
  migrate?: (databaseUrl: string) => Promise<void>;
  /** No Web UI. */
  headless?: boolean;
  /** Ends the process in order on Ctrl-C and its like; absent: yes. */
  handleSignals?: boolean;
  quiet?: boolean;
  /** Takes lines of progress; absent: standard output. */
  log?: (line: string) => void;
  /** Takes what the children print. */
  onLine?: (name: string, line: string) => void;
}

export interface World {
  /** Where the search engine is that was brought up. */
  searchUrl: string | undefined;
  /** Settles when everything is stopped: with the error that ended it, or `null` when it was asked to. */
  ended: Promise<Error | null>;
  stop(): Promise<void>;
}

/** Brings the local world up and returns when it is ready. When that fails nothing is left running; the error says what to do. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { dataDir, configuration } = options;
  if (configuration.production) throw new WorldError('The local world is for development: unset NODE_ENV.');
  const log = options.quiet ? () => {} : (options.log ?? ((line: string) => console.log(line)));
  const parts = ownParts(options);
  await makeDataFolder(dataDir);
  const supervisor = await createSupervisor({ dataDir, log, onLine: options.onLine ?? (() => {}) });
  const world: World = { searchUrl: undefined, ended: supervisor.ended, stop: () => supervisor.stop() };
  if (options.handleSignals !== false) stopOnSignals(world, log);
  const ready = bringUp(supervisor, options, parts, log);
  try {
    const failed = supervisor.ended.then((error) => {
      throw error ?? new WorldError('The local world was stopped before it was ready.');
    });
    world.searchUrl = await Promise.race([ready, failed]);
    return world;
  } catch (error) {
    // Once stopping has begun, parts fail because of it; what began it is the reason.
    const reason: unknown = supervisor.signal.aborted ? supervisor.signal.reason : error;
    await supervisor.stop();
    await Promise.allSettled([ready]);
    throw reason;
  }
}

/** A database on another host and a Temporal server with an address are somebody else's: those are used, not started. */
function ownParts({ configuration, only = allParts }: WorldOptions): Set<Part> {
  const parts = new Set(only);
  if (!parseDatabaseAddress(configuration.DATABASE_URL).local) parts.delete('postgres');
  if (!configuration.ownTemporal) parts.delete('temporal');
  return parts;
}

async function bringUp(
  supervisor: Supervisor,
  options: WorldOptions,
  parts: ReadonlySet<Part>,
  log: (line: string) => void,
): Promise<string | undefined> {
  const { dataDir, configuration, migrate, programs = [] } = options;
  await assertPortsFree(portClaims(configuration, parts, !options.headless));
  if (options.fresh) await forgetData(dataDir);
  const progress = createProgress(parts.size + programs.length, log);
  const step = async (part: Part, name: string, start: () => Promise<string>) => {
    if (parts.has(part)) await progress.step(name, start);
  };
  const { DATABASE_URL: url, TEMPORAL_PORT: port, TEMPORAL_UI_PORT: uiPort } = configuration;
  const database = async () => {
    await step('postgres', 'PostgreSQL', async () => {
      await startPostgres(supervisor, { dataDir, url, log });
      return `127.0.0.1:${parseDatabaseAddress(url).port}`;
    });
    await migrate?.(url);
  };
  const [searchUrl] = await Promise.all([
    options.searchEngine ? startSearch(supervisor, { dataDir, log }) : undefined,
    database(),
    step('temporal', 'Temporal', async () => {
      const ui = options.headless ? {} : { uiPort };
      await startTemporal(supervisor, {
        dataDir,
        binFolder,
        port,
        namespace: configuration.TEMPORAL_NAMESPACE,
        log,
        ...ui,
      });
      return configuration.TEMPORAL_ADDRESS;
    }),
    step('sandbox', 'sandbox', async () => {
      await startProgram(supervisor, sandboxProgram(configuration, dataDir));
      return `http://127.0.0.1:${configuration.SANDBOX_PORT}`;
    }),
  ]);
  const environment = { ...options.environment, ...(searchUrl !== undefined && { SEARCH_URL: searchUrl }) };
  await Promise.all([
    step('worker', 'worker', async () => {
      await startProgram(supervisor, serviceProgram('worker', configuration, environment));
      return 'started';
    }),
    step('api', 'API', async () => {
      await startProgram(supervisor, serviceProgram('api', configuration, environment));
      return apiUrl(configuration);
    }),
    ...programs.map((program) =>
      progress.step(program.name, async () => {
        await startProgram(supervisor, program);
        return program.readyUrl ?? 'started';
      }),
    ),
  ]);
  return searchUrl;
}
