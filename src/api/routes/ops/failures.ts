import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { failedEvent, failureGroup } from '../../../domain/operator-views.ts';
import { readCursor } from '../../../operations/cursor.ts';
import type { Failures } from '../../../operations/failures.ts';
import { sendUnreadableCursor } from './unreadable-cursor.ts';
import { operatorRefusals, queryRefusals } from '../../refusals.ts';

/** `GET /ops/failures`: failed events by class; with `?class=` those of one class, newest first. */
export function failureRoutes(app: FastifyInstance, { failures }: { failures: Failures }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/ops/failures',
    {
      schema: {
        summary: 'List failed events',
        description: 'Without a class: how many of each class. With one: its events, newest first, page by page.',
        security: [{ operator: [] }],
        querystring: z.strictObject({
          class: z.string().min(1).max(200).optional(),
          cursor: z.string().max(300).optional(),
        }),
        response: {
          200: z.union([
            z.object({ classes: z.array(failureGroup) }),
            z.object({ events: z.array(failedEvent), next: z.string().nullable() }),
          ]),
        },
        refusals: { ...operatorRefusals, ...queryRefusals },
      },
    },
    async ({ query }, reply) => {
      if (query.class === undefined) return { classes: await failures.groups() };
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
      if (query.cursor !== undefined && !after) return sendUnreadableCursor(reply);
      return failures.ofClass(query.class, after);
    },
  );
}
