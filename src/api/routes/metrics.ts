import type { FastifyInstance } from 'fastify';
import type { MetricsPage } from '../../operations/metrics-page.ts';
import { requireOperator } from '../plugins/operator-auth.ts';
import { unlessOperator } from '../refusals.ts';

/** `GET /metrics`: for Prometheus, which sends the operator key as its bearer. */
export function metricsRoutes(
  app: FastifyInstance,
  { metricsPage, operatorKey }: { metricsPage: MetricsPage; operatorKey: string },
): void {
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Metrics in the format of Prometheus',
        security: [{ operator: [] }],
        refusals: unlessOperator,
      },
      onRequest: requireOperator(operatorKey),
    },
    async (_request, reply) => {
      const { contentType, body } = await metricsPage();
      return reply.type(contentType).send(body);
    },
  );
}
