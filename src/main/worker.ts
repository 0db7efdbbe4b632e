import { clientOf } from '../temporal/client.ts';
import { createEventWorkflows } from '../temporal/event-workflows.ts';
import { connect, installRuntime } from '../temporal/worker.ts';
import { createMetricsPage } from '../operations/metrics-page.ts';
import { installationOf } from './installation.ts';
import { startMetricsServer } from './metrics-server.ts';
import { runProcess } from './process.ts';
import { historyCodecOf, openPool } from './stores.ts';
import { startWork } from './work.ts';

/** Carries events out. */
await runProcess('worker', async (context) => {
  const { configuration, log, metrics, tracing } = context;
  const { HOST: host, METRICS_PORT: port, TEMPORAL_METRICS_PORT: sdkPort } = configuration;
  installRuntime(log, sdkPort === undefined ? undefined : `${host}:${sdkPort}`);
  const connection = await connect(configuration.TEMPORAL_ADDRESS, log);
  const codec = historyCodecOf(configuration, log);
  const client = clientOf(connection, { namespace: configuration.TEMPORAL_NAMESPACE, plugins: tracing.plugins, codec });
  const workflows = createEventWorkflows({ client, taskQueue: configuration.TEMPORAL_TASK_QUEUE, eager: false, codec });
  const work = await startWork(context, { connection, codec, workflows });
  const observing = openPool(configuration, log, 'observing', 2);
  const { windowSeconds } = installationOf(configuration).buyerGroups;
  const page = createMetricsPage({ queries: observing.queries, windowMs: windowSeconds * 1_000, metrics, log });
  const server = port === undefined ? undefined : await startMetricsServer({ host, port, page });
  return {
    async stop() {
      await server?.stop();
      await observing.close();
      await work.stop();
      await connection.close();
    },
  };
});
