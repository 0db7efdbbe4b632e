import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { providerHealth as providerHealthView, providerView } from '../../../domain/provider-views.ts';
import type { AskProviderHealth } from '../../../operations/provider-health.ts';
import type { Providers } from '../../../operations/providers.ts';
import { operatorRefusals, unlessOperator } from '../../refusals.ts';

/**
 * `GET /ops/providers`: which providers are left alone, since they kept failing. `GET /ops/health/providers`: what those say of themselves that are
 * paid by the answer.
 */
export function providerRoutes(
  app: FastifyInstance,
  { providers, providerHealth }: { providers: Providers; providerHealth: AskProviderHealth },
): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.get(
    '/ops/providers',
    {
      schema: {
        summary: 'List the providers with the state of their breakers',
        description:
          'open: it kept failing and is left alone for a while; half-open: one call tries whether it is back.',
        security: [{ operator: [] }],
        response: { 200: z.object({ providers: z.array(providerView) }) },
        refusals: operatorRefusals,
      },
    },
    async () => ({ providers: await providers() }),
  );
  routes.get(
    '/ops/health/providers',
    {
      schema: {
        summary: 'Ask the providers of companies and people how they are, free of charge',
        description:
          'Each has 5 s, and its answer is kept for 15 s. With what is left of its credits and what was spent today (UTC). An answer in any case: what is wrong is in it.',
        security: [{ operator: [] }],
        response: { 200: z.object({ providers: z.array(providerHealthView) }) },
        refusals: unlessOperator,
      },
    },
    async () => ({ providers: await providerHealth() }),
  );
}
