import { ConfigurationError, type Configuration, readConfiguration } from '../config/environment.ts';
import { rootMessage } from '../domain/root-message.ts';
import { createLogger, type Logger } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { startTracing, type Tracing } from '../telemetry/traces.ts';
import { exitWithParent } from './world/parent.ts';

export interface Running {
  /** Ends the process's work in order; what it has begun it finishes. */
  stop(): Promise<void>;
}

const stopLimitMs = 30_000;

/** What every process of ours has in common: configuration, log, traces, metrics, and an orderly end on SIGTERM, SIGINT or its parent's end. */
export async function runProcess(
  name: 'api' | 'worker' | 'all',
  start: (context: {
    configuration: Configuration;
    log: Logger;
    tracing: Tracing;
    metrics: Metrics;
  }) => Promise<Running>,
): Promise<void> {
  let configuration: Configuration;
  try {
    configuration = readConfiguration();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`The configuration is not complete:\n${error.message}\n`);
    process.exit(2);
  }
  const log = createLogger({ level: configuration.LOG_LEVEL, process: name, pretty: process.stdout.isTTY });
  const tracing = startTracing({
    endpoint: configuration.OTEL_EXPORTER_OTLP_ENDPOINT,
    process: name,
    sampleRatio: configuration.OTEL_TRACES_SAMPLER_ARG,
  });
  process.on('unhandledRejection', (error) => {
    log.fatal(
      {
        error: error instanceof Error ? error.name : 'unknown',
        at: error instanceof Error ? error.stack?.split('\n').slice(1, 6) : [],
      },
      'unhandled rejection, ending',
    );
    process.exit(1);
  });
  const { promise: asked, resolve: ask } = Promise.withResolvers<string>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ask(signal));
  exitWithParent();
  try {
    const running = await start({ configuration, log, tracing, metrics: createMetrics({ processMetrics: true }) });
    log.info({ node: process.version }, `${name} is up`);
    const signal = await asked;
    log.info({ signal }, `${name} is stopping`);
    setTimeout(() => process.exit(1), stopLimitMs).unref();
    await running.stop();
    await tracing.shutdown();
    process.exit(0);
  } catch (error) {
    log.fatal({ error: rootMessage(error) }, `${name} ended with an error`);
    process.exit(1);
  }
}
