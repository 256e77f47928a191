import type { Cost } from "../domain/cost.ts";

/** Keeps a request within its `max_cost_micros`. */
export class SpendLimit {
  readonly #maxMicros: number | undefined;
  #spentMicros = 0;

  /** Undefined means no limit. */
  constructor(maxMicros: number | undefined) {
    this.#maxMicros = maxMicros;
  }

  /** Whether an attempt of this price stays within the limit. A price that nobody knows does. */
  allows(estimate: Cost): boolean {
    if (this.#maxMicros === undefined || estimate.basis === "unknown") return true;
    return this.#spentMicros + estimate.micros <= this.#maxMicros;
  }

  /**
   * Counts an attempt. One whose cost is not known may have been billed, so it
   * counts with what it was expected to cost.
   */
  count(cost: Cost, estimate: Cost): void {
    const counted = cost.basis === "unknown" ? estimate : cost;
    if (counted.basis !== "unknown") this.#spentMicros += counted.micros;
  }
}

/** The price of a part of a task. */
export function shareOf(cost: Cost, part: number, whole: number): Cost {
  if (cost.basis === "unknown" || part === whole) return cost;
  return { basis: cost.basis, micros: Math.ceil((cost.micros * part) / whole), components: [] };
}
