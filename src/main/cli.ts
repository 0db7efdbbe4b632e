import { fileURLToPath } from 'node:url';
import { isGrpcServiceError } from '@temporalio/client';
import { CommandFailed } from '../cli/command.ts';
import { migrateCommand } from '../cli/migrate.ts';
import { type History, replayCommand } from '../cli/replay.ts';
import { runCli } from '../cli/run-cli.ts';
import { readConfiguration } from '../config/environment.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { createLogger } from '../telemetry/log.ts';
import { tracingPlugin } from '../telemetry/traces.ts';
import { openClient } from '../temporal/client.ts';
import { fetchHistory, readHistory, type RecordedHistory } from '../temporal/recorded-history.ts';
import { replayHistories } from '../temporal/replay.ts';
import { bundleWorkflows, installRuntime } from '../temporal/worker.ts';

async function fetchByConfiguration(workflowId: string): Promise<RecordedHistory | undefined> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } = readConfiguration();
  const temporal = openClient({ address, namespace, plugins: [] });
  try {
    return await fetchHistory(temporal.client, workflowId);
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    throw new CommandFailed(`Temporal at ${address} does not answer (${error.details}); set TEMPORAL_ADDRESS`, {
      cause: error,
    });
  } finally {
    await temporal.close();
  }
}

async function replay(history: History) {
  installRuntime(createLogger({ level: 'silent', process: 'replay', pretty: false }));
  // As in production with tracing on, where more interceptors run than without.
  const plugins = [tracingPlugin('replay')];
  const [replayed] = await replayHistories([history], { bundle: await bundleWorkflows(plugins), plugins });
  if (!replayed) throw new Error('the replay ended without a result');
  return replayed;
}

function databasePlace(): string {
  const { hostname, port, pathname } = new URL(readConfiguration().DATABASE_URL);
  return `the database '${pathname.slice(1)}' at ${hostname}:${port || '5432'}`;
}

const commands = [
  migrateCommand({
    migrate: (onApplied) => migrateDatabase(readConfiguration().DATABASE_URL, onApplied),
    database: databasePlace,
  }),
  replayCommand({
    fetchHistory: fetchByConfiguration,
    readHistory,
    replay,
    fixtureFolder: fileURLToPath(new URL('../../test/replay', import.meta.url)),
  }),
];

process.exitCode = await runCli(commands, process.argv.slice(2), {
  out: (line) => console.log(line),
  error: (line) => console.error(line),
});
