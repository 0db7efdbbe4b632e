import type { NativeConnection, WorkflowBundleOption } from '@temporalio/worker';
import { activityInterceptor } from '../activities/classify-failure.ts';
import type { Configuration } from '../config/environment.ts';
import { defaultSweepLimits, type SweepLimits } from '../intake/starter.ts';
import { startSweeper } from '../intake/sweeper.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Tracing } from '../telemetry/traces.ts';
import type { EventWorkflows } from '../temporal/event-workflows.ts';
import { createWorker } from '../temporal/worker.ts';
import type { Running } from './process.ts';
import { openPool, wireActivities } from './wiring.ts';

const sweepEveryMs = 1_000;

/** Runs workflows, activities and the sweeper until it is stopped. */
export async function startWork(
  { configuration, log, tracing }: { configuration: Configuration; log: Logger; tracing: Tracing },
  options: {
    connection: NativeConnection;
    workflows: EventWorkflows;
    /** Built before, so that the start is quick; absent, it is built now. */
    bundle?: WorkflowBundleOption;
    sweep?: Partial<SweepLimits> | undefined;
    sweepEveryMs?: number | undefined;
  },
): Promise<Running> {
  const { connection, workflows, bundle } = options;
  const steps = openPool(configuration, log, 'steps', 10);
  const finishing = openPool(configuration, log, 'finishing', 6);
  const { activities, starter } = wireActivities(configuration, {
    steps: steps.queries,
    finishing: finishing.queries,
    workflows,
    log,
  });
  const worker = await createWorker({
    connection,
    namespace: configuration.TEMPORAL_NAMESPACE,
    taskQueue: configuration.TEMPORAL_TASK_QUEUE,
    activities,
    interceptor: activityInterceptor(log),
    plugins: tracing.plugins,
    ...(bundle && { bundle }),
  });
  const working = worker.run();
  const sweeper = startSweeper({
    starter,
    everyMs: options.sweepEveryMs ?? sweepEveryMs,
    limits: { ...defaultSweepLimits, ...options.sweep },
    log,
  });
  return {
    async stop() {
      await sweeper.stop();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await working;
      await Promise.all([steps.close(), finishing.close()]);
    },
  };
}
