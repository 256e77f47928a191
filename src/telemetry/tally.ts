import type { Attributes, Meter } from "@opentelemetry/api";

/** A sum for each set of labels. */
export interface Tally {
  /** `key` stands for the labels, which are made when it is new. */
  add(change: number, key: string, labels: () => Attributes): void;
}

/** A metric's name, unit and description. */
interface MetricName {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

/**
 * A counter for the hot path. OpenTelemetry's own sorts and hashes the labels each time
 * that something is counted; this one is asked for its sums when metrics are collected.
 * `goesDown`: whether the sum may also fall.
 */
export function tally(meter: Meter, metric: MetricName, goesDown = false): Tally {
  const sums = new Map<string, { readonly labels: Attributes; sum: number }>();
  const instrument = goesDown
    ? meter.createObservableUpDownCounter(metric.name, metric)
    : meter.createObservableCounter(metric.name, metric);
  instrument.addCallback((result) => {
    for (const { labels, sum } of sums.values()) result.observe(sum, labels);
  });
  return {
    add(change, key, labels) {
      const known = sums.get(key);
      if (known === undefined) sums.set(key, { labels: labels(), sum: change });
      else known.sum += change;
    },
  };
}
