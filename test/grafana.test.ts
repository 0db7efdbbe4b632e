import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { unknownIn } from './promql.ts';

/** Protects the dashboards: a panel that asks for what nobody counts stays empty, and says nothing about it. */

const read = (path: string) => readFileSync(`${import.meta.dirname}/../deploy/${path}`, 'utf8');

const datasource = z.object({ type: z.literal('prometheus'), uid: z.string() });
const panel = z.object({
  id: z.int(),
  title: z.string().min(1),
  datasource,
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ refId: z.string(), datasource, expr: z.string() })).min(1),
});
const dashboard = z.object({
  uid: z.string().regex(/^[a-z-]{1,40}$/),
  title: z.string(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string(), query: z.string() })) }),
  panels: z.array(panel).min(8),
});

const files = readdirSync(`${import.meta.dirname}/../deploy/grafana`).filter((name) => name.endsWith('.json'));
const dashboards = files.map((file) => ({ file, ...dashboard.parse(JSON.parse(read(`grafana/${file}`))) }));

describe.each(dashboards)('the dashboard $file', ({ panels, templating }) => {
  test.each(panels)('$title asks for metrics that exist', ({ targets }) => {
    expect(targets.flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });

  test('takes its Prometheus from a variable, everywhere', () => {
    expect(templating.list).toEqual([{ name: 'datasource', type: 'datasource', query: 'prometheus' }]);
    const used = panels.flatMap((each) => [each.datasource, ...each.targets.map((target) => target.datasource)]);
    expect(new Set(used.map(({ uid }) => uid))).toEqual(new Set(['${datasource}']));
  });

  test('has panels of their own ids, of which none lies over another', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}:${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});

test('dashboards have ids and titles of their own, since Grafana keeps one of each', () => {
  for (const of of ['uid', 'title'] as const) {
    expect(new Set(dashboards.map((each) => each[of])).size).toBe(dashboards.length);
  }
});

test.each([
  [
    'causeway.json',
    ['ingest_api_events_total', 'ingest_api_latency_seconds', 'consumer_events_processed_total', 'dlq_events_total'],
  ],
  [
    'pipeline-health.json',
    [
      'pipeline_completed_total',
      'pipeline_duration_seconds_sum',
      'pipeline_duration_seconds_bucket',
      'pipeline_step_duration_seconds_count{result="failed"}',
      'gtm_pipeline_model_cost_dollars_total',
      'provider_credits_total',
    ],
  ],
  [
    'refresh-runs.json',
    [
      'job_queue_depth',
      'job_completed_total',
      'job_failed_total',
      'job_retries_total',
      'job_coalesced_total',
      'job_duration_seconds',
    ],
  ],
  [
    'group-quality.json',
    [
      'buyer_group_members_found_sum',
      'buyer_group_confidence_bucket',
      'buyer_group_cohesion_bucket',
      'buyer_group_refreshes_total',
      'provider_credits_total',
    ],
  ],
])('%s shows what its pipeline is watched by', (name, metrics) => {
  const panels = dashboards.find(({ file }) => file === name)?.panels ?? [];
  const asked = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join(' ');
  expect(metrics.filter((metric) => !asked.includes(metric))).toEqual([]);
});

test('Grafana is given the dashboards, and the Prometheus that scrapes us', () => {
  const sources = z
    .object({ datasources: z.array(z.object({ type: z.string(), url: z.url(), jsonData: z.unknown() })) })
    .parse(parse(read('grafana/provisioning/datasources/causeway.yml')));
  const { global } = z
    .object({ global: z.object({ scrape_interval: z.string() }) })
    .parse(parse(read('prometheus/prometheus.yml')));
  expect(sources.datasources).toMatchObject([
    { type: 'prometheus', jsonData: { timeInterval: global.scrape_interval } },
  ]);
  const { providers } = z
    .object({ providers: z.array(z.object({ type: z.string(), options: z.object({ path: z.string() }) })) })
    .parse(parse(read('grafana/provisioning/dashboards/causeway.yml')));
  expect(providers).toMatchObject([{ type: 'file', options: { path: expect.stringMatching(/^\//) } }]);
});
