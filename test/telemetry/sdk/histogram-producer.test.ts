import {
  AggregationTemporality,
  type Histogram as Distribution,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, describe, expect, it } from "vitest";
import { Histograms } from "../../../src/telemetry/histograms.ts";
import { histogramProducer } from "../../../src/telemetry/sdk/histogram-producer.ts";
import { manualClock } from "../../support/manual-clock.ts";

const metric = { name: "waits", unit: "s", description: "Waits." };
const boundaries = [0.1, 0.5, 2];
const providers: MeterProvider[] = [];
afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.shutdown();
});

describe("our histograms, as a reader of the SDK collects them", () => {
  it("are what the SDK's own are, to the last number", async () => {
    const { record, collected } = sideBySide(AggregationTemporality.CUMULATIVE);
    for (const value of [0.1, 0.1000001, 0, 0.5, 1.9, 2, 2.1, 700, -1, Number.NaN, 1 / 3]) {
      record(value, "a", "");
    }
    record(0.3, "b", "timeout");
    const first = await collected();
    expect(first.ours).toEqual(first.theirs);
    expect(first.ours?.dataPoints).toHaveLength(2);
    record(0.2, "b", "timeout");
    record(3, "c", "");
    const second = await collected();
    expect(second.ours).toEqual(second.theirs);
    expect(second.ours?.dataPoints).toHaveLength(3);
    const third = await collected();
    expect(third.ours).toEqual(third.theirs);
  });

  it("are not there before their first value, as the SDK's own", async () => {
    const { collected } = sideBySide(AggregationTemporality.CUMULATIVE);
    expect(await collected()).toEqual({ ours: undefined, theirs: undefined });
  });

  it("tell those who add up themselves what came since, save the least and the most", async () => {
    const { record, collected } = sideBySide(AggregationTemporality.DELTA);
    const expectSame = async (points: number) => {
      const { ours, theirs } = await collected();
      const without = theirs && {
        ...theirs,
        dataPoints: theirs.dataPoints.map(({ value, ...point }) => ({
          ...point,
          value: { ...(value as Distribution), min: undefined, max: undefined },
        })),
      };
      expect(ours).toEqual(without);
      expect(ours?.dataPoints.length ?? 0).toBe(points);
    };
    record(0.25, "a", "");
    record(4, "b", "");
    await expectSame(2);
    record(0.5, "a", "");
    record(2, "b", "");
    record(8, "a", "");
    record(1, "c", "");
    await expectSame(3);
    await expectSame(0);
  });

  it.each([
    ["with the first value and", AggregationTemporality.CUMULATIVE, [5, 5]],
    ["where it ended before and", AggregationTemporality.DELTA, [5, 12]],
  ])("begin %s end when they are collected", async (_, temporality, [first, second]) => {
    const clock = manualClock(0);
    const histograms = new Histograms(clock);
    const producer = histogramProducer(histograms, { name: "ours" }, clock, temporality);
    const waits = histograms.create(metric, [], boundaries);
    const times = async () => {
      const [scope] = (await producer.collect()).resourceMetrics.scopeMetrics;
      const [point] = scope?.metrics[0]?.dataPoints ?? [];
      return [point?.startTime, point?.endTime];
    };
    await clock.advance(5_000);
    waits.record(1);
    await clock.advance(7_000);
    expect(await times()).toEqual([
      [first, 0],
      [12, 0],
    ]);
    waits.record(1);
    await clock.advance(1_000);
    expect(await times()).toEqual([
      [second, 0],
      [13, 0],
    ]);
  });
});

/** The same values in a histogram of ours and in one of the SDK's, before the same reader. */
function sideBySide(temporality: AggregationTemporality) {
  const clock = manualClock();
  const histograms = new Histograms(clock);
  const exporter = new InMemoryMetricExporter(temporality);
  const provider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: 3_600_000,
        metricProducers: [histogramProducer(histograms, { name: "ours" }, clock, temporality)],
      }),
    ],
  });
  providers.push(provider);
  const ours = histograms.create(metric, ["who", "fault"], boundaries);
  const theirs = provider.getMeter("theirs").createHistogram(metric.name, {
    ...metric,
    advice: { explicitBucketBoundaries: boundaries },
  });
  const collectedOf = (scopeName: string) => {
    const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    const found = scopes.find(({ scope }) => scope.name === scopeName)?.metrics[0];
    if (found === undefined) return undefined;
    const { name, unit, description, valueType } = found.descriptor;
    const dataPoints = found.dataPoints.map(({ attributes, value }) => ({ attributes, value }));
    return { ...found, descriptor: { name, unit, description, valueType }, dataPoints };
  };
  return {
    record(value: number, who: string, fault: string) {
      ours.record(value, who, fault);
      theirs.record(value, { who, ...(fault !== "" && { fault }) });
    },
    async collected() {
      exporter.reset();
      await provider.forceFlush();
      return { ours: collectedOf("ours"), theirs: collectedOf("theirs") };
    },
  };
}
