import { countDueJobs } from '../db/buyer-groups/job-views.ts';
import type { Queries } from '../db/database.ts';
import { readStateCounts } from '../db/state-counts.ts';
import { readLaneCounts } from '../db/waiting-lanes.ts';
import { providers } from '../domain/failure.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { reasonOf } from '../intake/reason-of.ts';
import { createProviders } from './providers.ts';

const openness = { closed: 0, 'half-open': 0.5, open: 1 } as const;

/**
 * All metrics as Prometheus reads them. What is a state and not a count is read when it is asked for; while PostgreSQL is
 * away it is NaN, which is neither good nor bad.
 */
export function createMetricsPage(options: {
  queries: Queries;
  /** How long the hour of a company is. */
  windowMs: number;
  metrics: Metrics;
  log: Logger;
}) {
  const { queries, windowMs, metrics, log } = options;
  const listProviders = createProviders({ queries });

  async function readState() {
    try {
      const [counts, lanes, dueJobs, providerViews] = await Promise.all([
        readStateCounts(queries),
        readLaneCounts(queries),
        countDueJobs(queries, windowMs),
        listProviders(),
      ]);
      return { ...counts, ...lanes, dueJobs, providerViews };
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the state could not be read for the metrics');
      return undefined;
    }
  }

  return async function metricsPage(): Promise<{ contentType: string; body: string }> {
    const state = await readState();
    metrics.failedEvents.set(state?.failedEvents ?? NaN);
    metrics.unknownEffects.set(state?.unknownEffects ?? NaN);
    metrics.modelBudgetUsedRatio.set(state?.modelBudgetUsedRatio ?? NaN);
    metrics.laneHeadAgeSeconds.set(state?.oldestHeadSeconds ?? NaN);
    metrics.openLanes.set(state?.openLanes ?? NaN);
    metrics.waitingEvents.set(state?.waitingEvents ?? NaN);
    metrics.jobQueueDepth.set(state?.dueJobs ?? NaN);
    for (const provider of providers) {
      const found = state?.providerViews.find((each) => each.provider === provider);
      metrics.providerOpen.set({ provider }, found ? openness[found.state] : NaN);
    }
    return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
  };
}

export type MetricsPage = ReturnType<typeof createMetricsPage>;
