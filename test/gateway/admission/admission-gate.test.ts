import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../../src/failover/gate.ts";
import { AdmissionGate, type GateLimits } from "../../../src/gateway/admission/admission-gate.ts";
import { manualClock } from "../../support/manual-clock.ts";

describe("an admission gate", () => {
  it("admits at once while there is room, without a timer", () => {
    const { gate, enter, clock } = setUp({ maxConcurrent: 2 });
    expect([enter("a").now, enter("b").now]).toEqual(["admitted", "admitted"]);
    gate.leave();
    expect(enter("c").now).toBe("admitted");
    expect(clock.pending()).toBe(0);
  });

  it("hands a place that becomes free to the one that must start first", async () => {
    const { gate, enter, clock, entries } = setUp({ maxConcurrent: 1, queue: 3 });
    enter("inside");
    enter("patient");
    await clock.advance(10);
    enter("hurried", { deadlineMs: 900 });
    for (let count = 0; count < 2; count++) {
      await clock.advance(100);
      gate.leave();
    }
    await clock.advance(0);
    expect(entries).toEqual(["inside admitted 0", "hurried admitted 110", "patient admitted 210"]);
    expect(clock.pending()).toBe(0);
  });

  it("takes those whose deadlines are far in the order in which they came", async () => {
    const { gate, enter, clock, entries } = setUp({ maxConcurrent: 1, queue: 3 });
    enter("inside");
    enter("an hour", { deadlineMs: 3_600_000 });
    await clock.advance(1);
    enter("a minute", { deadlineMs: 60_000 });
    gate.leave();
    gate.leave();
    await clock.advance(0);
    expect(entries).toEqual(["inside admitted 0", "an hour admitted 1", "a minute admitted 1"]);
  });

  it("refuses at once when the queue is full, and says when to come back", async () => {
    const { gate, enter, clock, refusals } = setUp({ maxConcurrent: 1, queue: 1 });
    for (let count = 0; count < 2; count++) {
      enter("inside");
      await clock.advance(400);
      gate.leave();
      // An hour in which nobody comes says nothing about how long they stay.
      await clock.advance(3_600_000);
    }
    enter("inside");
    enter("waiting");
    expect(enter("too many").now).toBe("refused");
    // Two must leave before there is room, and each one took 400 ms.
    expect(refusals).toEqual([800]);
  });

  it("refuses who has waited for the longest time", async () => {
    const { enter, clock, entries } = setUp({ maxConcurrent: 1, queue: 2, maxWaitMs: 5_000 });
    enter("inside");
    enter("first");
    await clock.advance(2_000);
    enter("second");
    expect(clock.pending()).toBe(1);
    await clock.advance(10_000);
    expect(entries).toEqual(["inside admitted 0", "first refused 5000", "second refused 7000"]);
    expect(clock.pending()).toBe(0);
  });

  it("lets go of who leaves or is late", async () => {
    const { gate, enter, clock, entries } = setUp({ maxConcurrent: 1, queue: 3 });
    enter("inside");
    enter("late", { deadlineMs: 300 });
    const caller = new AbortController();
    enter("leaver", { signal: caller.signal });
    await clock.advance(100);
    caller.abort();
    await clock.advance(1_000);
    expect(entries).toEqual(["inside admitted 0", "leaver ended 100", "late ended 300"]);
    expect(clock.pending()).toBe(0);
    gate.leave();
    expect(enter("next").now).toBe("admitted");
  });

  it("holds on to no caller once it has its answer", async () => {
    const { gate, enter, clock } = setUp({ maxConcurrent: 1, queue: 2, maxWaitMs: 100 });
    const { signal } = new AbortController();
    enter("inside");
    enter("admitted", { signal });
    enter("refused", { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(2);
    gate.leave();
    await clock.advance(100);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("does not let those wait who are gone already, or do not want to", () => {
    const { enter, clock } = setUp({ maxConcurrent: 1, queue: 3 });
    enter("inside");
    expect(enter("gone", { signal: AbortSignal.abort() }).now).toBe("ended");
    expect(enter("late", { deadlineMs: 0 }).now).toBe("ended");
    expect(enter("impatient", { patient: false }).now).toBe("refused");
    expect(clock.pending()).toBe(0);
  });

  it("sends those who are refused together back at different times", () => {
    const numbers = [0, 1];
    const { enter, refusals } = setUp({ maxConcurrent: 1, queue: 0 }, () => numbers.shift() ?? 0);
    for (const name of ["inside", "one", "two"]) enter(name);
    expect(refusals).toEqual([1_000, 1_250]);
  });

  it("counts who runs, who waits and who was refused", async () => {
    const { gate, enter, clock, count } = setUp({ maxConcurrent: 1, queue: 1, maxWaitMs: 100 });
    enter("inside");
    enter("waiting");
    enter("refused");
    expect(count).toEqual({ running: 1, waiting: 1, refused: 1 });
    gate.leave();
    expect(count).toEqual({ running: 1, waiting: 0, refused: 1 });
    enter("expires");
    await clock.advance(100);
    gate.leave();
    expect(count).toEqual({ running: 0, waiting: 0, refused: 2 });
  });

  it("answers everyone once, keeps its limit, and ends empty, whatever happens", async () => {
    const visit = fc.record({
      afterMs: fc.integer({ min: 0, max: 400 }),
      deadlineMs: fc.integer({ min: 1, max: 1_500 }),
      staysMs: fc.integer({ min: 0, max: 600 }),
      leavesAfterMs: fc.option(fc.integer({ min: 0, max: 600 }), { nil: undefined }),
    });
    const limits = fc.record({
      maxConcurrent: fc.integer({ min: 1, max: 3 }),
      queue: fc.integer({ min: 0, max: 4 }),
      maxWaitMs: fc.integer({ min: 1, max: 500 }),
    });
    await fc.assert(
      fc.asyncProperty(limits, fc.array(visit, { maxLength: 20 }), async (given, visits) => {
        const { gate, enter, clock, entries, count } = setUp(given);
        let inside = 0;
        for (const [index, { afterMs, deadlineMs, staysMs, leavesAfterMs }] of visits.entries()) {
          await clock.advance(afterMs);
          const caller = new AbortController();
          if (leavesAfterMs !== undefined) clock.timer(leavesAfterMs, () => caller.abort());
          const cameAt = clock.monotonic();
          const visitor = enter(`${index}`, { deadlineMs, signal: caller.signal });
          void visitor.entry.then(({ kind }) => {
            expect(clock.monotonic() - cameAt).toBeLessThanOrEqual(
              Math.min(given.maxWaitMs, deadlineMs),
            );
            if (kind !== "admitted") return;
            inside++;
            expect(inside).toBeLessThanOrEqual(given.maxConcurrent);
            clock.timer(staysMs, () => {
              inside--;
              gate.leave();
            });
          });
        }
        await clock.advance(20_000);
        expect(entries).toHaveLength(visits.length);
        expect([inside, count.running, count.waiting, clock.pending()]).toEqual([0, 0, 0, 0]);
      }),
      { numRuns: 100 },
    );
  });
});

interface Visit {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly patient?: boolean;
}

/** A gate, a clock, and what became of everyone who came: "name kind time". */
function setUp(limits: Partial<GateLimits>, random = () => 0) {
  const clock = manualClock();
  const count = { running: 0, waiting: 0, refused: 0 };
  const gate = new AdmissionGate({
    limits: { maxConcurrent: 1, queue: 0, maxWaitMs: 5_000, ...limits },
    clock,
    random,
    meter: {
      running: (change) => {
        count.running += change;
      },
      waiting: (change) => {
        count.waiting += change;
      },
      refused: () => {
        count.refused++;
      },
    },
  });
  const entries: string[] = [];
  const refusals: number[] = [];
  const note = (name: string, entry: Entry): Entry => {
    entries.push(`${name} ${entry.kind} ${clock.monotonic()}`);
    if (entry.kind === "refused") refusals.push(entry.retryAfterMs);
    return entry;
  };
  const enter = (name: string, visit: Visit = {}) => {
    const { deadlineMs = 300_000, signal = new AbortController().signal, patient = true } = visit;
    const entering = gate.enter({ deadlineAt: clock.monotonic() + deadlineMs, signal }, patient);
    if (entering instanceof Promise) {
      return { now: undefined, entry: entering.then((entry) => note(name, entry)) };
    }
    note(name, entering);
    return { now: entering.kind, entry: Promise.resolve(entering) };
  };
  return { gate, clock, count, entries, refusals, enter };
}
