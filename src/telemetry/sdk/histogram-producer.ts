import { type HrTime, ValueType } from "@opentelemetry/api";
import { type InstrumentationScope, millisToHrTime } from "@opentelemetry/core";
import { emptyResource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type HistogramMetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import type { Clock } from "../../domain/clock.ts";
import type { HistogramReading, Histograms, PointReading } from "../histograms.ts";

/**
 * Hands our histograms to one of the SDK's readers, through its door for metrics from
 * elsewhere. Cumulative: all since the start. Delta: what came since the reader asked
 * before, without the least and the most, which nobody keeps for it.
 */
export function histogramProducer(
  histograms: Histograms,
  scope: InstrumentationScope,
  clock: Clock,
  temporality: AggregationTemporality,
): MetricProducer {
  const point = temporality === AggregationTemporality.DELTA ? deltas() : cumulative;
  const metricOf = (reading: HistogramReading, now: HrTime): HistogramMetricData => ({
    descriptor: { ...reading.metric, valueType: ValueType.DOUBLE },
    aggregationTemporality: temporality,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: reading.points.flatMap((of) => point(of, [...reading.boundaries], now) ?? []),
  });
  return {
    async collect() {
      const now = millisToHrTime(clock.now());
      const metrics = histograms
        .read()
        .map((reading) => metricOf(reading, now))
        .filter(({ dataPoints }) => dataPoints.length > 0);
      const scopeMetrics = metrics.length === 0 ? [] : [{ scope, metrics }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

function cumulative(of: PointReading, boundaries: number[], now: HrTime): DataPoint<Histogram> {
  const { labels, since, counts, count, sum, min, max } = of;
  return {
    attributes: labels,
    startTime: millisToHrTime(since),
    endTime: now,
    value: { buckets: { boundaries, counts: [...counts] }, count, sum, min, max },
  };
}

/** Tells of a point what came since it was told before; undefined when nothing did. */
function deltas() {
  const told = new Map<PointReading["labels"], PointReading & { readonly at: HrTime }>();
  return (
    of: PointReading,
    boundaries: number[],
    now: HrTime,
  ): DataPoint<Histogram> | undefined => {
    const before = told.get(of.labels);
    if (of.count === before?.count) return undefined;
    told.set(of.labels, { ...of, at: now });
    const counts = of.counts.map((count, index) => count - (before?.counts[index] ?? 0));
    return {
      attributes: of.labels,
      startTime: before?.at ?? millisToHrTime(of.since),
      endTime: now,
      value: {
        buckets: { boundaries, counts },
        count: of.count - (before?.count ?? 0),
        sum: of.sum - (before?.sum ?? 0),
      },
    };
  };
}
