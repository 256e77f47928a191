import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetryBudget } from "../../src/failover/retry-budget.ts";
import { manualClock } from "../support/manual-clock.ts";

/** How many more attempts the budget pays for now. */
function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.take()) taken++;
  return taken;
}

describe("the retry budget", () => {
  it("is a share of the requests of the last ten seconds", async () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock, { ratio: 0.2, floor: 0 });
    expect(takeAll(budget)).toBe(0);
    for (let request = 0; request < 100; request++) budget.request();
    expect(takeAll(budget)).toBe(20);
    await clock.advance(5_000);
    for (let request = 0; request < 50; request++) budget.request();
    expect(takeAll(budget)).toBe(10);
    await clock.advance(20_000);
    expect(takeAll(budget)).toBe(0);
  });

  it("has a floor for each second, whatever the traffic", async () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock);
    expect(takeAll(budget)).toBe(100);
    expect(budget.take()).toBe(false);
    await clock.advance(11_000);
    expect(takeAll(budget)).toBe(100);
  });

  it("takes back what was not used, and never more than was taken", async () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock, { ratio: 0, floor: 0.3 });
    budget.giveBack(clock.monotonic());
    expect(takeAll(budget)).toBe(3);
    await clock.advance(5_000);
    budget.giveBack(clock.monotonic());
    budget.giveBack(clock.monotonic());
    expect(takeAll(budget)).toBe(2);
    await clock.advance(11_000);
    budget.giveBack(clock.monotonic());
    expect(takeAll(budget)).toBe(3);
  });

  it("does not take back, for one that is forgotten, what another one took", async () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock, { ratio: 0, floor: 0.1 });
    const first = clock.monotonic();
    expect(budget.take()).toBe(true);
    await clock.advance(11_000);
    expect(budget.take()).toBe(true);
    budget.giveBack(first);
    expect(budget.take()).toBe(false);
  });

  it("never pays for more than both allow", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ requests: fc.nat({ max: 200 }), ms: fc.nat({ max: 3_000 }) }), {
          maxLength: 10,
        }),
        async (steps) => {
          const clock = manualClock();
          const budget = new RetryBudget(clock, { ratio: 0.2, floor: 1 });
          let requests = 0;
          let extras = 0;
          for (const step of steps) {
            for (let count = 0; count < step.requests; count++) budget.request();
            requests += step.requests;
            extras += takeAll(budget);
            expect(extras).toBeLessThanOrEqual(
              0.2 * requests + 1 * (clock.monotonic() / 1000 + 10),
            );
            await clock.advance(step.ms);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
