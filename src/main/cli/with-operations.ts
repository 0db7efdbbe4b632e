import { readConfiguration } from '../../config/environment.ts';
import { createLogger } from '../../telemetry/log.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { openClient } from '../../temporal/client.ts';
import { createEventWorkflows } from '../../temporal/event-workflows.ts';
import { wireOperations } from '../wire-operations.ts';
import { historyCodecOf, keyringOf, tenantId } from '../stores.ts';
import { openCliPool } from './database-place.ts';

type Operations = ReturnType<typeof wireOperations>;

/**
 * Runs one piece of work over what operators can do, straight over the database. What it has to start it starts itself; when
 * Temporal does not answer, a worker's sweep does it later.
 */
export async function withOperations<T>(work: (operations: Operations) => Promise<T>): Promise<T> {
  const configuration = readConfiguration();
  const log = createLogger({ level: 'silent', process: 'cli', pretty: false });
  const pool = await openCliPool(configuration, log);
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_TASK_QUEUE: taskQueue } = configuration;
  const codec = historyCodecOf(configuration, log);
  const temporal = openClient({ address, namespace, plugins: [], codec });
  try {
    return await work(
      wireOperations(configuration, {
        tenantId,
        queries: pool.queries,
        keyring: keyringOf(configuration, pool.queries),
        workflows: createEventWorkflows({ client: temporal.client, taskQueue, eager: false, codec }),
        metrics: createMetrics(),
        log,
      }),
    );
  } finally {
    await Promise.all([pool.close(), temporal.close()]);
  }
}
