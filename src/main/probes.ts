import type { Client } from '@temporalio/client';
import { sql } from 'drizzle-orm';
import type { Configuration } from '../config/environment.ts';
import type { Queries } from '../db/database.ts';
import { createReadiness, type Readiness } from '../operations/readiness.ts';

/** What has to be up before events are taken. In development that is the whole local world; elsewhere PostgreSQL is enough. */
export function readinessOf(configuration: Configuration, queries: Queries, client: Client): Readiness {
  const { production, sandboxUrl, TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: name } = configuration;
  const database = {
    name: 'postgresql',
    needed: 'always' as const,
    probe: () => queries.execute(sql`select from events limit 0`),
  };
  const temporal = {
    name: 'temporal',
    needed: 'once' as const,
    probe: () => client.withDeadline(deadline(), () => client.workflowService.getSystemInfo({})),
  };
  const worker = {
    name: 'worker',
    needed: 'once' as const,
    async probe() {
      const request = { namespace, taskQueue: { name } };
      const { pollers } = await client.withDeadline(deadline(), () =>
        client.workflowService.describeTaskQueue(request),
      );
      if (!pollers?.length) throw new NoWorker();
    },
  };
  const sandbox = {
    name: 'sandbox',
    needed: 'once' as const,
    async probe() {
      const { ok } = await fetch(`${sandboxUrl}/_sandbox/health`, { signal: AbortSignal.timeout(1_500) });
      if (!ok) throw new Error('the sandbox is not well');
    },
  };
  return createReadiness(production ? [database] : [database, temporal, worker, sandbox]);
}

const deadline = () => Date.now() + 1_500;

class NoWorker extends Error {
  override readonly name = 'NoWorker';
}
