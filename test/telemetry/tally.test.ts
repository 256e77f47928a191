import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, describe, expect, it } from "vitest";
import { tally } from "../../src/telemetry/tally.ts";

const metric = { name: "things", unit: "{thing}", description: "Things." };
const providers: MeterProvider[] = [];
afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.shutdown();
});

function collector(temporality: AggregationTemporality) {
  const exporter = new InMemoryMetricExporter(temporality);
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  providers.push(provider);
  return {
    meter: provider.getMeter("test"),
    async collected() {
      exporter.reset();
      await provider.forceFlush();
      const [data] = exporter.getMetrics();
      return data?.scopeMetrics[0]?.metrics[0]?.dataPoints.map(({ attributes, value }) => [
        attributes,
        value,
      ]);
    },
  };
}

describe("a tally", () => {
  it("adds up what has the same key, and makes its labels once", async () => {
    const { meter, collected } = collector(AggregationTemporality.CUMULATIVE);
    const things = tally(meter, metric);
    let made = 0;
    const labels = (colour: string) => () => {
      made++;
      return { colour };
    };
    things.add(1, "red", labels("red"));
    things.add(2.5, "red", labels("red"));
    things.add(4, "blue", labels("blue"));
    expect(await collected()).toEqual([
      [{ colour: "red" }, 3.5],
      [{ colour: "blue" }, 4],
    ]);
    expect(made).toBe(2);
    things.add(1, "blue", labels("blue"));
    expect(await collected()).toContainEqual([{ colour: "blue" }, 5]);
  });

  it("tells what came since the last time to those who add up themselves", async () => {
    const { meter, collected } = collector(AggregationTemporality.DELTA);
    const things = tally(meter, metric);
    things.add(3, "", () => ({}));
    expect(await collected()).toEqual([[{}, 3]]);
    things.add(2, "", () => ({}));
    expect(await collected()).toEqual([[{}, 2]]);
  });

  it("falls where it may", async () => {
    const { meter, collected } = collector(AggregationTemporality.CUMULATIVE);
    const things = tally(meter, metric, true);
    things.add(3, "", () => ({}));
    things.add(-2, "", () => ({}));
    expect(await collected()).toEqual([[{}, 1]]);
  });
});
