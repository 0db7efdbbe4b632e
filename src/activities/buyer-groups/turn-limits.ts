import type { TurnLimits } from '../../db/buyer-groups/turns.ts';
import type { BuyerGroupSettings } from '../../domain/buyer-group-settings.ts';

/** How often refreshes may run, by the settings. */
export const turnLimitsOf = ({ windowSeconds, runsPerMinute, concurrentRuns }: BuyerGroupSettings): TurnLimits => ({
  windowMs: windowSeconds * 1_000,
  runsPerMinute,
  concurrentRuns,
});
