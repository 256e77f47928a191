import type { FailureClass } from "../domain/failure.ts";

/** Whether a failure is no fault of anybody's at the other end: the caller left, or the request's time was up. */
export function endedFromThisSide(failure: FailureClass): boolean {
  return failure === "cancelled" || failure === "deadline";
}
