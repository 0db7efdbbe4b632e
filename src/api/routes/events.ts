import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventView } from '../../domain/event-view.ts';
import type { Why } from '../../operations/why.ts';
import { isFor, type Readers } from '../plugins/reader-auth.ts';
import { sendProblem } from '../problem.ts';

/** `GET /api/v1/events/:id`: what became of an event, and why; for operators, and for the key of whoever may send such events. */
export function eventRoutes(app: FastifyInstance, { why, readers }: { why: Why; readers: Readers }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/events/:id',
    {
      schema: {
        summary: 'Explain an event',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }, { sender: [] }],
        response: { 200: eventView },
      },
      onRequest: readers.require('events'),
    },
    async (request, reply) => {
      const event = z.uuid().safeParse(request.params.id).success ? await why(request.params.id) : undefined;
      if (event && isFor(readers.of(request), event)) return event;
      return sendProblem(reply, 404, {
        reason: 'unknown_event',
        detail: 'no event that you may see has this id; it is the `id` that the webhook was answered with',
      });
    },
  );
}
