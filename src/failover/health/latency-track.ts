/** Over what time faster answers lower what a slower one has raised, in milliseconds. */
export const decayMs = 10_000;

/** Over what time it is forgotten how slow a target was that is not asked, in milliseconds. */
export const forgetMs = 60_000;

/** How long nobody asks first for a target of which nothing is known but a failure, in milliseconds. */
export const unprovenMs = 10_000;

/** What is said of the speed of a target that never answered and is being asked, in milliseconds. */
const unknownMs = 1e9;

/** How many answers are remembered for the percentile, and from how many on there is one. */
const remembered = 128;
const fewest = 20;

/**
 * How fast a target answers: a peak-sensitive moving average, for choosing the
 * fastest, and the 95th percentile of its last answers, for knowing when one is late.
 * Times are on the clock's monotonic scale, in milliseconds.
 *
 * A slower answer than the average raises it at once to its own time, faster ones
 * lower it bit by bit: trouble is believed sooner than its end. What is not asked
 * is slowly forgotten, so that who was slow is tried again.
 *
 * Source: the peak EWMA of Finagle, twitter.github.io/finagle/guide/Clients.html
 * (power of two choices, least loaded by peak EWMA), 2026-11. Other than there, a
 * target that fails is not fast, and the benefit of the doubt is for one at a time.
 */
export class LatencyTrack {
  #averageMs: number | undefined;
  #seenAt = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #last: Float64Array | undefined;
  #count = 0;

  /** The average as it was last seen. Undefined when there was no answer yet. */
  get averageMs(): number | undefined {
    return this.#averageMs;
  }

  /** It answered after so long. */
  answered(now: number, ms: number): void {
    const before = this.#averageMs;
    if (before === undefined || ms >= before) this.#averageMs = ms;
    else {
      const kept = Math.exp(-(now - this.#seenAt) / decayMs);
      // In this order rounding cannot take it below the answer that lowers it.
      this.#averageMs = ms + (before - ms) * kept;
    }
    this.#seenAt = now;
    this.#remember(ms);
  }

  /** It failed after so long: no faster than it was, however soon it did. */
  failed(now: number, ms: number): void {
    const before = this.#averageMs;
    if (before === undefined) {
      this.#failedAt = now;
      return;
    }
    this.#averageMs = Math.max(before, ms);
    this.#seenAt = now;
  }

  /**
   * It was left after so long, without an answer: it takes at least that. Where
   * that is late, the percentile takes note: who is left whenever it is late would
   * seem to be faster and faster.
   */
  left(now: number, ms: number): void {
    if (ms > (this.#averageMs ?? 0)) this.answered(now, ms);
    else if (ms >= (this.p95 ?? Number.POSITIVE_INFINITY)) this.#remember(ms);
  }

  /**
   * How long an answer is to be expected, with so many requests in flight there:
   * the average for each and one more. 0 for a target that was never asked, and
   * next to nothing for one that was not asked for long, as long as it has no
   * request in flight: one at a time finds out.
   */
  score(now: number, inFlight: number): number {
    const average = this.#averageMs;
    if (average === undefined) {
      const isFree = inFlight === 0 && now - this.#failedAt >= unprovenMs;
      return isFree ? 0 : unknownMs * (inFlight + 1);
    }
    if (inFlight > 0) return average * (inFlight + 1);
    return average * Math.exp(-(now - this.#seenAt) / forgetMs);
  }

  /** The time within which 95 % of the last 128 answers came. Undefined before there were 20. */
  get p95(): number | undefined {
    if (this.#last === undefined || this.#count < fewest) return undefined;
    const sorted = this.#last.slice(0, Math.min(this.#count, remembered)).sort();
    return sorted[Math.ceil(sorted.length * 0.95) - 1];
  }

  #remember(ms: number): void {
    this.#last ??= new Float64Array(remembered);
    this.#last[this.#count % remembered] = ms;
    this.#count++;
  }
}
