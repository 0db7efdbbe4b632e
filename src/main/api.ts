import { assertServerSettings } from '../db/database.ts';
import { createEventWorkflows } from '../temporal/event-workflows.ts';
import { openClient } from '../temporal/client.ts';
import { readinessOf } from './probes.ts';
import { runProcess } from './process.ts';
import { historyCodecOf, openPool } from './stores.ts';
import { wireApp } from './wiring.ts';

/** Takes events in and answers questions about them. */
await runProcess('api', async ({ configuration, log, tracing, metrics }) => {
  const accepting = openPool(configuration, log, 'accepting', 10);
  const reading = openPool(configuration, log, 'reading', 4);
  await assertServerSettings(reading.queries);
  const codec = historyCodecOf(configuration, log);
  const temporal = openClient({
    address: configuration.TEMPORAL_ADDRESS,
    namespace: configuration.TEMPORAL_NAMESPACE,
    plugins: tracing.plugins,
    codec,
  });
  const app = await wireApp(configuration, {
    accepting: accepting.queries,
    reading: reading.queries,
    workflows: createEventWorkflows({
      client: temporal.client,
      taskQueue: configuration.TEMPORAL_TASK_QUEUE,
      eager: false,
      codec,
    }),
    readiness: readinessOf(configuration, reading.queries, temporal.client),
    codec,
    metrics,
    log,
  });
  const address = await app.listen({ host: configuration.HOST, port: configuration.PORT });
  log.info({ address }, 'listening');
  return {
    async stop() {
      await app.close();
      await Promise.all([accepting.close(), reading.close(), temporal.close()]);
    },
  };
});
