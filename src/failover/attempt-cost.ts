import { type Cost, noCost, unknownCost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import { failureTable } from "./failure-table.ts";

/**
 * What a failed call costs: what the provider says; nothing when it did not get it,
 * says so, or turned it away before any work; else unknown, never nothing.
 */
export function costOfFailure(failure: Failure): Cost {
  if (failure.cost !== undefined) return failure.cost;
  if (failure.delivery === "not_sent" || failure.billed === false) return noCost;
  if (failure.delivery === "ambiguous" || failure.billed === true) return unknownCost;
  if (!failureTable[failure.class].mayBill) return noCost;
  // An error status says that the call itself was refused, whatever the class.
  // A failure inside a success, or of a job, came after work.
  return failure.httpStatus !== undefined && failure.httpStatus >= 400 ? noCost : unknownCost;
}

/** Whether the same work, done again, could be paid twice: so it is after a success that brought nothing of use. */
export function mayHaveBeenBilled(failure: Failure): boolean {
  const { delivery, billed, cost, httpStatus } = failure;
  if (delivery === "ambiguous" || billed === true) return true;
  if (cost !== undefined) return cost.basis === "unknown" || cost.micros > 0;
  const isSuccess = httpStatus !== undefined && httpStatus < 300;
  return billed === undefined && failure.class === "server_fault" && isSuccess;
}
