import type { Clock } from "../../src/domain/clock.ts";

/** A clock that stands still until a test turns it. */
export interface ManualClock extends Clock {
  /** Turns the clock forward and runs, in order, every timer that falls due on the way. */
  advance(ms: number): Promise<void>;
  /** How many timers are set. */
  pending(): number;
}

/** A clock that begins at `start` and stands still until a test turns it. */
export function manualClock(start = Date.parse("2026-11-22T00:00:00Z")): ManualClock {
  let elapsed = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const timer = (ms: number, callback: () => void): (() => void) => {
    const entry = { at: elapsed + Math.max(0, ms), callback };
    timers.add(entry);
    return () => timers.delete(entry);
  };
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    timer,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const cancel = timer(ms, finish);
        signal?.addEventListener("abort", finish, { once: true });
        function finish(): void {
          cancel();
          signal?.removeEventListener("abort", finish);
          resolve();
        }
      }),
    pending: () => timers.size,
    async advance(ms) {
      const end = elapsed + ms;
      await settle();
      for (;;) {
        let next: { readonly at: number; readonly callback: () => void } | undefined;
        for (const entry of timers) {
          if (entry.at <= end && (next === undefined || entry.at < next.at)) next = entry;
        }
        if (next === undefined) break;
        timers.delete(next);
        elapsed = next.at;
        next.callback();
        await settle();
      }
      elapsed = end;
      await settle();
    },
  };
}

/** Lets everything that can run now, run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
