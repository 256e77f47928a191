import type { Attributes, Meter } from "@opentelemetry/api";
import { Labelled } from "./labelled.ts";
import type { MetricName } from "./names.ts";

/** A sum for each row of labels. */
export interface Tally {
  /** The labels' values are in the order of their names. An empty one is left out. */
  add(change: number, ...labels: readonly string[]): void;
}

/**
 * A counter for the hot path. OpenTelemetry's own sorts and hashes the labels each time
 * that something is counted; this one is asked for its sums when metrics are collected.
 * `goesDown`: whether the sum may also fall.
 */
export function tally(
  meter: Meter,
  metric: MetricName,
  labelNames: readonly string[],
  goesDown = false,
): Tally {
  const sums = new Labelled(labelNames, (labels: Attributes) => ({ labels, sum: 0 }));
  const instrument = goesDown
    ? meter.createObservableUpDownCounter(metric.name, metric)
    : meter.createObservableCounter(metric.name, metric);
  instrument.addCallback((result) => {
    for (const { labels, sum } of sums.all()) result.observe(sum, labels);
  });
  return {
    add(change, ...labels) {
      sums.of(labels).sum += change;
    },
  };
}
