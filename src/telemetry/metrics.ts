import { collectDefaultMetrics, Registry } from 'prom-client';
import { buyerGroupMetrics } from './buyer-group-metrics.ts';
import { instrumentsOf } from './instruments.ts';
import { pipelineMetrics } from './pipeline-metrics.ts';

/**
 * Every instrument of Causeway, one set a process. Labels are words of ours (sources, outcomes, classes, routes) and never
 * what somebody sent: so there are few of them, and nothing personal. Counters count from the start of the process.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}) {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const instruments = instrumentsOf(registry);
  const { counter, gauge, histogram } = instruments;

  const leadsFinished = counter('consumer_events_processed_total', 'Runs of leads that ended, by outcome.', [
    'outcome',
  ]);
  // A counter that begins at its first lead hides that one from whoever asks how much it rose.
  for (const outcome of ['captured', 'failed']) leadsFinished.inc({ outcome }, 0);

  return {
    registry,
    ...pipelineMetrics(instruments),
    ...buyerGroupMetrics(instruments),
    eventsReceived: counter(
      'gtm_pipeline_events_received_total',
      'Events that senders sent, leads left out, by what became of them.',
      ['source', 'status'],
    ),
    leadsReceived: counter('ingest_api_events_total', 'Leads that senders sent, by what became of them.', [
      'source',
      'status',
    ]),
    leadsFinished,
    schemaViolations: counter('gtm_pipeline_schema_violations_total', 'Events that did not fit their schema.', [
      'source',
    ]),
    unknownTypes: counter(
      'gtm_pipeline_unknown_types_total',
      'Events of a type that their source does not list; they were kept.',
      ['source'],
    ),
    eventsFinished: counter(
      'gtm_pipeline_events_finished_total',
      'Runs of events that ended, leads left out, by outcome and decider.',
      ['outcome', 'decided_by'],
    ),
    eventsFailed: counter('dlq_events_total', 'Runs of events that ended failed, by failure class.', ['class']),
    acceptToDoneSeconds: histogram(
      'gtm_pipeline_accept_to_done_seconds',
      'From the acceptance of an event to the end of its first run.',
      [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900],
    ),
    batchEvents: histogram(
      'gtm_pipeline_batch_events',
      'Events of a batch when it was begun.',
      [1, 5, 10, 25, 50, 100, 250, 500],
    ),
    effects: counter('gtm_pipeline_effects_total', 'Effects by action, and by what the ledger says of them.', [
      'action',
      'state',
    ]),
    skippedDuplicates: counter('gtm_pipeline_skipped_duplicates_total', 'Effects that were not done again.', [
      'action',
    ]),
    enrichmentCache: counter(
      'gtm_pipeline_enrichment_cache_total',
      'Look-ups of objects, by whether the cache had them.',
      ['result'],
    ),
    modelCalls: counter(
      'gtm_pipeline_model_calls_total',
      'Questions to a model, by why its answer was taken or was not.',
      ['verdict'],
    ),
    modelCostDollars: counter(
      'gtm_pipeline_model_cost_dollars_total',
      'What answers of a model have cost, in US dollars.',
    ),
    webhooksReceived: counter(
      'webhook_received_total',
      'Requests at the webhooks of known sources, by status of the answer.',
      ['source', 'status'],
    ),
    webhooksProcessed: counter('webhook_processed_total', 'Requests at webhooks whose events were taken in.', [
      'source',
    ]),
    webhooksFailed: counter(
      'webhook_failed_total',
      'Requests at webhooks that were signed well and not taken in all the same.',
      ['source'],
    ),
    signaturesInvalid: counter(
      'webhook_signature_invalid_total',
      'Requests that were not signed as their source signs.',
      ['source', 'reason'],
    ),
    ingestSeconds: histogram(
      'ingest_api_latency_seconds',
      'From a request with events to its answer.',
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      ['route', 'status'],
    ),
    laneHeadAgeSeconds: gauge(
      'gtm_pipeline_lane_head_age_seconds',
      'Age of the oldest event that is at the head of a lane.',
    ),
    openLanes: gauge('gtm_pipeline_open_lanes', 'Lanes in which an event is open; counted up to 10,000.'),
    waitingEvents: gauge(
      'gtm_pipeline_waiting_events',
      'Open events that wait behind another one of their lane; counted up to 10,000.',
    ),
    providerOpen: gauge(
      'gtm_pipeline_provider_open',
      'Whether a provider is left alone because it kept failing: 1 is open, 0.5 half-open, 0 closed.',
      ['provider'],
    ),
    failedEvents: gauge(
      'gtm_pipeline_failed_events',
      'Events that failed and were not run again, without canceled refreshes; counted up to 10,000.',
    ),
    unknownEffects: gauge(
      'gtm_pipeline_unknown_effects',
      'Effects that wait for an operator to settle them; counted up to 10,000.',
    ),
    modelBudgetUsedRatio: gauge(
      'gtm_pipeline_model_budget_used_ratio',
      "Part of the day's calls to the model that is used: 1 is all.",
    ),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
