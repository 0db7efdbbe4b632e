import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { unknownIn } from './promql.ts';

/** Protects the alerts: they ask for metrics that exist, at the thresholds that were promised, and say where to read on. */

const root = `${import.meta.dirname}/../`;
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

const duration = z.string().regex(/^[1-9]\d*(s|m|h|d)$/);
const alertRule = z.strictObject({
  alert: z.string().regex(/^Causeway[A-Za-z]+$/),
  expr: z.string().min(1),
  for: duration.optional(),
  labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
  annotations: z.strictObject({ summary: z.string().min(10), runbook: z.string().regex(/^docs\/runbook\.md#[a-z]+$/) }),
});
const alertFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alertRule).min(1) })).min(1),
});
const scrapeFile = z.strictObject({
  global: z.strictObject({ scrape_interval: duration, evaluation_interval: duration }),
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      metrics_path: z.string().optional(),
      authorization: z.strictObject({ type: z.literal('Bearer'), credentials_file: z.string() }).optional(),
      static_configs: z.array(z.strictObject({ targets: z.array(z.string().regex(/^[a-z]+:\d+$/)) })),
    }),
  ),
});

const alerts = alertFile.parse(parse(read('deploy/prometheus/alerts.yml'))).groups.flatMap(({ rules }) => rules);
const scrapes = scrapeFile.parse(parse(read('deploy/prometheus/prometheus.yml')));

describe('the alerts', () => {
  test.each(alerts)('$alert asks for metrics that exist', ({ expr }) => {
    expect(unknownIn(expr)).toEqual([]);
  });

  test.each([
    ['CausewaySchemaViolations', /increase\(gtm_pipeline_schema_violations_total\[1h\]\)\) > 10$/],
    [
      'CausewayLeadFailureRate',
      /^sum\(rate\(consumer_events_processed_total\{outcome="failed"\}\[15m\]\)\) \/ .* > 0\.05 and /,
    ],
    ['CausewayIngestLatency', /^histogram_quantile\(0\.95, .*ingest_api_latency_seconds_bucket\[5m\]\)\)\) > 1$/],
    ['CausewayFailures', /increase\(dlq_events_total\[1h\]\)\) > 50$/],
    ['CausewayFailuresWaiting', /\(gtm_pipeline_failed_events\) > 50$/],
    ['CausewayEffectsUnknown', /\(gtm_pipeline_unknown_effects\) > 0$/],
    [
      'CausewayRefreshesFail',
      /^sum\(increase\(job_failed_total\[1h\]\)\) \/ sum\(increase\(job_started_total\[1h\]\)\) > 0\.2 and /,
    ],
    ['CausewayRefreshQueueStuck', /^max\(job_queue_depth\) > 0 and sum\(increase\(job_started_total\[5m\]\)\) == 0$/],
    ['CausewayCreditsRefused', /increase\(provider_calls_total\{result="refused"\}\[1h\]\)\) > 0$/],
    ['CausewayModelBudgetNearlyUsed', /\(gtm_pipeline_model_budget_used_ratio\) > 0\.9$/],
  ])('%s has the threshold that was promised', (name, expression) => {
    expect(alerts.find(({ alert }) => alert === name)?.expr).toMatch(expression);
  });

  test('the queue of refreshes may stand still for a quarter of an hour', () => {
    expect(alerts.find(({ alert }) => alert === 'CausewayRefreshQueueStuck')?.for).toBe('15m');
  });

  test('have names of their own, and a section each in the runbook', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    const headings = [...read('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading);
    expect(names.filter((name) => !headings.includes(name))).toEqual([]);
    expect(alerts.map(({ annotations }) => annotations.runbook)).toEqual(
      names.map((name) => `docs/runbook.md#${name.toLowerCase()}`),
    );
  });

  test('ask only for jobs that are scraped', () => {
    const jobs = alerts.flatMap(({ expr }) => [...expr.matchAll(/job="([^"]+)"/g)].map(([, job]) => job));
    expect(jobs.length).toBeGreaterThan(0);
    const scraped = scrapes.scrape_configs.map(({ job_name: job }) => job);
    expect(jobs.filter((job) => job === undefined || !scraped.includes(job))).toEqual([]);
  });
});

test('the example loads the alerts, and sends the key from a file', () => {
  expect(scrapes.rule_files.filter((file) => !existsSync(`${root}deploy/prometheus/${file}`))).toEqual([]);
  const api = scrapes.scrape_configs.find(({ job_name: job }) => job === 'causeway-api');
  expect(api).toMatchObject({ metrics_path: '/metrics', authorization: { type: 'Bearer' } });
});
