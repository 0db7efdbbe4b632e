import type { FastifyInstance } from 'fastify';

/** What Temporal's Web UI sends beside what every page may send. */
const allowedHeaders = 'authorization, authorization-extras, content-type, x-namespace';

/** Lets pages of one origin post to the routes of this scope (CORS). Who asks is checked all the same. */
export function allowOrigin(app: FastifyInstance, origin: string, paths: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'origin');
    if (request.headers.origin === origin) reply.header('access-control-allow-origin', origin);
  });
  for (const path of paths) {
    app.options(path, { schema: { hide: true } }, async (_request, reply) =>
      reply
        .code(204)
        .headers({
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': allowedHeaders,
          'access-control-max-age': '600',
        })
        .send(),
    );
  }
}
