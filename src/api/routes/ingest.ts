import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { receipt, receiptOf, type ReceivedEvent } from '../../domain/received.ts';
import type { Receive } from '../../intake/receive.ts';
import type { Senders } from '../../operations/senders.ts';
import { readLeads } from '../../sources/lead/index.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { currentTraceParent, inSpan } from '../../telemetry/traces.ts';
import { senderOf } from '../plugins/sender-auth.ts';
import { sendProblem } from '../problem.ts';
import { parseStrictJson } from '../strict-json.ts';

export interface IngestDependencies {
  receive: Receive;
  senders: Senders;
  /** Origins whose pages may post leads. */
  corsOrigins: readonly string[];
  /** Sources of leads that the metrics name, beside those that a key is bound to. */
  leadSources: readonly string[];
  metrics: Metrics;
}

/** What the metrics say of a request that was turned away whole. */
const refusedAs: Readonly<Record<number, string>> = {
  400: 'unreadable',
  401: 'unauthorised',
  413: 'unreadable',
  415: 'unreadable',
  429: 'limited',
  500: 'unavailable',
  503: 'unavailable',
};

/** `POST /ingest`: one lead, or up to a hundred. */
export async function ingestRoutes(
  app: FastifyInstance,
  { receive, senders, corsOrigins, leadSources, metrics }: IngestDependencies,
): Promise<void> {
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...corsOrigins],
      methods: ['POST'],
      allowedHeaders: ['content-type', 'x-api-key', 'authorization', 'idempotency-key', 'x-correlation-id'],
      exposedHeaders: ['retry-after', 'x-correlation-id'],
      maxAge: 600,
    });
  }
  metrics.schemaViolations.inc({ source: 'ingest' }, 0);
  app.addHook('onResponse', async ({ method }, { statusCode }) => {
    const status = refusedAs[statusCode];
    if (method === 'POST' && status !== undefined) metrics.leadsReceived.inc({ source: 'other', status });
  });
  app.withTypeProvider<ZodTypeProvider>().post(
    '/ingest',
    {
      schema: {
        summary: 'Take in a lead, or an array of up to 100',
        description:
          'The body is what /schemas/lead-event.json describes. Show an API key as x-api-key. A lead without consent is answered like any other, and nothing of it is kept.',
        response: { 202: receipt },
      },
    },
    async (request, reply) =>
      inSpan('POST /ingest', { kind: 'server', attributes: {} }, async () => {
        const sender = await senderOf(senders, request, reply);
        if (!sender) return reply;
        const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const origin = {
          tenantId: sender.tenantId,
          source: 'ingest',
          correlationId: request.id,
          traceParent: currentTraceParent(),
          leadSources: [...leadSources, ...(sender.sources ?? [])],
        };
        const body = parseStrictJson(rawBody);
        if (!body.ok) {
          await receive.unreadable(origin, rawBody);
          return sendProblem(reply, 400, {
            reason: 'not_json',
            detail: `${body.message}; nothing of the request was taken in`,
          });
        }
        const { 'idempotency-key': key, 'user-agent': userAgent } = request.headers;
        const parsed = readLeads(body.value, {
          receivedAt: new Date(),
          ip: request.ip,
          userAgent,
          idempotencyKey: typeof key === 'string' ? key : undefined,
          sources: sender.sources,
        });
        if (parsed.kind === 'refused') {
          return sendProblem(reply, parsed.status, { reason: 'not_a_batch', detail: parsed.message });
        }
        const events = await receive.events(origin, parsed.events);
        const failed = failureOf(events);
        return failed
          ? sendProblem(reply, failed.status, { reason: failed.reason, detail: failed.detail })
          : reply.code(202).send(receiptOf(events));
      }),
  );
}

/** Nothing of the request was taken in: then its sender has to know at once. */
function failureOf(events: readonly ReceivedEvent[]) {
  if (events.length === 0 || events.some(({ status }) => status === 'accepted' || status === 'duplicate'))
    return undefined;
  const [violation] = events.flatMap((event) => (event.status === 'violation' ? [event.error] : []));
  return violation
    ? {
        status: 422,
        reason: 'nothing_fits',
        detail: `no lead of the request fits: ${violation.path || 'the lead'}: ${violation.message}`,
      }
    : {
        status: 409,
        reason: 'conflict',
        detail:
          'this idempotency key came with another content before, and what became of that stands, whether it was kept or dropped; send a new lead under a new key',
      };
}
