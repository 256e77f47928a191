import type { Clock } from "../../../src/domain/clock.ts";

/** The machine's own clock, for tests over real sockets: their timers cannot be turned by hand. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, callback) {
    const handle = setTimeout(callback, ms);
    return () => clearTimeout(handle);
  },
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const handle = setTimeout(finish, ms);
      signal?.addEventListener("abort", finish, { once: true });
      function finish(): void {
        clearTimeout(handle);
        signal?.removeEventListener("abort", finish);
        resolve();
      }
    }),
};
