import type { Clock } from "../../src/domain/clock.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import { quietMs } from "../../src/rpc/farewell.ts";

/** A clock that can be told that its test is over. */
export interface HastyClock extends Clock {
  /** From now on as much time has passed as connections are given to say farewell. */
  hurry(): void;
}

/**
 * A clock for servers that are stopped after a test: nobody is left who could send a
 * request on a connection that is open, so that what a server waits for would only
 * make the tests slow. From then on it runs by itself, also when it stood still.
 */
export function hastyClock(clock: Clock): HastyClock {
  let aheadMs = 0;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic() + aheadMs,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    timer: (ms, callback) =>
      ms <= aheadMs ? systemClock.timer(0, callback) : clock.timer(ms, callback),
    hurry() {
      aheadMs = quietMs;
    },
  };
}
