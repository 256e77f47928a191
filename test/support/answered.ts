import type { LatencyBook, TimedTarget } from "../../src/failover/health/latency-book.ts";

/** Tells a book of an attempt that was answered after so many milliseconds. `at` is on its clock's monotonic scale. */
export function answered(
  book: LatencyBook,
  target: TimedTarget,
  ms: number,
  streamed: boolean,
  at = 0,
): void {
  const attempt = book.begin(target);
  attempt.track(streamed).answered(at, ms);
  attempt.end();
}
