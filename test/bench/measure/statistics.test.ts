import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median, percentile, ratios, spreadOf, steadyPercentile } from "./statistics.ts";

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

  it("keep one stop of the machine to the stretch it falls into", () => {
    const calm: number[] = Array.from({ length: 1000 }, (_, index) => (index % 100 < 95 ? 1 : 2));
    const disturbed = calm.with(510, 80).with(511, 80).with(512, 80);
    expect(percentile(disturbed.slice(500, 600), 99)).toBe(80);
    expect(steadyPercentile(disturbed, 99, 100)).toBe(2);
    expect(steadyPercentile([1, 2, 3], 50, 100)).toBe(2);
  });

  it("show a slowness that comes again and again", () => {
    const slow = Array.from({ length: 1000 }, (_, index) => (index % 50 === 0 ? 9 : 1));
    expect(steadyPercentile(slow, 99, 100)).toBeGreaterThan(8);
  });

  it("refuse to make a number out of none", () => {
    expect(() => median([])).toThrow("no values");
  });

  it("compare round by round, so that a slow round disturbs no ratio", () => {
    expect(ratios([10, 1, 10], [5, 0.5, 5])).toEqual([2, 2, 2]);
  });
});
