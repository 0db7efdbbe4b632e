import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { providers as providerNames } from '../../../domain/failure.ts';
import type { Providers } from '../../../operations/providers.ts';

const state = z.enum(['closed', 'open', 'half-open']);
const providerView = z.object({
  provider: z.enum(providerNames),
  state,
  processes: z.array(
    z.object({ process: z.string(), state, since: z.string(), lastFailureClass: z.string().nullable() }),
  ),
});

/** `GET /ops/providers`: which providers are left alone, since they kept failing. */
export function providerRoutes(app: FastifyInstance, { providers }: { providers: Providers }): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/ops/providers',
    {
      schema: {
        summary: 'List the providers with the state of their breakers',
        description:
          'open: it kept failing and is left alone for a while; half-open: one call tries whether it is back.',
        security: [{ operator: [] }],
        response: { 200: z.object({ providers: z.array(providerView) }) },
      },
    },
    async () => ({ providers: await providers() }),
  );
}
