import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventView } from '../../../domain/event-view.ts';
import type { Why } from '../../../operations/why.ts';
import { sendProblem } from '../../problem.ts';

/** `GET /ops/why/:id`: the same as `GET /api/v1/events/:id`. */
export function whyRoutes(app: FastifyInstance, { why }: { why: Why }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/ops/why/:id',
    {
      schema: {
        summary: 'Explain an event',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }],
        response: { 200: eventView },
      },
    },
    async ({ params }, reply) => {
      const event = z.uuid().safeParse(params.id).success ? await why(params.id) : undefined;
      return (
        event ??
        sendProblem(reply, 404, {
          reason: 'unknown_event',
          detail: 'no event has this id; GET /ops/failures lists the ids of those that failed',
        })
      );
    },
  );
}
