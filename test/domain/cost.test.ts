import { expect, it } from "vitest";
import {
  addCosts,
  type Cost,
  noCost,
  reportedCost,
  totalCost,
  unknownCost,
} from "../../src/domain/cost.ts";

const priced: Cost = {
  basis: "priced",
  micros: 3,
  components: [{ unit: "image", quantity: 1, micros: 3 }],
};
const reported: Cost = { basis: "reported", micros: 5, components: [] };
const reportedNothing: Cost = { basis: "reported", micros: 0, components: [] };

it.each<[string, readonly Cost[], Cost]>([
  ["no costs are none", [], noCost],
  ["one cost is the sum", [priced], priced],
  ["a reported cost stays one beside what cost nothing", [noCost, reported, noCost], reported],
  ["reported costs are a reported one", [reported, reported], { ...reported, micros: 10 }],
  ["a priced part makes the sum a priced one", [reported, priced], { ...priced, micros: 8 }],
  ["nothing is nothing, whoever says it", [reportedNothing], noCost],
  ["an unknown part makes the sum unknown", [priced, unknownCost, reported], unknownCost],
  ["an unknown part is not nothing", [noCost, unknownCost, noCost], unknownCost],
])("%s", (_name, costs, sum) => {
  expect(addCosts(costs)).toEqual(sum);
});

it("keeps every line of the bills", () => {
  const sum = addCosts([priced, priced]);
  expect(sum).toMatchObject({ micros: 6, components: [{ micros: 3 }, { micros: 3 }] });
});

// A provider writes what it likes: 1e308 dollars, or less than nothing.
it.each([Number.MAX_SAFE_INTEGER + 1, Number.POSITIVE_INFINITY, Number.NaN, -1])(
  "does not take %d micros for a sum of money",
  (micros) => {
    expect(reportedCost(micros)).toBe(unknownCost);
    expect(totalCost([{ unit: "second", quantity: 1, micros }])).toBe(unknownCost);
  },
);
