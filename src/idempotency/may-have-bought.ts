import type { Attempt } from "../domain/attempt.ts";

/** Whether any of these attempts was billed, or may have been: unknown is not nothing. */
export function mayHaveBought(attempts: readonly Attempt[]): boolean {
  return attempts.some(
    ({ outcome, delivery, cost }) =>
      outcome !== "skipped" &&
      (delivery === "ambiguous" || cost.basis === "unknown" || cost.micros > 0),
  );
}
