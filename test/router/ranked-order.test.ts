import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Choices,
  firstChances,
  likeliestOrder,
  type Ranked,
  rankedOrder,
} from "../../src/router/ranked-order.ts";
import { seededRandom } from "../support/fake-request.ts";

interface Member extends Ranked {
  readonly name: number;
}

type Trait = Partial<Ranked>;

const members = (...traits: readonly Trait[]): readonly Member[] =>
  traits.map((trait, name) => ({ name, weight: 1, rank: 0, factor: 1, ...trait }));

const names = (order: readonly Member[]) => order.map(({ name }) => name);

const trait: fc.Arbitrary<Trait> = fc.record({
  weight: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 100, noNaN: true })),
  rank: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat({ max: 4 })),
  factor: fc.oneof(fc.constant(1), fc.double({ min: 0.1, max: 1, noNaN: true })),
});
const group = fc.array(trait, { minLength: 1, maxLength: 6 }).map((all) => members(...all));
const choices = fc.constantFrom<Choices>("two", "all");

describe("the chances to be first", () => {
  it("are 1 in sum, and 0 for members of weight 0 beside others", () => {
    fc.assert(
      fc.property(group, choices, (all, among) => {
        const chances = firstChances(all, among);
        expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
        for (const chance of chances) expect(chance).toBeGreaterThanOrEqual(0);
        if (all.every(({ weight }) => weight === 0)) return;
        const spare = all.filter(({ weight }) => weight === 0);
        for (const { name } of spare) expect(chances[name]).toBe(0);
      }),
    );
  });

  const groups: readonly (readonly [string, readonly Member[]])[] = [
    ["equal weights", members({ rank: 3 }, { rank: 1 }, { rank: 2 }, { rank: 4 })],
    [
      "weights and a tie",
      members({ rank: 1, weight: 5 }, { rank: 2, weight: 3 }, { rank: 1, weight: 2 }),
    ],
    ["a member that comes back", members({ rank: 1, factor: 0.3 }, { rank: 2 }, { rank: 2 })],
    [
      "several that come back",
      members(
        { rank: 1, factor: 0.2, weight: 4 },
        { rank: 2, factor: 0.6 },
        { rank: 3, factor: 0.1, weight: 2 },
        { rank: 9, weight: 0 },
      ),
    ],
  ];
  it.each(
    groups.flatMap(([what, all]) =>
      (["two", "all"] as const).map((among) => [what, among, all] as const),
    ),
  )("are what 100,000 picks show, with %s and the choices %s", (_, among, all) => {
    const random = seededRandom(7);
    const counts = all.map(() => 0);
    for (let pick = 0; pick < 100_000; pick++) {
      const first = rankedOrder(all, among, random)[0]?.name ?? -1;
      counts[first] = (counts[first] ?? 0) + 1;
    }
    for (const [name, chance] of firstChances(all, among).entries()) {
      expect(Math.abs((counts[name] ?? 0) / 100_000 - chance)).toBeLessThan(0.005);
    }
  });

  it("of two choices among three are two thirds, one third and nothing", () => {
    const chances = firstChances(members({ rank: 2 }, { rank: 1 }, { rank: 3 }), "two");
    expect(chances.map((chance) => chance.toFixed(3))).toEqual(["0.333", "0.667", "0.000"]);
  });

  it("are the factor of what they would be for a member that comes back", () => {
    fc.assert(
      fc.property(
        group,
        choices,
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (all, among, part) => {
          const well = all.map((item) => ({ ...item, factor: 1 }));
          const back = well.map((item) => (item.name === 0 ? { ...item, factor: part } : item));
          const whole = firstChances(well, among)[0] ?? 0;
          // Who is alone has nobody to yield to.
          const able = well.filter(({ weight }) => weight > 0);
          const alone = able.length === 1 || well.length === 1;
          expect(firstChances(back, among)[0]).toBeCloseTo(alone ? whole : whole * part, 9);
        },
      ),
    );
  });
});

describe("the order by rank", () => {
  it("holds everybody once, with those of weight 0 last", () => {
    fc.assert(
      fc.property(group, choices, fc.nat(), (all, among, seed) => {
        const order = rankedOrder(all, among, seededRandom(seed));
        expect(names(order).sort()).toEqual(names(all));
        if (all.every(({ weight }) => weight === 0)) return;
        const isSpare = order.map(({ weight }) => weight === 0);
        expect(isSpare).toEqual(isSpare.toSorted((left, right) => Number(left) - Number(right)));
      }),
    );
  });

  it("is that of the ranks among all, whatever chance says", () => {
    fc.assert(
      fc.property(group, fc.nat(), (all, seed) => {
        const well = all.map((item) => ({ ...item, factor: 1, weight: 1 }));
        const ranks = rankedOrder(well, "all", seededRandom(seed)).map(({ rank }) => rank);
        expect(ranks).toEqual(ranks.toSorted((left, right) => (left < right ? -1 : 1)));
      }),
    );
  });

  it("goes on by rank after the first of two choices", () => {
    fc.assert(
      fc.property(group, fc.nat(), (all, seed) => {
        const well = all.map((item) => ({ ...item, factor: 1, weight: 1 }));
        const ranks = rankedOrder(well, "two", seededRandom(seed)).map(({ rank }) => rank);
        const rest = ranks.slice(1);
        expect(rest).toEqual(rest.toSorted((left, right) => (left < right ? -1 : 1)));
      }),
    );
  });

  it("that is likeliest begins with the greatest chance and takes nobody out", () => {
    fc.assert(
      fc.property(group, choices, (all, among) => {
        const order = likeliestOrder(all, among);
        expect(names(order).sort()).toEqual(names(all));
        const chances = firstChances(all, among);
        expect(chances[order[0]?.name ?? -1]).toBe(Math.max(...chances));
      }),
    );
  });

  it("breaks ties by weight", () => {
    const tied = members({ weight: 1 }, { weight: 3 }, { weight: 2 });
    expect(names(likeliestOrder(tied, "all"))).toEqual([1, 2, 0]);
    const [, heavy = 0] = firstChances(tied, "all");
    expect(heavy).toBeCloseTo(0.5);
  });
});
