import { fileURLToPath } from 'node:url';
import {
  type ActivityInterceptorsFactory,
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerPlugin,
  type WorkflowBundle,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';
import type { HistoryCodec } from '../privacy/payload-codec.ts';
import type { Logger } from '../telemetry/log.ts';
import { dataConverterOf } from './data-converter.ts';

const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/**
 * Sends what the SDK itself logs into our log, and serves its metrics at `metricsAddress` (`host:port`). Once per process,
 * before any connection.
 */
export function installRuntime(log: Logger, metricsAddress?: string): void {
  const to = (level: 'debug' | 'warn' | 'error') => (message: string, meta?: object) =>
    log[level]({ ...(meta && 'workflowId' in meta && { workflow_id: meta.workflowId }) }, message);
  const write = { TRACE: () => {}, DEBUG: to('debug'), INFO: to('debug'), WARN: to('warn'), ERROR: to('error') };
  Runtime.install({
    // The process that we run in decides when it ends; two handlers for one signal would race.
    shutdownSignals: [],
    // Without this the native part writes lines of its own, in its own form.
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress !== undefined && {
        metrics: {
          prometheus: { bindAddress: metricsAddress, useSecondsForDurations: true, countersTotalSuffix: true },
        },
      }),
    },
    logger: {
      log: (level, message, meta) => write[level](message, meta),
      trace: write.TRACE,
      debug: write.DEBUG,
      info: write.INFO,
      warn: write.WARN,
      error: write.ERROR,
    },
  });
}

const tellAfterMs = 3_000;

/** Connects, trying again for a minute: in a deployment the worker may be up before the server. */
export async function connect(address: string, log: Logger): Promise<NativeConnection> {
  const endsAt = Date.now() + 60_000;
  const teller = setTimeout(
    () =>
      log.warn(
        { address },
        'Temporal does not answer, trying for a minute; is TEMPORAL_ADDRESS set to a server that is up?',
      ),
    tellAfterMs,
  );
  try {
    for (;;) {
      try {
        return await NativeConnection.connect({ address });
      } catch (error) {
        if (Date.now() >= endsAt)
          throw new Error(`no Temporal server answers at ${address}; set TEMPORAL_ADDRESS`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  } finally {
    clearTimeout(teller);
  }
}

/** The bundle that the sandbox of workflows runs; the plugins' interceptors are part of it. */
export const bundleWorkflows = (plugins: OpenTelemetryPlugin[], path = workflowsPath): Promise<WorkflowBundle> =>
  bundleWorkflowCode({ workflowsPath: path, plugins, logger: bundlerLog });

const bundlerLog = new DefaultLogger('ERROR');

/**
 * For one step of a workflow. A run that is full of signals, 10,000, has them all in one step after a failure, and takes half a millisecond
 * for each; with the SDK's 5 s it would fail for ever. The SDK reads this option, and has it in no type.
 */
const patience = { isolateExecutionTimeout: '25s' };

/** Our one worker: workflows and activities. Short tasks, so many at once; a stop gives what runs ten seconds. */
export function createWorker(options: {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  activities: object;
  interceptor: ActivityInterceptorsFactory;
  plugins: OpenTelemetryPlugin[];
  codec: HistoryCodec;
  /** Built before, without encryption; absent, it is built now. */
  bundle?: WorkflowBundleOption;
  /** Other workflows than ours. */
  workflowsPath?: string;
}): Promise<Worker> {
  const {
    connection,
    namespace,
    taskQueue,
    activities,
    plugins,
    bundle,
    workflowsPath: path = workflowsPath,
  } = options;
  return Worker.create({
    ...patience,
    connection,
    namespace,
    taskQueue,
    activities,
    plugins: [...plugins, innermost(options.interceptor)],
    dataConverter: dataConverterOf(options.codec),
    ...(bundle ? { workflowBundle: bundle } : { workflowsPath: path }),
    maxConcurrentWorkflowTaskExecutions: 100,
    maxConcurrentActivityTaskExecutions: 100,
    maxCachedWorkflows: 1_000,
    shutdownGraceTime: '10s',
    shutdownForceTime: '15s',
  });
}

/**
 * Interceptors added by a later plugin run inside those of an earlier one. Ours has to be inside the tracing: an error that
 * was not classified yet may quote data, and spans keep what an error says.
 */
const innermost = (interceptor: ActivityInterceptorsFactory): WorkerPlugin => ({
  name: 'causeway-failures',
  configureWorker: (options) => ({
    ...options,
    interceptors: { ...options.interceptors, activity: [...(options.interceptors?.activity ?? []), interceptor] },
  }),
});
