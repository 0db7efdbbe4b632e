import { z } from 'zod';
import { runServer } from './running-sandbox.ts';

const attributes = z.array(z.object({ key: z.string(), value: z.unknown() })).default([]);

const traces = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.looseObject({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              attributes,
              status: z.object({ message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface Span {
  /** `causeway-api`, `causeway-worker`. */
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  /** The attribute that Temporal's interceptors set on what belongs to a workflow. */
  workflowId: string | undefined;
  /** What the error said that ended it. */
  error: string | undefined;
}

/** What a trace collector is to an exporter: OTLP over HTTP in JSON. It keeps every span. */
export async function runTraceReceiver() {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const server = await runServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    bodies.push(body);
    if (request.url === '/v1/traces') spans.push(...spansOf(body));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return {
    url: server.url,
    spans,
    /** All requests as they came, whatever they were for. */
    bodies,
    close: () => server.close(),
  };
}

function spansOf(body: string): Span[] {
  return traces.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ traceId, spanId, parentSpanId, name, attributes: own, status }) => ({
        service: textOf(resource.attributes, 'service.name') ?? '',
        traceId,
        spanId,
        parentSpanId,
        name,
        workflowId: textOf(own, 'temporalWorkflowId') ?? textOf(own, 'workflowId'),
        error: status.message,
      })),
    ),
  );
}

const text = z.object({ stringValue: z.string() });

function textOf(given: z.infer<typeof attributes>, key: string): string | undefined {
  return text.safeParse(given.find((attribute) => attribute.key === key)?.value).data?.stringValue;
}
