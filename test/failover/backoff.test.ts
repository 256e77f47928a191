import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseDelayMs, maxDelayMs, nextDelayMs } from "../../src/failover/backoff.ts";

describe("the wait before the same target is asked again", () => {
  it("is anywhere between the base and three times the wait before it, at most the cap", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: maxDelayMs, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (previousMs, chance) => {
          const delayMs = nextDelayMs(previousMs, () => chance);
          expect(delayMs).toBeGreaterThanOrEqual(baseDelayMs);
          expect(delayMs).toBeLessThanOrEqual(
            Math.min(maxDelayMs, 3 * Math.max(previousMs, baseDelayMs)),
          );
        },
      ),
    );
  });

  it("begins between 100 and 300 ms, and grows to 2 s when chance wills it", () => {
    expect(nextDelayMs(0, () => 0)).toBe(100);
    let delayMs = 0;
    const delays = Array.from({ length: 5 }, () => {
      delayMs = nextDelayMs(delayMs, () => 1);
      return delayMs;
    });
    expect(delays).toEqual([300, 900, 2_000, 2_000, 2_000]);
  });
});
