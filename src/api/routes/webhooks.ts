import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { receiptOf, type ReceivedEvent } from '../../domain/received.ts';
import type { Receive } from '../../intake/receive.ts';
import type { Source } from '../../sources/source.ts';
import { explainRefusal } from '../../sources/verification/refusal-words.ts';
import { verify } from '../../sources/verification/verify.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { currentTraceParent, inSpan } from '../../telemetry/traces.ts';
import { parseExactJson } from '../exact-json.ts';
import { sendProblem } from '../problem.ts';
import { nothingFits, unknownSource, webhookRefusals } from '../refusals.ts';

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

/** As many events are stored in one transaction, and of a longer request so many at a time that each part is stored in time. */
const eventsAtOnce = 100;
const partOfLongRequest = 25;
const named = z.object({ source: z.string().max(50).describe('The name of one of the sources above.') });

/** `POST /webhooks/:source`: verify the bytes, parse, store, start, answer 202. Behind it a secret, where a sender signs nothing. */
export function webhookRoutes(app: FastifyInstance, { receive, sources, metrics }: WebhookDependencies): void {
  // A counter that begins at its first event hides that event from whoever asks how much it rose.
  for (const source of sources.keys()) metrics.schemaViolations.inc({ source }, 0);
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const description =
    'The body is read as JSON once it is known who sends it, and every event is stored before it is answered. What comes again is recognised, and changes nothing.';

  routes.post(
    '/webhooks/:source',
    {
      schema: {
        summary: 'Receive events of a source',
        description: `${description} A vendor whose events do not fit is answered 202 all the same, or sends them again and again; what is wrong is then said by each of \`events\`.`,
        params: named,
        refusals: { ...webhookRefusals, ...unknownSource, ...nothingFits },
      },
      onResponse: async ({ params: { source } }, { statusCode }) => count(source, statusCode),
    },
    (request, reply) => take(request.params.source, undefined, request, reply),
  );
  routes.post(
    '/webhooks/:source/:key',
    {
      schema: {
        summary: 'Receive events of a source that signs nothing',
        description,
        params: named.extend({ key: z.string().describe('The secret of the source.') }),
        refusals: { ...webhookRefusals, ...unknownSource },
      },
      onResponse: async ({ params: { source } }, { statusCode }) => count(source, statusCode),
    },
    (request, reply) => take(request.params.source, request.params.key, request, reply),
  );
  for (const [name, { source }] of sources) {
    if (source.path === undefined) continue;
    routes.post(
      source.path,
      {
        schema: {
          summary: `Receive events of ${name}`,
          description,
          refusals: { ...webhookRefusals, ...(source.explainsUnreadable && nothingFits) },
        },
        onResponse: async (_request, { statusCode }) => count(name, statusCode),
      },
      (request, reply) => take(name, undefined, request, reply),
    );
  }

  function count(source: string, statusCode: number): void {
    if (!sources.has(source)) return;
    metrics.webhooksReceived.inc({ source, status: String(statusCode) });
    // Who did not sign was never let in: that is counted by its reason.
    if (statusCode < 300) metrics.webhooksProcessed.inc({ source });
    else if (statusCode !== 401) metrics.webhooksFailed.inc({ source });
  }

  function take(
    name: string,
    pathKey: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const route = request.routeOptions.url ?? '';
    return inSpan(`POST ${route}`, { kind: 'server', attributes: { 'causeway.source': name } }, async () => {
      const settings = sources.get(name);
      // A secret in the address of a source that has none there is an address that does not exist.
      if (!settings || (pathKey !== undefined && settings.source.verification.algorithm !== 'path-key')) {
        return sendProblem(reply, 404, { reason: 'unknown_source', detail: 'no source of that name is set up' });
      }
      const { source } = settings;
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { headers, method } = request;
      const verification = verify(source.verification, {
        method,
        uri: settings.url,
        pathKey,
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
          { reason: verification.reason, detail: explainRefusal(source.verification, verification.reason) },
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
      const events: ReceivedEvent[] = [];
      const size = parsed.events.length > eventsAtOnce ? partOfLongRequest : eventsAtOnce;
      for (let from = 0; from < parsed.events.length; from += size) {
        events.push(...(await receive.events(origin, parsed.events.slice(from, from + size))));
      }
      if (source.explainsUnreadable && events.length > 0 && events.every(({ status }) => status === 'violation')) {
        return sendProblem(reply, 422, { reason: 'nothing_fits', detail: explain(events) });
      }
      const answer = source.respond?.(new Date(), body.value) ?? { status: 202 as const, body: receiptOf(events) };
      return reply.code(answer.status).send(answer.body);
    });
  }
}

/** Names the sender's own fields, and never what they hold. */
function explain(events: readonly ReceivedEvent[]): string {
  const [first] = events.flatMap((event) => (event.status === 'violation' ? [event.error] : []));
  return `no event of the request fits: ${first?.path || 'the event'}: ${first?.message ?? ''}`;
}
