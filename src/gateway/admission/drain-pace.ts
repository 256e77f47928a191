/** The shortest wait that is asked of anyone, in milliseconds. */
export const shortestGuessMs = 100;

/** The longest one: a guess about more than this is none. */
export const longestGuessMs = 30_000;

/** What is said before anyone has left, in milliseconds. */
export const firstGuessMs = 1_000;

/**
 * How fast places become free. Only times at which every place is taken count:
 * how rarely someone leaves a gate that few enter says nothing.
 */
export class DrainPace {
  #intervalMs: number | undefined;
  #since = 0;

  /** Every place is taken from now on. */
  filled(now: number): void {
    this.#since = now;
  }

  /** One has left while every place was taken. */
  left(now: number): void {
    const sample = now - this.#since;
    const known = this.#intervalMs;
    this.#intervalMs = known === undefined ? sample : known + newestShare * (sample - known);
    this.#since = now;
  }

  /** How long until so many have left, in milliseconds: an estimate within the bounds above. */
  timeFor(count: number, now: number): number {
    if (this.#intervalMs === undefined) return firstGuessMs;
    // Where nobody has left for long, the pace of better times is no help.
    const intervalMs = Math.max(this.#intervalMs, now - this.#since);
    return Math.min(longestGuessMs, Math.max(shortestGuessMs, intervalMs * count));
  }
}

/** What the newest interval adds to a moving mean: about the last ten count. */
const newestShare = 0.2;
