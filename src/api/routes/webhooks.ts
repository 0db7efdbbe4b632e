import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { receiptOf } from '../../domain/received.ts';
import type { Receive } from '../../intake/receive.ts';
import { findSource } from '../../sources/index.ts';
import { verify } from '../../sources/verification/verify.ts';
import { currentTraceParent, inSpan } from '../../telemetry/traces.ts';
import { sendProblem } from '../problem.ts';

/** How a source is set up in this installation. */
export interface SourceSettings {
  tenantId: string;
  /** The public URL that the sender calls; part of what it signs. */
  url: string;
  secrets: readonly string[];
}

export interface WebhookDependencies {
  receive: Receive;
  sourceSettings: Readonly<Record<string, SourceSettings | undefined>>;
}

/** `POST /webhooks/:source`: verify the bytes, parse, store, start, answer 202. */
export function webhookRoutes(app: FastifyInstance, { receive, sourceSettings }: WebhookDependencies): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/webhooks/:source',
    {
      schema: {
        summary: 'Receive events of a source',
        description: 'The body is what the vendor sends, signed as the vendor signs it.',
        params: z.object({ source: z.string().max(50) }),
      },
    },
    async (request, reply) =>
      inSpan(
        'POST /webhooks/:source',
        { kind: 'server', attributes: { 'causeway.source': request.params.source } },
        async () => {
          const source = findSource(request.params.source);
          const settings = source && sourceSettings[source.name];
          if (!source || !settings) {
            return sendProblem(reply, 404, { reason: 'unknown_source', detail: 'no source of that name is set up' });
          }

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
            // The usual cause is a secret or a public URL that differs from the sender's: the operator learns which URL we take.
            return sendProblem(
              reply,
              401,
              { reason: verification.reason, detail: 'the request is not signed as this source signs' },
              { source: source.name, expected_url: settings.url },
            );
          }

          const origin = {
            tenantId: settings.tenantId,
            source: source.name,
            correlationId: request.id,
            traceParent: currentTraceParent(),
          };
          const body = parseJson(rawBody);
          if (body === undefined) {
            await receive.unreadable(origin, rawBody);
            return sendProblem(reply, 400, {
              reason: 'not_json',
              detail: 'the body is not JSON in UTF-8; nothing of it was taken in',
            });
          }
          const parsed = source.parse(body.value, new Date());
          if (parsed.kind === 'refused') {
            return sendProblem(reply, parsed.status, { reason: 'not_a_batch', detail: parsed.message });
          }
          const events = await receive.events(origin, parsed.events);
          const answer = source.respond?.(new Date()) ?? { status: 202 as const, body: receiptOf(events) };
          return reply.code(answer.status).send(answer.body);
        },
      ),
  );
}

function parseJson(raw: Buffer): { value: unknown } | undefined {
  try {
    // `fatal`, so that bytes which are no UTF-8 are refused and not silently replaced.
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)) };
  } catch {
    return undefined;
  }
}
