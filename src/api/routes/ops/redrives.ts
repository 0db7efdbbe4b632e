import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  maxEventsPerRedrive,
  redriveForecast,
  redriveReceipt,
  redriveSelection,
  redriveView,
} from '../../../domain/operator-views.ts';
import type { Redrives } from '../../../operations/redrives.ts';
import { sendProblem } from '../../problem.ts';
import { bodyRefusals, operatorRefusals } from '../../refusals.ts';

const dryRun = z.boolean().default(false).describe('Say what would be run, and run nothing.');
const [byIds, byClass, byFilter] = redriveSelection.options;
const redriveRequest = z
  .union([byIds.extend({ dryRun }), byClass.extend({ dryRun }), byFilter.extend({ dryRun })], {
    error: `expected one of eventIds (1 to ${maxEventsPerRedrive} ids), class, or filter {class, source, type, failedAfter, failedBefore}, and dryRun if you like`,
  })
  .meta({ examples: [{ class: 'HubSpotUnavailable', dryRun: true }] });

/** `POST /ops/redrives`: run failed events again. `GET /ops/redrives/:id`: what became of them. */
export function redriveRoutes(app: FastifyInstance, { redrives }: { redrives: Redrives }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    '/ops/redrives',
    {
      schema: {
        summary: 'Run failed events again',
        description: `By their ids, their class, or a filter; ${maxEventsPerRedrive} at the most. Each goes behind what waits in its lane, and effects that are confirmed are not done again. With dryRun nothing changes.`,
        security: [{ operator: [] }],
        body: redriveRequest,
        response: { 200: redriveForecast, 202: redriveReceipt },
        refusals: { ...operatorRefusals, ...bodyRefusals },
      },
    },
    async ({ body: { dryRun: isDryRun, ...selection } }, reply) => {
      if (isDryRun) return redrives.foresee(selection);
      const receipt = await redrives.start(selection, 'operator (http)');
      return reply.code(202).header('location', `/ops/redrives/${receipt.id}`).send(receipt);
    },
  );
  routes.get(
    '/ops/redrives/:id',
    {
      schema: {
        summary: 'What became of a redrive',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }],
        response: { 200: redriveView },
        refusals: { ...operatorRefusals, 404: 'No redrive has this id' },
      },
    },
    async ({ params }, reply) => {
      const redrive = z.uuid().safeParse(params.id).success ? await redrives.read(params.id) : undefined;
      return (
        redrive ??
        sendProblem(reply, 404, {
          reason: 'unknown_redrive',
          detail: 'no redrive has this id; it is the `id` that POST /ops/redrives was answered with',
        })
      );
    },
  );
}
