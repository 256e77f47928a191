import type { Candidate } from "./plan.ts";

/** What planning is told of the speed of targets, as they are at this moment. */
export interface LatencyView {
  /** How long an answer is to be expected, in milliseconds, by speed and by what is in flight there. */
  score(candidate: Candidate, streamed: boolean): number;
  /** How fast it was when it was last seen, in milliseconds. Undefined when it never answered. */
  average(candidate: Candidate, streamed: boolean): number | undefined;
  /** How many attempts run there. */
  inFlight(candidate: Candidate): number;
}
