import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { answerError } from './plugins/errors.ts';
import { createReaders } from './plugins/reader-auth.ts';
import { measureIngest } from './plugins/measure.ts';
import { keepRawBodies } from './plugins/raw-body.ts';
import { answerUnknownRoutes } from './plugins/unknown-routes.ts';
import { answerUnreadable } from './plugins/unreadable-requests.ts';
import type { Logger } from '../telemetry/log.ts';
import { describeApi } from './openapi.ts';
import { describeRoute } from './refusals.ts';
import { tags } from './tags.ts';
import { codecRoutes } from './routes/codec.ts';
import { eventRoutes } from './routes/events.ts';
import { ingestRoutes, type IngestDependencies } from './routes/ingest.ts';
import { healthRoutes } from './routes/health.ts';
import { intelligenceRoutes } from './routes/intelligence.ts';
import { jobRoutes } from './routes/jobs.ts';
import { leadRoutes } from './routes/leads.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { opsRoutes } from './routes/ops/index.ts';
import { schemaRoutes } from './routes/schemas.ts';
import { webhookRoutes, type WebhookDependencies } from './routes/webhooks.ts';

export type AppDependencies = { log: Logger; trustedProxies: readonly string[] } & WebhookDependencies &
  IngestDependencies &
  Omit<Parameters<typeof eventRoutes>[1], 'readers'> &
  Omit<Parameters<typeof leadRoutes>[1], 'readers'> &
  Omit<Parameters<typeof jobRoutes>[1], 'readers'> &
  Omit<Parameters<typeof intelligenceRoutes>[1], 'readers'> &
  Parameters<typeof opsRoutes>[1] &
  Parameters<typeof metricsRoutes>[1] &
  Parameters<typeof codecRoutes>[1] &
  Parameters<typeof healthRoutes>[1];

const description = `Go-to-market events in; decided, explained actions out.

What is answered 202 is stored; \`GET /api/v1/events/<id>\` says what becomes of it. What is refused is answered with problem details
(RFC 9457): \`detail\` says what to do. Every answer has an \`X-Correlation-Id\`, yours if you send one.`;

const correlationId = /^[A-Za-z0-9._-]{1,64}$/;

/** The whole HTTP surface. Every request has a correlation id, taken from the sender when it is harmless, and returned. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const app = fastify({
    // Its own lines about requests would hold headers and addresses: ours are written where an answer is made.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: () => dependencies.log,
    clientErrorHandler: answerUnreadable(dependencies.log),
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    bodyLimit: 1024 * 1024,
    trustProxy: dependencies.trustedProxies.length > 0 ? [...dependencies.trustedProxies] : false,
    requestTimeout: 15_000,
    // Node holds whichever of the two is longer against a slow body, and looks only twice a minute unless it is told to.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    connectionTimeout: 20_000,
    keepAliveTimeout: 5_000,
    genReqId: ({ headers }) => {
      const given = headers['x-correlation-id'];
      return typeof given === 'string' && correlationId.test(given) ? given : randomUUID();
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-correlation-id', request.id);
  });
  app.setErrorHandler(answerError);
  answerUnknownRoutes(app);
  keepRawBodies(app);
  measureIngest(app, dependencies.metrics);

  const readers = createReaders(dependencies);

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Causeway',
        version: '0.1.0',
        description,
      },
      tags,
      components: {
        securitySchemes: {
          operator: { type: 'http', scheme: 'bearer', description: 'The key of operators, `OPERATOR_API_KEY`.' },
          sender: {
            type: 'apiKey',
            in: 'header',
            name: 'x-api-key',
            description: 'A key of a sender; an operator makes one with `npm run causeway -- keys create`.',
          },
          token: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'A token of a sender, where `INGEST_TOKEN_ISSUER` says whose are taken.',
          },
        },
      },
    },
    transform: describeRoute,
    transformObject: (document) =>
      'openapiObject' in document ? describeApi(document.openapiObject, dependencies.sources) : {},
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Causeway: the HTTP API' },
    // The address then names what is open, so that one route can be linked to.
    uiConfig: { deepLinking: true },
  });
  await app.register(async (routes) => {
    webhookRoutes(routes, dependencies);
    await routes.register(async (ingest) => ingestRoutes(ingest, dependencies));
    eventRoutes(routes, { ...dependencies, readers });
    schemaRoutes(routes);
    await leadRoutes(routes, { ...dependencies, readers });
    jobRoutes(routes, { ...dependencies, readers });
    await intelligenceRoutes(routes, { ...dependencies, readers });
    healthRoutes(routes, dependencies);
    metricsRoutes(routes, dependencies);
    await opsRoutes(routes, dependencies);
    await codecRoutes(routes, dependencies);
  });
  return app;
}
