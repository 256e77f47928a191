import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, percentile, ratios, spreadOf } from "./statistics.ts";

const numbers = fc.array(fc.integer(), { minLength: 1 });

describe("the statistics of a benchmark", () => {
  it("take the middle of an odd count and the mean of both middles of an even one", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([1, 2, 4, 100])).toBe(3);
  });

  it("place a percentile between its neighbours in proportion", () => {
    const hundred = Array.from({ length: 101 }, (_, index) => index);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile([0, 10], 25)).toBe(2.5);
  });

  it("never leave the values that were measured, whatever their order", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 100 }), (values, share) => {
        const found = percentile(values, share);
        const { least, most } = spreadOf(values);
        expect(found).toBeGreaterThanOrEqual(least);
        expect(found).toBeLessThanOrEqual(most);
        expect(percentile(values.toReversed(), share)).toBe(found);
      }),
    );
  });

  it("refuse to make a number out of none", () => {
    expect(() => median([])).toThrow("no values");
  });

  it("compare round by round, so that a slow round disturbs no ratio", () => {
    expect(ratios([10, 1, 10], [5, 0.5, 5])).toEqual([2, 2, 2]);
  });
});
