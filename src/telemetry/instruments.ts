import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Makes the instruments of one registry. */
export function instrumentsOf(registry: Registry) {
  const registers = [registry];
  return {
    counter: <T extends string = never>(name: string, help: string, labelNames: readonly T[] = []) =>
      new Counter({ name, help, labelNames, registers }),
    gauge: <T extends string = never>(name: string, help: string, labelNames: readonly T[] = []) =>
      new Gauge({ name, help, labelNames, registers }),
    histogram: <T extends string = never>(
      name: string,
      help: string,
      buckets: number[],
      labelNames: readonly T[] = [],
    ) => new Histogram({ name, help, buckets, labelNames, registers }),
  };
}

export type Instruments = ReturnType<typeof instrumentsOf>;
