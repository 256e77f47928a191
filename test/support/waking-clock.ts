import type { Clock } from "../../src/domain/clock.ts";
import { systemClock } from "../../src/process/system-clock.ts";

/**
 * The system's clock, but that time passes on it only while this thread runs: however
 * long a busy machine makes a thread wait, everything that was due meanwhile comes to
 * its turn before a deadline does. A server, its callers and its providers in one
 * thread can so be given short times without a race. It is never ahead of the real one.
 */
export const wakingClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => elapsedMs,
  timer: setTimer,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const cancel = setTimer(ms, finish);
      signal?.addEventListener("abort", finish, { once: true });
      function finish(): void {
        cancel();
        signal?.removeEventListener("abort", finish);
        resolve();
      }
    }),
};

/** The most that passes in one turn of the event loop, in milliseconds. */
const mostPerTurnMs = 5;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

const timers = new Set<Timer>();
let elapsedMs = 0;
let lookedAt = systemClock.monotonic();
setInterval(turn, 1).unref();

function setTimer(ms: number, callback: () => void): () => void {
  const timer = { at: elapsedMs + Math.max(0, ms), callback };
  timers.add(timer);
  return () => timers.delete(timer);
}

function turn(): void {
  const now = systemClock.monotonic();
  elapsedMs += Math.min(now - lookedAt, mostPerTurnMs);
  lookedAt = now;
  const due = [...timers].filter(({ at }) => at <= elapsedMs).sort((a, b) => a.at - b.at);
  for (const timer of due) {
    // One that is due may call off another.
    if (timers.delete(timer)) timer.callback();
  }
}
