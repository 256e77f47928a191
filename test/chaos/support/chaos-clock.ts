import type { Clock } from "../../../src/domain/clock.ts";
import { wakingClock } from "../../support/waking-clock.ts";

/** The clock of a test's gateway, tampered with. */
export interface ChaosClock extends Clock {
  /** Sets the wall clock forward, or back; what measures durations goes on. */
  jump(ms: number): void;
}

/** A clock on which time passes `speed` times as fast as it does. */
export function chaosClock(speed = 1): ChaosClock {
  const { now, monotonic, sleep, timer } = wakingClock;
  const startedAt = now();
  const origin = monotonic();
  let jumpedMs = 0;
  const elapsed = () => (monotonic() - origin) * speed;
  return {
    now: () => Math.round(startedAt + elapsed() + jumpedMs),
    monotonic: elapsed,
    sleep: (ms, signal) => sleep(ms / speed, signal),
    timer: (ms, callback) => timer(ms / speed, callback),
    jump(ms) {
      jumpedMs += ms;
    },
  };
}
