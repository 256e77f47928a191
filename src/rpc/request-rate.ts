/**
 * Holds somebody to so many requests a minute. What is not used adds up to a minute's
 * worth, which may be used at once; after that one more comes with each part of a minute.
 */
export class RequestRate {
  readonly perMinute: number;
  readonly #intervalMs: number;
  /** What is used up, in the time that it takes to come back, as it was at `#at`. */
  #usedMs = 0;
  #at = Number.NEGATIVE_INFINITY;

  constructor(perMinute: number) {
    this.perMinute = perMinute;
    this.#intervalMs = 60_000 / perMinute;
  }

  /** Takes one. When there is none, it takes nothing and gives the milliseconds until there is. */
  take(now: number): number | undefined {
    this.#usedMs = Math.max(0, this.#usedMs - (now - this.#at));
    this.#at = now;
    const waitMs = this.#usedMs + this.#intervalMs - 60_000;
    // Sums of fractions miss by a little.
    if (waitMs > 0.001) return waitMs;
    this.#usedMs += this.#intervalMs;
    return undefined;
  }
}
