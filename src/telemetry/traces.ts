import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK, resources, tracing } from '@opentelemetry/sdk-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';
import { VendorError } from '../domain/failure.ts';

export interface Tracing {
  /** For Temporal clients and workers: carries the trace through workflows and activities. Empty when tracing is off. */
  plugins: OpenTelemetryPlugin[];
  shutdown(): Promise<void>;
}

/** The plugin that workers and replays share; without a processor the interceptors run, and what they record is dropped. */
export function tracingPlugin(
  process: string,
  spanProcessor: tracing.SpanProcessor = new tracing.NoopSpanProcessor(),
): OpenTelemetryPlugin {
  return new OpenTelemetryPlugin({ resource: resourceOf(process), spanProcessor });
}

/** Who sends: our name, and what OTEL_RESOURCE_ATTRIBUTES adds. The SDK's own look at the machine would add users and paths. */
function resourceOf(process: string): resources.Resource {
  const given = resources.detectResources({ detectors: [resources.envDetector] });
  return resources.resourceFromAttributes({ 'service.name': `causeway-${process}` }).merge(given);
}

/**
 * Sends traces to an OTLP/HTTP endpoint; without one nothing is recorded. The sampling decision is made where a trace
 * begins, and kept by all that follows it.
 */
export function startTracing(options: { endpoint: string | undefined; process: string; sampleRatio: number }): Tracing {
  if (options.endpoint === undefined) return { plugins: [], shutdown: async () => {} };
  const spanProcessor = new tracing.BatchSpanProcessor(
    new OTLPTraceExporter({ url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: 5_000 }),
    { scheduledDelayMillis: 1_000 },
  );
  const sdk = new NodeSDK({
    resource: resourceOf(options.process),
    autoDetectResources: false,
    spanProcessors: [spanProcessor],
    sampler: new tracing.ParentBasedSampler({ root: new tracing.TraceIdRatioBasedSampler(options.sampleRatio) }),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return { plugins: [tracingPlugin(options.process, spanProcessor)], shutdown: () => sdk.shutdown() };
}

/** The W3C traceparent of the span under way; `null` when nothing is traced. */
export function currentTraceParent(): string | null {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? null;
}

/** Runs `work` as part of the trace that a stored traceparent names; without one, of no trace: the one under way is another event's. */
export function withTraceParent<T>(traceParent: string | null, work: () => T): T {
  return context.with(
    propagation.extract(ROOT_CONTEXT, traceParent === null ? {} : { traceparent: traceParent }),
    work,
  );
}

const tracer = () => trace.getTracer('causeway');

/** Runs `work` in a span of its own; an error marks the span by its class, never by its message. */
export function inSpan<T>(
  name: string,
  options: { kind?: 'server' | 'client'; attributes?: Record<string, string> },
  work: () => Promise<T>,
): Promise<T> {
  const kind =
    options.kind === 'server' ? SpanKind.SERVER : options.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
  return tracer().startActiveSpan(name, { kind, attributes: options.attributes ?? {} }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: classOf(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

const classOf = (error: unknown): string =>
  error instanceof VendorError ? error.failureClass : error instanceof Error ? error.name : 'error';
