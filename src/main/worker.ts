import { clientOf } from '../temporal/client.ts';
import { createEventWorkflows } from '../temporal/event-workflows.ts';
import { connect, installRuntime } from '../temporal/worker.ts';
import { runProcess } from './process.ts';
import { startWork } from './work.ts';

/** Carries events out. */
await runProcess('worker', async (context) => {
  const { configuration, log, tracing } = context;
  installRuntime(log);
  const connection = await connect(configuration.TEMPORAL_ADDRESS);
  const client = clientOf(connection, { namespace: configuration.TEMPORAL_NAMESPACE, plugins: tracing.plugins });
  const workflows = createEventWorkflows({ client, taskQueue: configuration.TEMPORAL_TASK_QUEUE, eager: false });
  const work = await startWork(context, { connection, workflows });
  return {
    async stop() {
      await work.stop();
      await connection.close();
    },
  };
});
