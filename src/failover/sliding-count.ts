/** Into how many pieces a window is cut: it forgets one piece after the other. */
const pieces = 30;

/** Counts what happened in the last while. The window slides in steps of a thirtieth of it. */
export class SlidingCount {
  readonly #counts = new Uint32Array(pieces);
  readonly #pieceMs: number;
  #newest = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.#pieceMs = windowMs / pieces;
  }

  /** Counts one more. `at` is on the clock's monotonic scale and never less than before. */
  add(at: number): void {
    this.#slideTo(at);
    const place = this.#newest % pieces;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#total++;
  }

  /** How many there were in the window that ends now. */
  total(at: number): number {
    this.#slideTo(at);
    return this.#total;
  }

  /** Takes back the newest that is in the window that ends now, if one is. */
  remove(at: number): void {
    this.#slideTo(at);
    if (this.#total === 0) return;
    let place = this.#newest;
    while (this.#counts[place % pieces] === 0) place--;
    this.#counts[place % pieces] = (this.#counts[place % pieces] ?? 0) - 1;
    this.#total--;
  }

  #slideTo(at: number): void {
    const now = Math.floor(at / this.#pieceMs);
    const steps = Math.min(now - this.#newest, pieces);
    for (let step = 1; step <= steps; step++) {
      const place = (this.#newest + step) % pieces;
      this.#total -= this.#counts[place] ?? 0;
      this.#counts[place] = 0;
    }
    if (now > this.#newest) this.#newest = now;
  }
}
