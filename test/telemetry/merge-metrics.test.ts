import { describe, expect, it } from "vitest";
import {
  countedIn,
  type MetricsSnapshot,
  mergeMetrics,
} from "../../src/telemetry/merge-metrics.ts";

function counter(name: string, ...points: (readonly [Record<string, string>, number])[]) {
  return {
    descriptor: { name },
    dataPoints: points.map(([attributes, value]) => ({ attributes, value })),
  };
}

function histogram(name: string, counts: readonly number[], sum: number, min: number, max: number) {
  const count = counts.reduce((a, b) => a + b);
  const value = { buckets: { boundaries: [1, 2], counts }, count, sum, min, max };
  return { descriptor: { name }, dataPoints: [{ attributes: {}, value }] };
}

function snapshot(...metrics: MetricsSnapshot[number]["metrics"]): MetricsSnapshot {
  return [{ scope: { name: "spillway" }, metrics }];
}

describe("the metrics of several processes", () => {
  it("are added up where name and attributes are the same", () => {
    const one = snapshot(counter("requests", [{ code: "OK", method: "Generate" }, 3]));
    const other = snapshot(
      counter("requests", [{ method: "Generate", code: "OK" }, 4], [{ code: "ABORTED" }, 1]),
    );
    expect(mergeMetrics([one, other])).toEqual(
      snapshot(
        counter("requests", [{ code: "OK", method: "Generate" }, 7], [{ code: "ABORTED" }, 1]),
      ),
    );
  });

  it("keep what only one of them has", () => {
    const one = snapshot(counter("requests", [{}, 1]));
    const other = snapshot(counter("reloads", [{}, 2]));
    expect(mergeMetrics([one, other])).toEqual(
      snapshot(counter("requests", [{}, 1]), counter("reloads", [{}, 2])),
    );
  });

  it("add histograms bucket by bucket, with the least and the most of all", () => {
    const one = snapshot(histogram("duration", [1, 0, 2], 9, 0.5, 5));
    const other = snapshot(histogram("duration", [0, 3, 1], 8, 1.5, 3));
    expect(mergeMetrics([one, other])).toEqual(
      snapshot(histogram("duration", [1, 3, 3], 17, 0.5, 5)),
    );
  });

  it("are none when there are no processes", () => {
    expect(mergeMetrics([])).toEqual([]);
  });
});

describe("what a process that is gone had counted", () => {
  it("is what only grows: counters and histograms, and nothing that was in flight", () => {
    const requests = { ...counter("requests", [{}, 3]), isMonotonic: true };
    const durations = histogram("durations", [1, 0, 2], 7, 1, 4);
    const inFlight = { ...counter("in flight", [{}, 1]), isMonotonic: false };
    const memory = counter("memory", [{}, 9]);
    expect(countedIn(snapshot(requests, inFlight, durations, memory))).toEqual(
      snapshot(requests, durations),
    );
  });
});
