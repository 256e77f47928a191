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

  /** An attempt begins. Until it is counted, it counts with what it is expected to cost. */
  reserve(estimate: Cost): void {
    this.#spentMicros += knownMicros(estimate);
  }

  /**
   * Counts an attempt that has ended. One whose cost is not known may have been
   * billed, so it goes on to count with what it was expected to cost.
   */
  count(cost: Cost, estimate: Cost): void {
    if (cost.basis !== "unknown") this.#spentMicros += cost.micros - knownMicros(estimate);
  }
}

function knownMicros(cost: Cost): number {
  return cost.basis === "unknown" ? 0 : cost.micros;
}

/** The price of a part of a task. */
export function shareOf(cost: Cost, part: number, whole: number): Cost {
  if (cost.basis === "unknown" || part === whole) return cost;
  return { basis: cost.basis, micros: Math.ceil((cost.micros * part) / whole), components: [] };
}
