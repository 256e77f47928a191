import type { Attempt } from "../domain/attempt.ts";
import type { SkippedCandidate } from "../router/plan.ts";
import { AttemptLog, type LoggedRequest } from "./attempt-log.ts";
import type { ExecuteDependencies, ExecuteInput } from "./execute-input.ts";
import { orderedEmit } from "./ordered-emit.ts";

/**
 * Tells the observer and the caller of a stream of the targets of a request for which
 * nobody was left to ask, as a walk through a plan would. Returns them as attempts.
 */
export async function reportSkipped(
  skipped: readonly SkippedCandidate[],
  input: LoggedRequest & Pick<ExecuteInput, "stream">,
  dependencies: Pick<ExecuteDependencies, "clock" | "captureContent">,
): Promise<readonly Attempt[]> {
  const emit = input.stream && orderedEmit(input.stream.emit);
  const log = new AttemptLog(input, dependencies, emit);
  for (const each of skipped) await log.skip(each, "first", each.reason);
  return log.attempts;
}
