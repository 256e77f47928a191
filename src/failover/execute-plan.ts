import type { AttemptReason } from "../domain/attempt.ts";
import type { Failure } from "../domain/failure.ts";
import type { Generated } from "../domain/generated.ts";
import type { FinishedOutput } from "../domain/output.ts";
import type { Candidate, Plan } from "../router/plan.ts";
import { AttemptLog } from "./attempt-log.ts";
import { type Decision, decideNext } from "./decide-next.ts";
import { describeError, type LastWord } from "./describe-error.ts";
import type { ExecuteDependencies, ExecuteInput, ExecuteResult } from "./execution.ts";
import { Harvest } from "./harvest.ts";
import { orderedEmit } from "./ordered-emit.ts";
import { type AttemptResult, missingSlots, runAttempt } from "./run-attempt.ts";
import { SpendLimit, shareOf } from "./spend-limit.ts";

/**
 * Walks a plan: tries its candidates one by one, in order, until one has done the
 * task, the failure table says stop, or attempts, money or time are used up.
 *
 * Images that came are kept: only the missing ones are asked of the next target,
 * and when some are missing in the end, those that are there are the result, with
 * the attempts telling what became of the rest. The request fails only when there
 * is no image at all, or when the caller has left.
 *
 * It never rejects but for a bug.
 */
export async function executePlan(
  input: ExecuteInput,
  dependencies: ExecuteDependencies,
): Promise<ExecuteResult> {
  const { plan, request, stream } = input;
  const { clock, random, captureContent } = dependencies;
  const emit = stream && orderedEmit(stream.emit);
  const log = new AttemptLog(input, clock, emit);
  const harvest = new Harvest(request.task);
  const spend = new SpendLimit(request.routing.maxCostMicros);
  for (const skipped of plan.skipped) await log.skip(skipped, "first", skipped.reason);

  let lastWord: LastWord = withoutCandidates(plan);
  let asked: Candidate | undefined;
  let attemptsLeft = request.routing.maxAttempts;
  let retries = 0;
  let delayMs = 0;
  let candidate = plan.candidates[0];
  while (candidate !== undefined) {
    const end = endFromOutside(input, dependencies);
    if (end !== undefined) {
      lastWord = { kind: "failure", failure: end, candidate: asked, ambiguous: false };
      break;
    }
    const missing = missingSlots(harvest.images).length;
    const reason = reasonFor(candidate, asked, harvest);
    const next = nextCandidate(plan, candidate);
    const estimate = shareOf(candidate.cost, missing, harvest.images.length);
    if (!spend.allows(estimate)) {
      await log.skip(candidate, reason, "Its price would pass max_cost_micros.");
      lastWord = { kind: "cost_limit" };
      candidate = next;
      retries = 0;
      delayMs = 0;
      continue;
    }

    attemptsLeft -= 1;
    asked = candidate;
    const running = await log.start(candidate, reason, Math.max(1, missing));
    const { observer } = running;
    const { images } = harvest;
    const result = await runAttempt({ candidate, input, dependencies, observer, images, emit });
    spend.count(result.cost, estimate);
    harvest.add(candidate, result);
    const { failure } = result;
    const decision = failure && decide(failure, result);
    await log.finish(running, result, {
      next: decision?.kind ?? "done",
      discardOutput: result.loose && decision !== undefined && decision.kind !== "stop",
      captureContent,
    });
    if (failure === undefined || decision === undefined) break;
    const ambiguous = decision.kind === "stop" && decision.ambiguous;
    lastWord = { kind: "failure", failure, candidate, ambiguous };
    if (decision.kind === "stop") break;
    if (decision.kind === "retry") {
      retries += 1;
      delayMs = decision.delayMs;
      if (delayMs > 0) await clock.sleep(delayMs, input.signal);
    } else {
      candidate = next;
      retries = 0;
      delayMs = 0;
    }

    function decide(why: Failure, came: AttemptResult): Decision {
      return decideNext(
        {
          failure: why,
          retries,
          previousDelayMs: delayMs,
          attemptsLeft,
          hasNext: next !== undefined,
          timeLeftMs: input.deadlineAt - clock.monotonic(),
          partial: came.imageCount > 0,
          committed: came.loose && stream?.failoverAfterOutput === false,
          onRefusal: request.routing.onRefusal ?? plan.onRefusal,
          duplicateSpend: request.routing.duplicateSpend,
        },
        random,
      );
    }
  }

  const { output } = harvest;
  const callerLeft = lastWord.kind === "failure" && lastWord.failure.class === "cancelled";
  return output === undefined || callerLeft
    ? { kind: "failed", error: describeError(lastWord, input, log.attempts) }
    : { kind: "generated", generated: toGenerated(output, harvest, log, input, dependencies) };
}

function withoutCandidates(plan: Plan): LastWord {
  return plan.skipped.some(({ cause }) => cause === "cost")
    ? { kind: "cost_limit" }
    : { kind: "no_candidate" };
}

/** Why no further attempt may begin. */
function endFromOutside(
  { signal, deadlineAt }: ExecuteInput,
  { clock }: ExecuteDependencies,
): Failure | undefined {
  if (signal.aborted) {
    return { class: "cancelled", delivery: "not_sent", message: "The caller left." };
  }
  if (clock.monotonic() >= deadlineAt) {
    return {
      class: "deadline",
      delivery: "not_sent",
      message: "The time of the request was up before another attempt.",
    };
  }
  return undefined;
}

/**
 * The candidate after this one. A provider that is asked for by name is not failed
 * over; only another model that the caller named may follow it.
 */
function nextCandidate(plan: Plan, candidate: Candidate): Candidate | undefined {
  const next = plan.candidates[plan.candidates.indexOf(candidate) + 1];
  return plan.forced && next?.modelIndex === candidate.modelIndex ? undefined : next;
}

function reasonFor(
  candidate: Candidate,
  asked: Candidate | undefined,
  harvest: Harvest,
): AttemptReason {
  if (candidate === asked) return "retry";
  if (harvest.output !== undefined) return "missing_images";
  if (candidate.modelIndex > (asked?.modelIndex ?? 0)) return "fallback_model";
  return asked === undefined ? "first" : "failover";
}

function toGenerated(
  output: FinishedOutput,
  harvest: Harvest,
  log: AttemptLog,
  input: ExecuteInput,
  { clock, configVersion }: ExecuteDependencies,
): Generated {
  const { contributors } = harvest;
  const last = contributors[contributors.length - 1];
  if (last === undefined) throw new Error("There is output that no attempt gave.");
  const totalMs = clock.monotonic() - input.arrivedAt;
  return {
    requestId: input.requestId,
    model: last.candidate.model,
    provider: last.candidate.endpoint.slug,
    upstreamModel: last.candidate.upstreamModel,
    upstreamId: last.result.upstreamId ?? "",
    output,
    usage: harvest.usage,
    cost: harvest.cost,
    attempts: log.attempts,
    adjustments: harvest.adjustments,
    timing: {
      totalMs,
      providersMs: log.providersMs,
      gatewayMs: Math.max(0, totalMs - log.providersMs),
    },
    configVersion,
    replayed: false,
    sandbox: contributors.some(({ candidate }) => candidate.endpoint.sandbox),
  };
}
