import type { Clock } from "../domain/clock.ts";

/** The longest wait that a timer of the runtime can hold, in milliseconds: some 25 days. */
const longestTimerMs = 2 ** 31 - 1;

/** The time that the process runs on. Waits longer than some 25 days are cut to that. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const handle = setTimeout(finish, timerDelay(ms));
      signal?.addEventListener("abort", finish, { once: true });
      function finish(): void {
        clearTimeout(handle);
        signal?.removeEventListener("abort", finish);
        resolve();
      }
    }),
  timer: (ms, callback) => {
    const handle = setTimeout(callback, timerDelay(ms));
    return () => clearTimeout(handle);
  },
};

/** The runtime fires at once when a delay is too long or no number, so it is cut first. */
function timerDelay(ms: number): number {
  return Math.min(Math.max(0, ms), longestTimerMs);
}
