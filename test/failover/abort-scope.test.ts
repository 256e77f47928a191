import { describe, expect, it } from "vitest";
import type { OutputEvent } from "../../src/domain/output-event.ts";
import { HealthRegistry } from "../../src/failover/health/health-registry.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import type { Step } from "../support/scripted-transport.ts";
import {
  attemptsOf,
  candidate,
  chatTask,
  execute,
  last,
  piece,
  says,
  streamDialect,
} from "./world.ts";

const text = (words: string): OutputEvent => ({ kind: "text", text: words });
const candidates = ["a", "b"].map((slug) =>
  candidate(slug, { task: chatTask, dialect: { stream: streamDialect } }),
);
const whole: Step = {
  kind: "events",
  events: [piece(100, text("Good")), piece(100, text(" day")), last(says("Good day"), 100)],
};

/** A chat streamed to a caller that takes its time with every text. */
async function readBy(take: (clock: ManualClock) => Promise<void>) {
  const clock = manualClock();
  const health = new HealthRegistry(clock);
  const { result } = await execute({
    task: chatTask,
    clock,
    health,
    stream: { emit: (event) => (event.kind === "text" ? take(clock) : undefined) },
    candidates,
    script: { steps: { a: [whole] } },
  });
  return { result, health };
}

describe("an attempt that is streamed", () => {
  it("has all of its time for the provider, however slow its caller is to read", async () => {
    const { result, health } = await readBy((clock) => clock.sleep(70_000));
    expect(result).toMatchObject({ generated: { output: { text: "Good day" }, provider: "a" } });
    expect(health.provider("a")).toBeUndefined();
  });

  it("ends with the request's time when nobody reads, and its provider is not blamed", async () => {
    const { result, health } = await readBy(() => new Promise(() => {}));
    expect(attemptsOf(result)).toMatchObject([{ failure: "deadline", durationMs: 300_000 }]);
    expect(health.provider("a")).toBeUndefined();
  });

  it("has its limit all the same when the caller reads on after a while", async () => {
    const clock = manualClock();
    const talkative = Array.from({ length: 30 }, () => piece(4_500, text("on and ")));
    const { result } = await execute({
      task: chatTask,
      clock,
      stream: {
        emit: (event) => (event.kind === "text" ? clock.sleep(1_000) : undefined),
      },
      routing: { maxAttempts: 1 },
      candidates,
      script: { steps: { a: [{ kind: "events", events: talkative }] } },
    });
    expect(attemptsOf(result)).toMatchObject([{ failure: "timeout", durationMs: 73_000 }]);
  });
});
