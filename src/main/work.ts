import type { NativeConnection, WorkflowBundleOption } from '@temporalio/worker';
import { activityInterceptor } from '../activities/classify-failure.ts';
import type { Configuration } from '../config/environment.ts';
import { defaultSweepLimits, type SweepLimits } from '../intake/starter.ts';
import { startSweeper } from '../intake/sweeper.ts';
import { createTidy } from '../intake/tidy.ts';
import { openGeo } from '../leads/geo.ts';
import type { HistoryCodec } from '../privacy/payload-codec.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/traces.ts';
import type { EventWorkflows } from '../temporal/event-workflows.ts';
import { createWorker } from '../temporal/worker.ts';
import { installationOf } from './installation.ts';
import type { Running } from './process.ts';
import { openPool } from './stores.ts';
import { createUpkeep } from './upkeep.ts';
import { warehousePlaceOf } from './warehouse.ts';
import { wireActivities } from './wiring.ts';

const sweepEveryMs = 1_000;

/** Runs workflows, activities and the sweeper until it is stopped. */
export async function startWork(
  {
    configuration,
    log,
    tracing,
    metrics,
  }: {
    configuration: Configuration;
    log: Logger;
    tracing: Tracing;
    metrics: Metrics;
  },
  options: {
    connection: NativeConnection;
    codec: HistoryCodec;
    workflows: EventWorkflows;
    /** Built before, so that the start is quick; absent, it is built now. */
    bundle?: WorkflowBundleOption;
    sweep?: Partial<SweepLimits> | undefined;
    sweepEveryMs?: number | undefined;
  },
): Promise<Running> {
  const { connection, codec, workflows, bundle } = options;
  const steps = openPool(configuration, log, 'steps', 10);
  const finishing = openPool(configuration, log, 'finishing', 6);
  const { activities, starter, batches, wakeForgotten, stop } = wireActivities(configuration, {
    steps: steps.queries,
    finishing: finishing.queries,
    workflows,
    metrics,
    log,
    findPlace: await openGeo(configuration.GEO_DATABASE_PATH),
  });
  // A step whose first failures are those that its series begins with would seem to have none.
  for (const step of Object.keys(activities))
    for (const result of ['ok', 'failed']) metrics.stepDurationSeconds.zero({ step, result });
  const worker = await createWorker({
    connection,
    namespace: configuration.TEMPORAL_NAMESPACE,
    taskQueue: configuration.TEMPORAL_TASK_QUEUE,
    activities,
    interceptor: activityInterceptor(log, metrics),
    plugins: tracing.plugins,
    codec,
    ...(bundle && { bundle }),
  });
  const working = worker.run();
  const limits = { ...defaultSweepLimits, ...options.sweep };
  const sweeper = startSweeper({
    duties: [
      () => starter.sweep(limits),
      () => batches.collect(),
      () => batches.lookAfter(limits),
      () => wakeForgotten(limits),
      createTidy(finishing.queries, installationOf(configuration).buyerGroups),
      createUpkeep({
        schedules: workflows.schedules,
        settings: installationOf(configuration),
        hasWarehouse: warehousePlaceOf(configuration) !== undefined,
      }),
    ],
    everyMs: options.sweepEveryMs ?? sweepEveryMs,
    log,
  });
  return {
    async stop() {
      await sweeper.stop();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await working;
      await stop();
      await Promise.all([steps.close(), finishing.close()]);
    },
  };
}
