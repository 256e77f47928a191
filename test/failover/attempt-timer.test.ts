import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../src/domain/failure.ts";
import { sandboxFaultLabel } from "../../src/domain/sandbox-fault.ts";
import { LatencyBook } from "../../src/failover/health/latency-book.ts";
import { answered } from "../support/answered.ts";
import { manualClock } from "../support/manual-clock.ts";
import {
  begin,
  candidate,
  chatTask,
  execute,
  fails,
  gives,
  last,
  piece,
  type Setup,
  says,
  streamDialect,
} from "./world.ts";

type Steps = NonNullable<Setup["script"]["steps"]>;

const image = candidate("a");
const talk = candidate("a", { task: chatTask, dialect: { stream: streamDialect } });

/** A book that outlives the request of a test, and its clock. */
function withBook(steps: Steps, over: Partial<Setup> = {}) {
  const clock = manualClock();
  const latency = new LatencyBook(clock);
  return { latency, setup: { script: { steps }, clock, latency, candidates: [image], ...over } };
}

const streamed = (steps: Steps) =>
  withBook(steps, { candidates: [talk], task: chatTask, stream: {} });

describe("the time of an attempt", () => {
  it("is that of the whole result for a request that is not streamed", async () => {
    const { latency, setup } = withBook({ a: [gives(1, { ms: 700 })] });
    await execute(setup);
    expect(latency.average(image, false)).toBe(700);
    expect(latency.average(image, true)).toBeUndefined();
  });

  it("is that to the first content of a stream", async () => {
    const events = [
      piece(300, { kind: "text", text: "Hel" }),
      piece(900, { kind: "text", text: "lo" }),
      last(says("Hello"), 1_000),
    ];
    const { latency, setup } = streamed({ a: [{ kind: "events", events }] });
    await execute(setup);
    expect(latency.average(talk, true)).toBe(300);
    expect(latency.average(talk, false)).toBeUndefined();
  });

  it("is that of the whole result for a stream from a target that does not stream", async () => {
    const { latency, setup } = withBook({ a: [gives(1, { ms: 700 })] }, { stream: {} });
    await execute(setup);
    expect(latency.average(image, true)).toBe(700);
  });

  it("makes no one faster who fails fast", async () => {
    const { latency, setup } = withBook({ a: [fails("quota", { ms: 5 })] });
    answered(latency, image, 200, false);
    await execute(setup);
    expect(latency.average(image, false)).toBe(200);
    const fresh = withBook({ a: [fails("quota", { ms: 5 })] });
    await execute(fresh.setup);
    expect(fresh.latency.score(image, false)).toBeGreaterThan(1e6);
  });

  it("makes slower who fails slowly", async () => {
    const { latency, setup } = withBook({ a: [fails("quota", { ms: 5_000 })] });
    answered(latency, image, 200, false);
    await execute(setup);
    expect(latency.average(image, false)).toBe(5_000);
  });

  it.each<FailureClass>(["refused", "caller_fault", "unsupported_here"])(
    "tells nothing when it was a verdict on the request: %s",
    async (name) => {
      const { latency, setup } = withBook({ a: [fails(name, { ms: 9_000 })] });
      answered(latency, image, 200, false);
      await execute(setup);
      expect(latency.average(image, false)).toBe(200);
    },
  );

  it("is at least as long as the caller waited who left", async () => {
    const { latency, setup } = withBook({ a: [gives(1, { ms: 60_000 })] });
    const running = begin(setup);
    await running.clock.advance(4_000);
    expect(latency.inFlight(image)).toBe(1);
    running.caller.abort();
    await running.end();
    expect(latency.average(image, false)).toBe(4_000);
  });

  it("is known to a stream whose caller leaves in its middle", async () => {
    const events = [piece(300, { kind: "text", text: "Hel" }), last(says("Hello"), 9_000)];
    const { latency, setup } = streamed({ a: [{ kind: "events", events }] });
    const running = begin(setup);
    await running.clock.advance(2_000);
    running.caller.abort();
    await running.end();
    expect(latency.average(talk, true)).toBe(300);
  });

  it("is not learned from a fault that the request ordered", async () => {
    const rehearsed = candidate("a", { endpoint: { sandbox: true } });
    const { latency, setup } = withBook(
      { a: [gives(1, { ms: 9_000 })] },
      { candidates: [rehearsed], request: { labels: { [sandboxFaultLabel]: "a=slow:9s" } } },
    );
    await execute(setup);
    expect(latency.average(rehearsed, false)).toBeUndefined();
  });
});

describe("what is in flight", () => {
  const endings: readonly (readonly [string, Steps])[] = [
    ["succeeds", { a: [gives(1, { ms: 100 })] }],
    ["fails", { a: [fails("quota", { ms: 100 })] }],
    ["is refused", { a: [fails("refused", { ms: 100 })] }],
    ["is retried", { a: [fails("server_fault"), gives(1, { ms: 100 })] }],
    ["comes to its deadline", { a: [gives(1, { ms: 400_000 })] }],
  ];
  it.each(endings)("is nothing again when the attempt %s", async (_, steps) => {
    const { latency, setup } = withBook(steps);
    const running = begin(setup);
    await running.clock.advance(50);
    await running.end();
    expect(latency.inFlight(image)).toBe(0);
  });

  it("is nothing again when a bug ends the attempt", async () => {
    const broken = candidate("a", {
      dialect: {
        request: () => {
          throw new Error("a bug");
        },
      },
    });
    const { latency, setup } = withBook({}, { candidates: [broken] });
    await expect(execute(setup)).rejects.toThrow("a bug");
    expect(latency.inFlight(broken)).toBe(0);
  });
});
