import { describe, expect, it } from "vitest";
import { reportedCost } from "../../src/domain/cost.ts";
import { type Failure, failureClasses } from "../../src/domain/failure.ts";
import { costOfFailure, mayHaveBeenBilled } from "../../src/failover/attempt-cost.ts";

const nothing = { basis: "priced", micros: 0, components: [] };
const unknown = { basis: "unknown" };
const failure = (over: Partial<Failure>): Failure => ({
  class: "server_fault",
  delivery: "sent",
  message: "",
  ...over,
});

describe("the cost of a failed call", () => {
  it.each(failureClasses)("is nothing when it was not sent (%s)", (name) => {
    expect(costOfFailure(failure({ class: name, delivery: "not_sent" }))).toEqual(nothing);
  });

  it.each(failureClasses)("is unknown when it may have been billed (%s)", (name) => {
    expect(costOfFailure(failure({ class: name, delivery: "ambiguous" }))).toEqual(unknown);
    expect(costOfFailure(failure({ class: name, billed: true }))).toEqual(unknown);
  });

  it.each(failureClasses)("is nothing when the provider says so (%s)", (name) => {
    expect(costOfFailure(failure({ class: name, billed: false }))).toEqual(nothing);
  });

  it("is what the provider says, whatever else is known", () => {
    const cost = { basis: "reported", micros: 20_000, components: [] } as const;
    expect(costOfFailure(failure({ class: "refused", billed: true, cost }))).toEqual(cost);
    expect(costOfFailure(failure({ class: "caller_fault", httpStatus: 400, cost }))).toEqual(cost);
  });

  it("is nothing when the provider turned it away", () => {
    for (const name of ["overloaded", "quota", "credential", "model_gone", "caller_fault"] as const)
      expect(costOfFailure(failure({ class: name }))).toEqual(nothing);
    expect(costOfFailure(failure({ httpStatus: 500 }))).toEqual(nothing);
  });

  it("is unknown when it came inside a success", () => {
    expect(costOfFailure(failure({ httpStatus: 200 }))).toEqual(unknown);
    expect(costOfFailure(failure({ class: "refused" }))).toEqual(unknown);
  });

  it("can be paid twice only when it may have been paid once", () => {
    expect(mayHaveBeenBilled(failure({ delivery: "ambiguous" }))).toBe(true);
    expect(mayHaveBeenBilled(failure({ billed: true }))).toBe(true);
    expect(mayHaveBeenBilled(failure({ cost: reportedCost(1) }))).toBe(true);
    expect(mayHaveBeenBilled(failure({ cost: reportedCost(0) }))).toBe(false);
    expect(mayHaveBeenBilled(failure({ cost: { basis: "unknown" } }))).toBe(true);
    expect(mayHaveBeenBilled(failure({ httpStatus: 200 }))).toBe(true);
    expect(mayHaveBeenBilled(failure({ httpStatus: 200, billed: false }))).toBe(false);
    expect(mayHaveBeenBilled(failure({ httpStatus: 200, class: "overloaded" }))).toBe(false);
    expect(mayHaveBeenBilled(failure({ httpStatus: 500 }))).toBe(false);
    expect(mayHaveBeenBilled(failure({}))).toBe(false);
    expect(mayHaveBeenBilled(failure({ delivery: "not_sent" }))).toBe(false);
  });
});
