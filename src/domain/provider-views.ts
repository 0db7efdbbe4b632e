import { z } from 'zod';
import { providers } from './failure.ts';

const state = z.enum(['closed', 'open', 'half-open']);

/** How Causeway stands to one provider: as the process does that is worst off, and which those are that found something wrong. */
export const providerView = z.object({
  provider: z.enum(providers),
  /** `open`: it kept failing and is left alone; `half-open`: one call tries whether it is back. */
  state,
  processes: z.array(
    z.object({ process: z.string(), state, since: z.string(), lastFailureClass: z.string().nullable() }),
  ),
});
export type ProviderView = z.infer<typeof providerView>;

/** How a provider that is paid by the answer says that it is, and what may be spent at it. */
export const providerHealth = z.object({
  provider: z.enum(['CoreSignal', 'Lusha']),
  /** Its key is set here. */
  configured: z.boolean(),
  /** `degraded`: it answers, but nothing that is paid for can be asked; `reason` says why. */
  status: z.enum(['healthy', 'degraded', 'unhealthy', 'not_configured']),
  /** `out_of_credits`: at the provider; `daily_limit_reached`: ours, until tomorrow (UTC); `failing`: see `failureClass`. Null: nothing is wrong. */
  reason: z.enum(['out_of_credits', 'daily_limit_reached', 'failing']).nullable(),
  /** Whether the status is `healthy`; null: nobody is asked. */
  healthy: z.boolean().nullable(),
  failureClass: z.string().nullable(),
  /** Of the account there; null where the provider does not say so. */
  creditsRemaining: z.number().nullable(),
  /** By UTC; null while PostgreSQL is away, and so is `breaker`. */
  spentToday: z.number().nullable(),
  dailyCredits: z.number(),
  breaker: providerView.nullable(),
});
export type ProviderHealth = z.infer<typeof providerHealth>;
