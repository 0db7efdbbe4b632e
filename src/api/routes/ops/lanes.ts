import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { laneView } from '../../../domain/operator-views.ts';
import type { Lanes } from '../../../operations/lanes.ts';
import { operatorRefusals } from '../../refusals.ts';

/** `GET /ops/lanes`: what runs and what waits. */
export function laneRoutes(app: FastifyInstance, { lanes }: { lanes: Lanes }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/ops/lanes',
    {
      schema: {
        summary: 'List the lanes in which something is open',
        description: 'The one whose head is the oldest first; 100 at the most.',
        security: [{ operator: [] }],
        response: { 200: z.object({ lanes: z.array(laneView) }) },
        refusals: operatorRefusals,
      },
    },
    async () => ({ lanes: await lanes() }),
  );
}
