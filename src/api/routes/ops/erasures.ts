import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { subjectQuery } from '../../../domain/erasure.ts';
import { erasureView } from '../../../domain/operator-views.ts';
import type { Erasures } from '../../../operations/erasures.ts';
import { sendProblem } from '../../problem.ts';
import { bodyRefusals, operatorRefusals, unlessOperator } from '../../refusals.ts';

/** `POST /ops/erasures`: erase a person. `GET /ops/erasures/:id`: how far it is, and the receipt. */
export function erasureRoutes(app: FastifyInstance, { erasures }: { erasures: Erasures }): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.post(
    '/ops/erasures',
    {
      schema: {
        summary: 'Erase a person',
        description:
          'By an address, a phone, or an id: that of an event or a lead, hubspot:<portal id>:<contact id>, coresignal:<member id>, or lusha:<contact id>. It is carried out in the background; what was accepted of the person until their keys are deleted is erased everywhere.',
        security: [{ operator: [] }],
        body: subjectQuery.meta({ examples: [{ email: 'ada@example.com' }] }),
        response: { 202: z.object({ id: z.string() }) },
        refusals: {
          ...operatorRefusals,
          ...bodyRefusals,
          404: 'No event and no lead has this id',
          422: 'The event is about no person whose key is still there',
        },
      },
    },
    async ({ body }, reply) => {
      const asked = await erasures.request(body, 'operator (http)');
      if (asked === 'unknown_event')
        return sendProblem(reply, 404, {
          reason: 'unknown_event',
          detail: 'no event and no lead has this id; name the person by email or phone',
        });
      if (asked === 'not_a_person')
        return sendProblem(reply, 422, {
          reason: 'not_a_person',
          detail: 'the event is about no person whose key is still there; name the person by email or phone',
        });
      return reply.code(202).header('location', `/ops/erasures/${asked.id}`).send(asked);
    },
  );
  routes.get(
    '/ops/erasures/keys',
    {
      schema: {
        summary: 'The public key that receipts are signed with (JSON Web Key Set)',
        security: [{ operator: [] }],
        response: { 200: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }) },
        refusals: unlessOperator,
      },
    },
    async () => ({ keys: [{ kty: 'OKP', ...(await erasures.publicKey()) }] }),
  );
  routes.get(
    '/ops/erasures/:id',
    {
      schema: {
        summary: 'What became of an erasure',
        params: z.object({ id: z.string().max(100) }),
        security: [{ operator: [] }],
        response: { 200: erasureView },
        refusals: { ...operatorRefusals, 404: 'No erasure has this id' },
      },
    },
    async ({ params }, reply) => {
      const erasure = z.uuid().safeParse(params.id).success ? await erasures.read(params.id) : undefined;
      return (
        erasure ??
        sendProblem(reply, 404, {
          reason: 'unknown_erasure',
          detail: 'no erasure has this id; it is the `id` that POST /ops/erasures was answered with',
        })
      );
    },
  );
}
