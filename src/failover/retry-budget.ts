import type { Clock } from "../domain/clock.ts";
import { defaultRetryBudget, type RetryBudgetSettings } from "../domain/retry-budget-settings.ts";
import { SlidingCount } from "./sliding-count.ts";

/** The time over which the budget is reckoned, in milliseconds. */
const windowMs = 10_000;

/**
 * The process's budget for retries and failovers: when everything fails, a gateway
 * that tries everything twice doubles the load of those who are down already.
 * Of the last 10 seconds' requests, a share may be tried once more, and at least
 * the floor for each of these seconds.
 *
 * Source: Finagle's RetryBudget, twitter.github.io/finagle/guide/Clients.html, 2026-11.
 */
export class RetryBudget {
  readonly #clock: Clock;
  readonly #settings: RetryBudgetSettings;
  readonly #requests = new SlidingCount(windowMs);
  readonly #extras = new SlidingCount(windowMs);

  constructor(clock: Clock, settings: RetryBudgetSettings = defaultRetryBudget) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** A request is tried for the first time. */
  request(): void {
    this.#requests.add(this.#clock.monotonic());
  }

  /** Takes what one more attempt of a request costs. False when there is nothing left. */
  take(): boolean {
    const now = this.#clock.monotonic();
    const { ratio, floor } = this.#settings;
    const allowed = Math.max(ratio * this.#requests.total(now), (floor * windowMs) / 1000);
    if (this.#extras.total(now) + 1 > allowed) return false;
    this.#extras.add(now);
    return true;
  }

  /** Gives back what was taken then for an attempt that is not made after all; what is not reckoned any more, nobody needs. */
  giveBack(takenAt: number): void {
    const now = this.#clock.monotonic();
    if (now - takenAt < windowMs) this.#extras.remove(now);
  }
}
