import type { Candidate } from "../router/plan.ts";
import type { FailedAttempt } from "./health/failed-attempt.ts";
import { isRehearsal } from "./is-rehearsal.ts";
import type { AttemptResult } from "./run-attempt.ts";
import type { Walk } from "./walk.ts";

/** What an attempt began with, as far as its target's health is concerned. */
export type Asked = Pick<FailedAttempt, "key" | "probe" | "startedAt">;

/** Tells the health of an attempt's target what came of it. A fault that the request ordered says nothing. */
export function tellHealth(
  { input, dependencies }: Pick<Walk, "input" | "dependencies">,
  candidate: Candidate,
  { key, probe, startedAt }: Asked,
  { failure, imageCount }: AttemptResult,
): void {
  const { health } = dependencies;
  if (failure === undefined) {
    health.succeeded(candidate, key, startedAt, probe);
  } else if (!isRehearsal(candidate, input.request)) {
    health.failed(candidate, { key, startedAt, probe, failure, partial: imageCount > 0 });
  } else if (probe) {
    health.abandonProbe(candidate, key);
  }
}
