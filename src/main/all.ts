import { assertServerSettings } from '../db/database.ts';
import { clientOf } from '../temporal/client.ts';
import { createEventWorkflows } from '../temporal/event-workflows.ts';
import { connect, installRuntime } from '../temporal/worker.ts';
import { readinessOf } from './probes.ts';
import { runProcess } from './process.ts';
import { historyCodecOf, openPool } from './stores.ts';
import { wireApp } from './wiring.ts';
import { startWork } from './work.ts';

/** The small deployment: both in one process, where a new workflow's first task is handed to the worker without a round trip. */
await runProcess('all', async (context) => {
  const { configuration, log, tracing, metrics } = context;
  installRuntime(log);
  const connection = await connect(configuration.TEMPORAL_ADDRESS, log);
  const codec = historyCodecOf(configuration, log);
  const client = clientOf(connection, { namespace: configuration.TEMPORAL_NAMESPACE, plugins: tracing.plugins, codec });
  const workflows = createEventWorkflows({ client, taskQueue: configuration.TEMPORAL_TASK_QUEUE, eager: true, codec });
  const accepting = openPool(configuration, log, 'accepting', 10);
  const reading = openPool(configuration, log, 'reading', 4);
  await assertServerSettings(reading.queries);
  const work = await startWork(context, { connection, codec, workflows });
  const app = await wireApp(configuration, {
    accepting: accepting.queries,
    reading: reading.queries,
    workflows,
    readiness: readinessOf(configuration, reading.queries, client),
    codec,
    metrics,
    log,
  });
  await app.listen({ host: configuration.HOST, port: configuration.PORT });
  return {
    async stop() {
      await app.close();
      await work.stop();
      await Promise.all([accepting.close(), reading.close()]);
      await connection.close();
    },
  };
});
