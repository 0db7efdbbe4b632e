import { createMetrics } from '../src/telemetry/metrics.ts';

/** What PromQL itself knows, in so far as alerts and dashboards use it. */
const promqlWords = new Set([
  'sum',
  'by',
  'max',
  'increase',
  'absent',
  'rate',
  'histogram_quantile',
  'and',
  'clamp_min',
  'scalar',
]);

/** Every series that a registry of ours can have: a histogram is three of them. */
const series = new Set(
  createMetrics({ processMetrics: true })
    .registry.getMetricsAsArray()
    .flatMap(({ name, type }) =>
      // prom-client says the type as a word, though its types have an enumeration.
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
);

/** The words of an expression that would be names of metrics, outside of labels, ranges and grouping, and are none of ours. */
export function unknownIn(expression: string): string[] {
  const words = [...expression.replaceAll(/\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)/g, ' ').matchAll(/[a-z_]{2,}/g)]
    .map(([word]) => word)
    .filter((word) => !promqlWords.has(word));
  if (words.length === 0) return [`no metric in ${expression}`];
  // `up` is what Prometheus says of each target.
  return words.filter((word) => word !== 'up' && !series.has(word));
}
