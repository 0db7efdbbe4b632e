import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { consentsCommand } from '../cli/consents.ts';
import { erasuresCommand } from '../cli/erasures.ts';
import { failuresCommand } from '../cli/failures.ts';
import { groupsCommand } from '../cli/groups.ts';
import { jobsCommand } from '../cli/jobs.ts';
import { keysCommand } from '../cli/keys.ts';
import { lanesCommand } from '../cli/lanes.ts';
import { migrateCommand } from '../cli/migrate.ts';
import { redriveCommand } from '../cli/redrive.ts';
import { residueCommand } from '../cli/residue.ts';
import { replayCommand } from '../cli/replay.ts';
import { retentionCommand } from '../cli/retention.ts';
import { rulesCommand } from '../cli/rules.ts';
import { runCli } from '../cli/run-cli.ts';
import { searchCommand } from '../cli/search.ts';
import { settleCommand } from '../cli/settle.ts';
import { subjectsCommand } from '../cli/subjects.ts';
import { warehouseCommand } from '../cli/warehouse.ts';
import { whyCommand } from '../cli/why.ts';
import { readConfiguration } from '../config/environment.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { databasePlace, orSayWhere } from './cli/database-place.ts';
import { ruleCases } from './cli/rule-cases.ts';
import type { withOperations as WithOperations } from './cli/with-operations.ts';

// Each command loads what it works with when it is run: no command waits for the libraries of another.
const histories = () => import('./cli/histories.ts');

const withOperations: typeof WithOperations = async (work) =>
  (await import('./cli/with-operations.ts')).withOperations(work);

const commands = [
  migrateCommand({
    async migrate(onApplied) {
      const configuration = readConfiguration();
      await orSayWhere(configuration, migrateDatabase(configuration.DATABASE_URL, onApplied));
    },
    database: () => databasePlace(readConfiguration()),
  }),
  replayCommand({
    fetchHistory: async (workflowId) => (await histories()).fetchByConfiguration(workflowId),
    readHistory: async (text) => (await histories()).readByConfiguration(text),
    replay: async (history) => (await histories()).replay(history),
    fixtureFolder: fileURLToPath(new URL('../../test/replay', import.meta.url)),
  }),
  failuresCommand((work) => withOperations(({ failures }) => work(failures))),
  redriveCommand((work) => withOperations(({ redrives }) => work(redrives))),
  whyCommand((work) => withOperations(work)),
  lanesCommand(() => withOperations(({ lanes }) => lanes())),
  jobsCommand((work) => withOperations(({ jobs }) => work(jobs))),
  groupsCommand((work) => withOperations(work)),
  settleCommand((key, what, by) => withOperations(({ settleEffect }) => settleEffect(key, what, by))),
  rulesCommand(ruleCases),
  keysCommand((work) => withOperations(({ apiKeys }) => work(apiKeys))),
  warehouseCommand(async (work) => (await import('./cli/with-warehouse.ts')).withWarehouse(work)),
  erasuresCommand((work) => withOperations(({ erasures }) => work(erasures))),
  residueCommand(
    async (texts, files) => (await import('./cli/residue.ts')).scanForResidue(texts, files ?? []),
    () => textOf(process.stdin),
  ),
  subjectsCommand((work) => withOperations(({ subjects }) => work(subjects))),
  retentionCommand((work) => withOperations(({ retention }) => work(retention))),
  searchCommand(async (work) => (await import('./cli/with-search.ts')).withSearch(work)),
  consentsCommand((consent) => withOperations(({ consents }) => consents.record(consent))),
];

process.exitCode = await runCli(commands, process.argv.slice(2), {
  out: (line) => console.log(line),
  error: (line) => console.error(line),
});
