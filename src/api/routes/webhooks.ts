import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { receiptOf, type ReceivedEvent } from '../../domain/received.ts';
import type { Receive } from '../../intake/receive.ts';
import type { Source } from '../../sources/source.ts';
import { verify } from '../../sources/verification/verify.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { currentTraceParent, inSpan } from '../../telemetry/traces.ts';
import { parseExactJson } from '../exact-json.ts';
import { sendProblem } from '../problem.ts';

/** A source as it is set up in this installation. */
export interface ConfiguredSource {
  source: Source;
  tenantId: string;
  /** The public URL that the sender calls; part of what some of them sign. */
  url: string;
  secrets: readonly string[];
}

export interface WebhookDependencies {
  receive: Receive;
  /** By their names. */
  sources: ReadonlyMap<string, ConfiguredSource>;
  metrics: Metrics;
}

/** `POST /webhooks/:source`: verify the bytes, parse, store, start, answer 202. */
export function webhookRoutes(app: FastifyInstance, { receive, sources, metrics }: WebhookDependencies): void {
  // A counter that begins at its first event hides that event from whoever asks how much it rose.
  for (const source of sources.keys()) metrics.schemaViolations.inc({ source }, 0);
  app.withTypeProvider<ZodTypeProvider>().post(
    '/webhooks/:source',
    {
      schema: {
        summary: 'Receive events of a source',
        description: 'The body is what the vendor sends, signed as the vendor signs it.',
        params: z.object({ source: z.string().max(50) }),
      },
      async onResponse({ params: { source } }, { statusCode }) {
        if (sources.has(source)) metrics.webhooksReceived.inc({ source, status: String(statusCode) });
      },
    },
    async (request, reply) =>
      inSpan(
        'POST /webhooks/:source',
        { kind: 'server', attributes: { 'causeway.source': request.params.source } },
        async () => {
          const settings = sources.get(request.params.source);
          if (!settings) {
            return sendProblem(reply, 404, { reason: 'unknown_source', detail: 'no source of that name is set up' });
          }

          const { source } = settings;
          const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const { headers, method } = request;
          const verification = verify(source.verification, {
            method,
            uri: settings.url,
            rawBody,
            headers,
            secrets: settings.secrets,
            nowMs: Date.now(),
          });
          if (!verification.ok) {
            metrics.signaturesInvalid.inc({ source: source.name, reason: verification.reason });
            // The usual cause is a secret or a public URL that differs from the sender's: the operator learns which URL we take.
            return sendProblem(
              reply,
              401,
              { reason: verification.reason, detail: 'the request is not signed as this source signs' },
              { source: source.name, ...(settings.url !== '' && { expected_url: settings.url }) },
            );
          }

          const origin = {
            tenantId: settings.tenantId,
            source: source.name,
            correlationId: request.id,
            traceParent: currentTraceParent(),
            ...(source.sendsLeads && { leadSources: [source.name] }),
          };
          const body = parseExactJson(rawBody);
          if (body === undefined) {
            await receive.unreadable(origin, rawBody);
            return sendProblem(reply, 400, {
              reason: 'not_json',
              detail: 'the body is not JSON in UTF-8; nothing of it was taken in',
            });
          }
          const parsed = source.parse(body.value, new Date(), headers);
          if (parsed.kind === 'refused') {
            return sendProblem(reply, parsed.status, { reason: 'not_a_batch', detail: parsed.message });
          }
          const events = await receive.events(origin, parsed.events);
          if (source.explainsUnreadable && events.length > 0 && events.every(({ status }) => status === 'violation')) {
            return sendProblem(reply, 422, { reason: 'nothing_fits', detail: explain(events) });
          }
          const answer = source.respond?.(new Date()) ?? { status: 202 as const, body: receiptOf(events) };
          return reply.code(answer.status).send(answer.body);
        },
      ),
  );
}

/** Names the sender's own fields, and never what they hold. */
function explain(events: readonly ReceivedEvent[]): string {
  const [first] = events.flatMap((event) => (event.status === 'violation' ? [event.error] : []));
  return `no event of the request fits: ${first?.path || 'the event'}: ${first?.message ?? ''}`;
}
