import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { violationView } from '../../../domain/operator-views.ts';
import { readCursor } from '../../../operations/cursor.ts';
import type { ViolationList } from '../../../operations/violations.ts';
import { sendUnreadableCursor } from './unreadable-cursor.ts';
import { operatorRefusals, queryRefusals } from '../../refusals.ts';

/** `GET /ops/violations`: the events that were refused, newest first, without what they said. */
export function violationRoutes(app: FastifyInstance, { violations }: { violations: ViolationList }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/ops/violations',
    {
      schema: {
        summary: 'List refused events',
        security: [{ operator: [] }],
        querystring: z.strictObject({ cursor: z.string().max(300).optional() }),
        response: { 200: z.object({ violations: z.array(violationView), next: z.string().nullable() }) },
        refusals: { ...operatorRefusals, ...queryRefusals },
      },
    },
    async ({ query }, reply) => {
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
      if (query.cursor !== undefined && !after) return sendUnreadableCursor(reply);
      return violations(after);
    },
  );
}
