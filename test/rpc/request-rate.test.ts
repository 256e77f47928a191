import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestRate } from "../../src/rpc/request-rate.ts";

describe("RequestRate", () => {
  it("gives a minute's worth at once, and then one with each part of a minute", () => {
    const rate = new RequestRate(3);
    const waits = [0, 0, 0, 0].map((now) => rate.take(now));
    expect(waits).toEqual([undefined, undefined, undefined, 20_000]);
    expect(rate.take(5_000)).toBe(15_000);
    expect(rate.take(20_000)).toBeUndefined();
    expect(rate.take(20_000)).toBe(20_000);
  });

  it("has all of it again after a minute, and never more", () => {
    const rate = new RequestRate(2);
    for (const now of [0, 0, 600_000, 600_000]) expect(rate.take(now)).toBeUndefined();
    expect(rate.take(600_000)).toBe(30_000);
  });

  it("gives at most twice its number in any minute, and in the long run its number", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), gaps, (perMinute, waits) => {
        const rate = new RequestRate(perMinute);
        const taken: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          if (rate.take(now) === undefined) taken.push(now);
        }
        for (const start of taken) {
          const within = taken.filter((at) => at >= start && at < start + 60_000);
          expect(within.length).toBeLessThanOrEqual(2 * perMinute);
        }
        expect(taken.length).toBeLessThanOrEqual(perMinute + (now / 60_000) * perMinute + 1);
      }),
    );
  });

  it("keeps its word on when the next one may come", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(1e9), (perMinute, start) => {
        const rate = new RequestRate(perMinute);
        for (let turn = 0; turn < perMinute; turn++) expect(rate.take(start)).toBeUndefined();
        const wait = rate.take(start) ?? 0;
        expect(wait).toBeGreaterThan(0);
        expect(rate.take(start + wait / 2)).toBeGreaterThan(0);
        expect(rate.take(start + Math.ceil(wait))).toBeUndefined();
      }),
    );
  });
});
