import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

/** What people and programs have built upon: dashboards and alerts ask for these names. */
test('the instruments keep their names and labels', async () => {
  const metrics = createMetrics();
  const instruments = metrics.registry.getMetricsAsArray().map((metric) => metric.name);
  expect(instruments.toSorted()).toEqual([
    'buyer_group_cohesion',
    'buyer_group_confidence',
    'buyer_group_members_found',
    'buyer_group_refreshes_total',
    'consumer_events_processed_total',
    'dlq_events_total',
    'gtm_pipeline_accept_to_done_seconds',
    'gtm_pipeline_batch_events',
    'gtm_pipeline_effects_total',
    'gtm_pipeline_enrichment_cache_total',
    'gtm_pipeline_events_finished_total',
    'gtm_pipeline_events_received_total',
    'gtm_pipeline_failed_events',
    'gtm_pipeline_lane_head_age_seconds',
    'gtm_pipeline_model_budget_used_ratio',
    'gtm_pipeline_model_calls_total',
    'gtm_pipeline_model_cost_dollars_total',
    'gtm_pipeline_open_lanes',
    'gtm_pipeline_provider_open',
    'gtm_pipeline_schema_violations_total',
    'gtm_pipeline_skipped_duplicates_total',
    'gtm_pipeline_unknown_effects',
    'gtm_pipeline_unknown_types_total',
    'gtm_pipeline_waiting_events',
    'ingest_api_events_total',
    'ingest_api_latency_seconds',
    'job_coalesced_total',
    'job_completed_total',
    'job_duration_seconds',
    'job_enqueued_total',
    'job_failed_total',
    'job_queue_depth',
    'job_retries_total',
    'job_started_total',
    'pipeline_completed_total',
    'pipeline_duration_seconds',
    'pipeline_failed_total',
    'pipeline_started_total',
    'pipeline_step_duration_seconds',
    'provider_calls_total',
    'provider_credits_total',
    'webhook_failed_total',
    'webhook_processed_total',
    'webhook_received_total',
    'webhook_signature_invalid_total',
  ]);
});

test('a label that an instrument does not have is refused, so that nothing personal slips in as one', () => {
  const metrics = createMetrics();
  const labels: Record<string, string> = { action: 'notify_ae', state: 'confirmed', email: 'a@example.com' };
  expect(() => metrics.effects.inc(labels)).toThrow(/email/);
});

test('two sets in one process do not count for each other', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.eventsFailed.inc({ class: 'SlackRejected' });
  expect(await one.registry.metrics()).toContain('dlq_events_total{class="SlackRejected"} 1');
  expect(await other.registry.metrics()).not.toContain('SlackRejected');
});
