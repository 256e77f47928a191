import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shares, weightedOrder } from "../../src/router/weighted-order.ts";
import { seededRandom } from "../support/fake-request.ts";

interface Member {
  readonly name: string;
  readonly weight: number;
}

const members = (...weights: readonly number[]): Member[] =>
  weights.map((weight, index) => ({ name: String(index), weight }));

/** How often each member comes first. */
function firsts(group: readonly Member[], picks: number): number[] {
  const random = seededRandom(7);
  const counts = group.map(() => 0);
  for (let pick = 0; pick < picks; pick++) {
    const first = Number(weightedOrder(group, random)[0]?.name);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts.map((count) => count / picks);
}

describe("weightedOrder", () => {
  it("puts each member first as often as its share says, within half a percent", () => {
    const [seventy = 0, thirty = 0] = firsts(members(70, 30), 100_000);
    expect(Math.abs(seventy - 0.7)).toBeLessThan(0.005);
    expect(Math.abs(thirty - 0.3)).toBeLessThan(0.005);
  });

  it("takes fractions for what they are", () => {
    const [small = 0, large = 0] = firsts(members(0.05, 0.15), 100_000);
    expect(Math.abs(small - 0.25)).toBeLessThan(0.005);
    expect(Math.abs(large - 0.75)).toBeLessThan(0.005);
  });

  it("draws the second by the shares of those that are left", () => {
    const random = seededRandom(11);
    let counted = 0;
    let second = 0;
    for (let pick = 0; pick < 100_000; pick++) {
      const [first, next] = weightedOrder(members(50, 30, 20), random);
      if (first?.name !== "0") continue;
      counted += 1;
      if (next?.name === "1") second += 1;
    }
    expect(Math.abs(second / counted - 0.6)).toBeLessThan(0.01);
  });

  it("puts weight 0 last and in the order given", () => {
    const order = weightedOrder(members(0, 5, 0, 1), seededRandom(3)).map(({ name }) => name);
    expect(order.slice(2)).toEqual(["0", "2"]);
  });

  it("treats all as equal when all weigh nothing", () => {
    const [first = 0, second = 0] = firsts(members(0, 0), 20_000);
    expect(Math.abs(first - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(second - 0.5)).toBeLessThan(0.02);
  });

  it("uses one random number for each choice, and none where there is no choice", () => {
    let asked = 0;
    const random = () => {
      asked += 1;
      return 0.5;
    };
    weightedOrder(members(1, 2, 3), random);
    expect(asked).toBe(2);
    weightedOrder(members(1), random);
    expect(asked).toBe(2);
  });

  it("stays inside the group when the random number is the largest there is", () => {
    const order = weightedOrder(members(0.1, 0.2, 0.3), () => 1 - 2 ** -53);
    expect(order.map(({ name }) => name)).toEqual(["2", "1", "0"]);
  });

  it("is always a permutation with the weightless last", () => {
    const weights = fc.array(
      fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(weights, fc.integer(), (given, seed) => {
        const group = members(...given);
        const order = weightedOrder(group, seededRandom(seed));
        expect([...order].sort(byName)).toEqual([...group].sort(byName));
        const firstWeightless = order.findIndex(({ weight }) => weight === 0);
        if (firstWeightless >= 0) {
          expect(order.slice(firstWeightless).every(({ weight }) => weight === 0)).toBe(true);
        }
      }),
    );
  });
});

describe("shares", () => {
  it("gives the part of the sum", () => {
    expect(shares(members(1, 3, 0))).toEqual([0.25, 0.75, 0]);
  });

  it("is equal when all weigh nothing", () => {
    expect(shares(members(0, 0))).toEqual([0.5, 0.5]);
  });
});

function byName(left: Member, right: Member): number {
  return left.name < right.name ? -1 : 1;
}
