import type { Attempt, AttemptReason } from "../domain/attempt.ts";
import { noCost, unknownCost } from "../domain/cost.ts";
import type { Candidate, SkippedCandidate } from "../router/plan.ts";

/** What an attempt at a target is before anything has come of it. `startTime` is in milliseconds since 1970. */
export function beginAttempt(
  number: number,
  target: Candidate | SkippedCandidate,
  reason: AttemptReason,
  startTime: number,
): Attempt {
  // Every field is named, so that an attempt that has ended is a copy of the same shape.
  return {
    number,
    model: target.model,
    provider: "endpoint" in target ? target.endpoint.slug : target.provider,
    upstreamModel: target.upstreamModel,
    priority: target.priority,
    weight: target.weight,
    reason,
    startTime,
    durationMs: undefined,
    outcome: undefined,
    failure: undefined,
    delivery: undefined,
    httpStatus: undefined,
    upstreamCode: undefined,
    message: "",
    retryAfterMs: undefined,
    upstreamRequestId: undefined,
    cost: unknownCost,
    discardOutput: false,
  };
}

/** The report on a target that is passed over. `why` is one sentence. */
export function skippedAttempt(begun: Attempt, why: string): Attempt {
  return {
    ...begun,
    durationMs: 0,
    outcome: "skipped",
    delivery: "not_sent",
    message: why,
    cost: noCost,
  };
}
