import type { Hedge } from "../domain/hedge.ts";
import type { LatencyBook, TimedTarget } from "./health/latency-book.ts";

/**
 * How long a first attempt at this target has alone, in milliseconds. Undefined as
 * long as too little is known of the target to say.
 */
export function hedgeDelayMs(
  { after }: Hedge,
  target: TimedTarget,
  streamed: boolean,
  latency: Pick<LatencyBook, "p95">,
): number | undefined {
  return after === "p95" ? latency.p95(target, streamed) : after;
}
