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
  it("adds up what has the same labels", async () => {
    const { meter, collected } = collector(AggregationTemporality.CUMULATIVE);
    const things = tally(meter, metric, ["colour", "size"]);
    things.add(1, "red", "small");
    things.add(2.5, "red", "small");
    things.add(8, "red", "large");
    things.add(4, "blue", "small");
    expect(await collected()).toEqual([
      [{ colour: "red", size: "small" }, 3.5],
      [{ colour: "red", size: "large" }, 8],
      [{ colour: "blue", size: "small" }, 4],
    ]);
    things.add(1, "blue", "small");
    expect(await collected()).toContainEqual([{ colour: "blue", size: "small" }, 5]);
  });

  it("leaves out a label that is empty", async () => {
    const { meter, collected } = collector(AggregationTemporality.CUMULATIVE);
    const things = tally(meter, metric, ["colour", "fault"]);
    things.add(1, "red", "");
    things.add(1, "red", "torn");
    things.add(1, "red", "");
    expect(await collected()).toEqual([
      [{ colour: "red" }, 2],
      [{ colour: "red", fault: "torn" }, 1],
    ]);
  });

  it("tells what came since the last time to those who add up themselves", async () => {
    const { meter, collected } = collector(AggregationTemporality.DELTA);
    const things = tally(meter, metric, []);
    things.add(3);
    expect(await collected()).toEqual([[{}, 3]]);
    things.add(2);
    expect(await collected()).toEqual([[{}, 2]]);
  });

  it("falls where it may", async () => {
    const { meter, collected } = collector(AggregationTemporality.CUMULATIVE);
    const things = tally(meter, metric, [], true);
    things.add(3);
    things.add(-2);
    expect(await collected()).toEqual([[{}, 1]]);
  });
});
