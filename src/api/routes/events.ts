import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventView } from '../../domain/event-view.ts';
import type { Jobs } from '../../operations/jobs.ts';
import type { Why } from '../../operations/why.ts';
import { isFor, type Readers } from '../plugins/reader-auth.ts';
import { sendUnknownEvent } from './unknown-event.ts';
import { readerRefusals } from '../refusals.ts';

/** `GET /api/v1/events/:id`: what became of an event, and why; for operators, and for the key of whoever may send such events. */
export function eventRoutes(
  app: FastifyInstance,
  { why, jobs, readers }: { why: Why; jobs: Jobs; readers: Readers },
): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/events/:id',
    {
      schema: {
        summary: 'Explain an event',
        params: z.object({ id: z.string().max(100).describe('The `id` that the webhook was answered with.') }),
        security: [{ operator: [] }, { sender: [] }],
        response: { 200: eventView },
        refusals: { ...readerRefusals, 404: 'No event that you may see has this id' },
      },
      onRequest: readers.require('events'),
    },
    async (request, reply) => {
      const { id } = request.params;
      const isId = z.uuid().safeParse(id).success;
      const reader = readers.of(request);
      const event = isId ? await why(id) : undefined;
      if (event && isFor(reader, event)) return event;
      return sendUnknownEvent(
        reply,
        isId && !event ? await jobs.read(id, reader) : undefined,
        'no event that you may see has this id; it is the `id` that the webhook was answered with',
      );
    },
  );
}
