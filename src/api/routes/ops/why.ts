import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { eventView } from '../../../domain/event-view.ts';
import type { Jobs } from '../../../operations/jobs.ts';
import type { Why } from '../../../operations/why.ts';
import { operator } from '../../plugins/reader-auth.ts';
import { sendUnknownEvent } from '../unknown-event.ts';
import { operatorRefusals } from '../../refusals.ts';

/** `GET /ops/why/:id`: the same as `GET /api/v1/events/:id`. */
export function whyRoutes(app: FastifyInstance, { why, jobs }: { why: Why; jobs: Jobs }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/ops/why/:id',
    {
      schema: {
        summary: 'Explain an event',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }],
        response: { 200: eventView },
        refusals: { ...operatorRefusals, 404: 'No event has this id' },
      },
    },
    async ({ params: { id } }, reply) => {
      const isId = z.uuid().safeParse(id).success;
      const event = isId ? await why(id) : undefined;
      if (event) return event;
      return sendUnknownEvent(
        reply,
        isId ? await jobs.read(id, operator) : undefined,
        'no event has this id; GET /ops/failures lists the ids of those that failed',
      );
    },
  );
}
