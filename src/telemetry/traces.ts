import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK, resources, tracing } from '@opentelemetry/sdk-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';

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
  const resource = resources.resourceFromAttributes({ 'service.name': `causeway-${process}` });
  return new OpenTelemetryPlugin({ resource, spanProcessor });
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
    resource: resources.resourceFromAttributes({ 'service.name': `causeway-${options.process}` }),
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

/** Runs `work` as part of the trace that a stored or received traceparent names. */
export function withTraceParent<T>(traceParent: string | null, work: () => T): T {
  if (traceParent === null) return work();
  return context.with(propagation.extract(context.active(), { traceparent: traceParent }), work);
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
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
      throw error;
    } finally {
      span.end();
    }
  });
}
