import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../../operations/readiness.ts';

/** `/healthz`: this process answers. `/readyz`: it can take events; the body names what is missing. */
export function healthRoutes(app: FastifyInstance, { readiness }: { readiness: Readiness }): void {
  app.get('/healthz', { schema: { summary: 'Whether the process is alive' } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { summary: 'Whether events can be taken' } }, async (_request, reply) => {
    const { ready, checks } = await readiness();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
  });
}
