import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../telemetry/metrics.ts';

/** Routes that senders post events to. */
const ingestRoutes = new Set(['/webhooks/:source', '/webhooks/:source/:key', '/ingest', '/api/webhooks/person-change']);

/** Measures how long senders wait for their answer; by the route's pattern, never by the path that was sent. */
export function measureIngest(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async ({ routeOptions: { url: route } }, reply) => {
    if (route === undefined || !ingestRoutes.has(route)) return;
    metrics.ingestSeconds.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000);
  });
}
