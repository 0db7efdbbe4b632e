import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { settlement } from '../../../domain/operator-views.ts';
import type { SettleEffect } from '../../../operations/effects.ts';
import { sendProblem } from '../../problem.ts';
import { bodyRefusals, operatorRefusals } from '../../refusals.ts';

/** `POST /ops/settlements`: say whether an effect that could not be found out was done. */
export function settlementRoutes(app: FastifyInstance, { settleEffect }: { settleEffect: SettleEffect }): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/ops/settlements',
    {
      schema: {
        summary: 'Settle an unknown effect',
        description:
          'Done: it is never done again. Not done: the next redrive of its event does it. Nothing runs by this alone.',
        security: [{ operator: [] }],
        body: z.strictObject({
          key: z.string().min(1).max(300).describe('`effect.key` of an action in `GET /ops/why/<event id>`.'),
          done: z.boolean().describe('Whether you found it done at the provider.'),
        }),
        response: { 200: settlement },
        refusals: {
          ...operatorRefusals,
          ...bodyRefusals,
          404: 'No effect has this key',
          409: 'The effect is not unknown',
        },
      },
    },
    async ({ body: { key, done } }, reply) => {
      const settled = await settleEffect(key, done ? 'done' : 'not-done', 'operator (http)');
      switch (settled.result) {
        case 'settled':
          return settled.settlement;
        case 'not_found':
          return sendProblem(reply, 404, {
            reason: 'unknown_effect',
            detail: 'no effect has this key; it is `effect.key` of an action in GET /ops/why/<event id>',
          });
        case 'not_unknown':
          return sendProblem(reply, 409, {
            reason: 'not_unknown',
            detail: `only an effect that is unknown can be settled; this one is ${settled.state}`,
          });
        default:
          return settled satisfies never;
      }
    },
  );
}
