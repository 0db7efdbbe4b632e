import { parseArgs } from 'node:util';
import { ConfigurationError, readConfiguration } from '../config/environment.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { startWorld } from './world.ts';
import { createLinePrinter } from './world/line-printer.ts';
import { dataFolder } from './world/folders.ts';
import { apiUrl } from './world/programs.ts';
import { WorldError } from './world/world-error.ts';

/** `npm run dev [-- --fresh]`: everything on this machine, until Ctrl-C. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
  const configuration = readConfiguration();
  const world = await startWorld({
    dataDir: dataFolder(configuration.CAUSEWAY_DATA_DIR),
    configuration,
    fresh: values.fresh,
    migrate: migrateDatabase,
    onLine: createLinePrinter(process.stdout),
  });
  const api = apiUrl(configuration);
  console.log(`
Causeway is ready.
  API        ${api}
  API docs   ${api}/docs
  Web UI     ${configuration.TEMPORAL_UI_URL}
  sandbox    http://127.0.0.1:${configuration.SANDBOX_PORT}
Ctrl-C stops everything and keeps the data; --fresh forgets it.
`);
  const error = await world.ended;
  if (error) throw error;
}

try {
  await main();
} catch (error) {
  const expected = error instanceof WorldError || error instanceof ConfigurationError || isUsageError(error);
  console.error(expected ? error.message : error);
  process.exitCode = 1;
}

/** A flag that does not exist. */
function isUsageError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
