import { parseArgs } from 'node:util';
import { ConfigurationError } from '../config/environment.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { withOperations } from './cli/with-operations.ts';
import { demoEnvironment } from './demo/environment.ts';
import { countFound } from './demo/count-found.ts';
import { play } from './demo/play.ts';
import { buildScenario } from './demo/scenario.ts';
import { explainModes, resultTable } from './demo/table.ts';
import { dataFolder } from './world/folders.ts';
import { apiUrl } from './world/programs.ts';
import { WorldError } from './world/world-error.ts';
import { startWorld } from './world.ts';

const repeated = 'Everything was posted a second time: every event was recognised, and no effect was added.';
const unsearched = 'index_lead was skipped, since no search engine was here; Java 17 and Maven bring one.';
const failed =
  'NOT AS EXPECTED: an effect is missing or doubled, or something else decided; the events above say which.';

/** `npm run demo [-- --json] [--keep] [--fresh]`: real requests through the whole local world, and what came of them. */
async function main(): Promise<boolean> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { json: flag, keep: flag, fresh: flag } });
  const { configuration, changes, productSecret, unused } = demoEnvironment();
  // With --json, standard output holds the result and nothing else.
  const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`);
  if (unused.length > 0) {
    say(`Not used here: ${unused.join(', ')}. The demo has its own causeway.yaml, the shipped rules and the sandbox.`);
  }
  const world = await startWorld({
    dataDir: dataFolder(configuration.CAUSEWAY_DATA_DIR),
    configuration,
    environment: changes,
    fresh: values.fresh,
    searchEngine: true,
    migrate: migrateDatabase,
    log: say,
  });
  try {
    const nowMs = Date.now();
    const events = await play(buildScenario(nowMs, nowMs), {
      api: apiUrl(configuration),
      sandbox: `http://127.0.0.1:${configuration.SANDBOX_PORT}`,
      hubspot: { url: configuration.HUBSPOT_WEBHOOK_URL, secret: configuration.HUBSPOT_CLIENT_SECRET },
      product: { secret: productSecret },
      website: { apiKey: configuration.INGEST_API_KEY ?? '' },
      personChange: { secret: configuration.PERSON_CHANGE_SECRET ?? '' },
      operatorKey: configuration.OPERATOR_API_KEY,
      recordConsent: (email) =>
        withOperations(({ consents }) =>
          consents.record({ email, purpose: 'outreach', granted: true, source: 'npm run demo' }),
        ),
    });
    const found =
      world.searchUrl === undefined
        ? undefined
        : await countFound(apiUrl(configuration), configuration.OPERATOR_API_KEY, nowMs);
    const ok = events.every((event) => event.ok) && found !== 0;
    const ui = `${configuration.TEMPORAL_UI_URL}/namespaces/${configuration.TEMPORAL_NAMESPACE}/workflows`;
    if (values.json) process.stdout.write(`${JSON.stringify({ ok, events, ui, leadsFound: found ?? null })}\n`);
    else {
      say(`\n${resultTable(events).join('\n')}\n`);
      say(
        "hubspot's events are signed as HubSpot signs, those of product, a team's own, by Standard Webhooks; role changes over time and body; leads show a key.",
      );
      say('src/main/demo/causeway.yaml says in which mode each type is decided. Who decides in which:');
      say(`${explainModes().join('\n')}\n`);
      say(
        found === undefined
          ? unsearched
          : `A search engine was here too: POST /api/v1/leads/search found ${found} of the run's leads, by its address.`,
      );
      say(ok ? repeated : failed);
      say(`Web UI: ${ui}${values.keep ? '' : '  (stopped now; npm run demo -- --keep leaves it up)'}`);
    }
    if (values.keep) {
      const example = events.find(({ consent }) => consent === false);
      say(`Why an event ended as it did: npm run causeway -- why ${example?.id ?? '<event id>'}`);
      say('Everything stays up until Ctrl-C.');
      const error = await world.ended;
      if (error) throw error;
    }
    return ok;
  } finally {
    await world.stop();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  const expected = error instanceof WorldError || error instanceof ConfigurationError || isUsageError(error);
  console.error(expected ? error.message : error);
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ ok: false, events: [] })}\n`);
  process.exitCode = 1;
}

/** A flag that does not exist. */
function isUsageError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
