import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../src/db/migrate.ts';
import { projectFolder } from '../src/main/world/folders.ts';
import { startLocalServers } from '../src/main/world/local-servers.ts';
import { bundleWorkflows } from '../src/temporal/worker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated database: tests copy it, and never write to it. */
    templateUrl: string;
    temporalAddress: string;
    workflowBundlePath: string;
  }
}

/** One PostgreSQL and one Temporal server for the whole run; every test file has a database and a task queue of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // A name of its own lets two runs go on side by side; the same name again cleans up after a run that was killed.
  const dataDir = join(projectFolder, '.causeway', process.env['CAUSEWAY_TEST_NAME'] ?? 'test');
  const servers = await startLocalServers({ dataDir, fresh: true, log: (line) => process.stderr.write(`${line}\n`) });
  const admin = new Client(servers.databaseUrl);
  await admin.connect();
  await admin.query('create database template_causeway');
  await admin.end();
  const templateUrl = servers.databaseUrl.replace(/\/[^/]*$/, '/template_causeway');
  await migrateDatabase(templateUrl);
  await mkdir(dataDir, { recursive: true });
  const workflowBundlePath = join(dataDir, 'workflows.js');
  const { code } = await bundleWorkflows([]);
  await writeFile(workflowBundlePath, code);
  project.provide('templateUrl', templateUrl);
  project.provide('temporalAddress', servers.temporalAddress);
  project.provide('workflowBundlePath', workflowBundlePath);
  return () => servers.stop();
}
