import type { Queries } from '../db/database.ts';
import { readStateCounts } from '../db/state-counts.ts';
import { readOldestHeadSeconds } from '../db/waiting-lanes.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { reasonOf } from '../intake/reason-of.ts';

/**
 * All metrics as Prometheus reads them. What is a state and not a count is read when it is asked for; while PostgreSQL is
 * away it is NaN, which is neither good nor bad.
 */
export function createMetricsPage(options: { queries: Queries; metrics: Metrics; log: Logger }) {
  const { queries, metrics, log } = options;

  async function readState() {
    try {
      const [counts, laneHeadAgeSeconds] = await Promise.all([
        readStateCounts(queries),
        readOldestHeadSeconds(queries),
      ]);
      return { ...counts, laneHeadAgeSeconds };
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, 'the state could not be read for the metrics');
      return { failedEvents: NaN, unknownEffects: NaN, modelBudgetUsedRatio: NaN, laneHeadAgeSeconds: NaN };
    }
  }

  return async function metricsPage(): Promise<{ contentType: string; body: string }> {
    const state = await readState();
    metrics.failedEvents.set(state.failedEvents);
    metrics.unknownEffects.set(state.unknownEffects);
    metrics.modelBudgetUsedRatio.set(state.modelBudgetUsedRatio);
    metrics.laneHeadAgeSeconds.set(state.laneHeadAgeSeconds);
    return { contentType: metrics.registry.contentType, body: await metrics.registry.metrics() };
  };
}

export type MetricsPage = ReturnType<typeof createMetricsPage>;
