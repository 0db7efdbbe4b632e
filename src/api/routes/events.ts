import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventView } from '../../domain/event-view.ts';
import type { Why } from '../../operations/why.ts';
import { requireOperator } from '../plugins/operator-auth.ts';
import { sendProblem } from '../problem.ts';

/** `GET /api/v1/events/:id`: what became of an event, and why. */
export function eventRoutes(app: FastifyInstance, { why, operatorKey }: { why: Why; operatorKey: string }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/events/:id',
    {
      schema: {
        summary: 'Explain an event',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }],
        response: { 200: eventView },
      },
      onRequest: requireOperator(operatorKey),
    },
    async (request, reply) => {
      const event = z.uuid().safeParse(request.params.id).success ? await why(request.params.id) : undefined;
      return (
        event ??
        sendProblem(reply, 404, {
          reason: 'unknown_event',
          detail: 'no event has this id; it is the `id` that the webhook was answered with',
        })
      );
    },
  );
}
