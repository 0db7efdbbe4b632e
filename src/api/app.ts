import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { handleErrors } from './plugins/errors.ts';
import { keepRawBodies } from './plugins/raw-body.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { webhookRoutes, type WebhookDependencies } from './routes/webhooks.ts';

export type AppDependencies = WebhookDependencies &
  Parameters<typeof eventRoutes>[1] &
  Parameters<typeof healthRoutes>[1];

const correlationId = /^[A-Za-z0-9._-]{1,64}$/;

/** The whole HTTP surface. Every request has a correlation id, taken from the sender when it is harmless, and returned. */
export async function buildApp(dependencies: AppDependencies): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: 1024 * 1024,
    requestTimeout: 15_000,
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
  handleErrors(app, dependencies.log);
  keepRawBodies(app);

  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Causeway',
        version: '0.1.0',
        description: 'Go-to-market events in; decided, explained actions out.',
      },
      components: { securitySchemes: { operator: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  await app.register(async (routes) => {
    webhookRoutes(routes, dependencies);
    eventRoutes(routes, dependencies);
    healthRoutes(routes, dependencies);
  });
  return app;
}
