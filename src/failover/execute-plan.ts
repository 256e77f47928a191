import type { AttemptReason } from "../domain/attempt.ts";
import type { Cost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { EmitEvent, Generated } from "../domain/generated.ts";
import type { FinishedOutput } from "../domain/output.ts";
import type { Task } from "../domain/task.ts";
import type { Candidate, Plan } from "../router/plan.ts";
import { abortFailure, isDeadline } from "./abort-scope.ts";
import { AttemptLog } from "./attempt-log.ts";
import { type Decision, decideNext, type Situation } from "./decide-next.ts";
import { atLimit, describeError, type LastWord } from "./describe-error.ts";
import type { ExecuteDependencies, ExecuteInput, ExecuteResult } from "./execution.ts";
import { Harvest } from "./harvest.ts";
import { orderedEmit } from "./ordered-emit.ts";
import { InputPreparer } from "./prepare-inputs.ts";
import { missingSlots, runAttempt } from "./run-attempt.ts";
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
  const { plan, request } = input;
  const walk = begin(input, dependencies);
  const { log, harvest, spend } = walk;
  for (const skipped of plan.skipped) await log.skip(skipped, "first", skipped.reason);

  let lastWord = withoutCandidates(plan);
  let asked: Candidate | undefined;
  let attemptsLeft = request.routing.maxAttempts;
  let turn = turnFor(plan.candidates[0]);
  while (turn !== undefined) {
    const { candidate } = turn;
    const end = endFromOutside(walk);
    if (end !== undefined) {
      lastWord = { kind: "failure", failure: end, candidate: asked, ambiguous: false };
      break;
    }
    const next = turnFor(nextCandidate(plan, candidate));
    const reason = reasonFor(candidate, asked, harvest);
    if (!spend.allows(estimateOf(walk, candidate))) {
      await log.skip(candidate, reason, "Its price would pass max_cost_micros.");
      lastWord = { kind: "cost_limit" };
      turn = next;
      continue;
    }
    const prepared = await walk.inputs.prepare(candidate.fit);
    // Why it ended, the head of the loop knows.
    if (prepared.kind === "ended") continue;
    if (prepared.kind === "unusable") {
      lastWord = { kind: "unusable_input", violation: prepared.violation };
      break;
    }
    if (prepared.kind === "unsuitable") {
      const message = `${candidate.endpoint.slug} ${prepared.reason}.`;
      await log.skip(candidate, reason, message);
      const failure: Failure = { class: "unsupported_here", delivery: "not_sent", message };
      lastWord = { kind: "failure", failure, candidate, ambiguous: false };
      turn = next;
      continue;
    }
    const gate = dependencies.gateOf?.(candidate.endpoint);
    const entry = await gate?.enter(input, next === undefined);
    if (entry?.kind === "ended") continue;
    if (entry?.kind === "refused") {
      await log.skip(candidate, reason, atLimit(candidate));
      lastWord = { kind: "at_limit", candidate, retryAfterMs: entry.retryAfterMs };
      turn = next;
      continue;
    }
    asked = candidate;
    attemptsLeft -= 1;
    const shortfall = await tryTarget(walk, turn, reason, prepared.task, {
      attemptsLeft,
      hasNext: next !== undefined,
    }).finally(() => gate?.leave());
    if (shortfall === undefined) break;
    const { failure, decision } = shortfall;
    const ambiguous = decision.kind === "stop" && decision.ambiguous;
    lastWord = { kind: "failure", failure, candidate, ambiguous };
    if (decision.kind === "stop") break;
    if (decision.kind === "next_target") {
      turn = next;
    } else {
      turn = { candidate, retries: turn.retries + 1, delayMs: decision.delayMs };
      if (turn.delayMs > 0) await dependencies.clock.sleep(turn.delayMs, input.signal);
    }
  }

  const { output } = harvest;
  const callerLeft = lastWord.kind === "failure" && lastWord.failure.class === "cancelled";
  return output === undefined || callerLeft
    ? { kind: "failed", error: describeError(lastWord, input, log.attempts) }
    : { kind: "generated", generated: toGenerated(output, walk) };
}

/** One request's way through its plan. */
interface Walk {
  readonly input: ExecuteInput;
  readonly dependencies: ExecuteDependencies;
  readonly emit: EmitEvent | undefined;
  readonly log: AttemptLog;
  readonly harvest: Harvest;
  readonly spend: SpendLimit;
  readonly inputs: InputPreparer;
}

/** What is tried now. */
interface Turn {
  readonly candidate: Candidate;
  /** How often it was asked again already. */
  readonly retries: number;
  /** The wait before it, in milliseconds. */
  readonly delayMs: number;
}

function begin(input: ExecuteInput, dependencies: ExecuteDependencies): Walk {
  const emit = input.stream && orderedEmit(input.stream.emit);
  return {
    input,
    dependencies,
    emit,
    log: new AttemptLog(input, dependencies, emit),
    harvest: new Harvest(input.request.task),
    spend: new SpendLimit(input.request.routing.maxCostMicros),
    inputs: new InputPreparer({
      transport: dependencies.transport,
      clock: dependencies.clock,
      media: dependencies.inputMedia,
      reach: dependencies.inputReach,
      callerSignal: input.signal,
      deadlineAt: input.deadlineAt,
    }),
  };
}

function turnFor(candidate: Candidate | undefined): Turn | undefined {
  return candidate && { candidate, retries: 0, delayMs: 0 };
}

/** Makes one attempt. Returns why it is not enough and what happens now; undefined when all is there. */
async function tryTarget(
  walk: Walk,
  turn: Turn,
  reason: AttemptReason,
  task: Task,
  left: Pick<Situation, "attemptsLeft" | "hasNext">,
): Promise<{ readonly failure: Failure; readonly decision: Decision } | undefined> {
  const { input, dependencies, emit, log, harvest, spend } = walk;
  const { candidate, retries, delayMs } = turn;
  const { plan, request, stream, deadlineAt } = input;
  const { images } = harvest;
  const estimate = estimateOf(walk, candidate);
  await input.onSubmit?.();
  const running = await log.start(candidate, reason, Math.max(1, missingSlots(images).length));
  const { observer } = running;
  const result = await runAttempt({ candidate, task, input, dependencies, observer, images, emit });
  spend.count(result.cost, estimate);
  harvest.add(candidate, result);
  const { failure, loose } = result;
  if (failure === undefined) {
    await log.finish(running, result, { next: "done", discardOutput: false });
    return undefined;
  }
  const decision = decideNext(
    {
      ...left,
      failure,
      retries,
      previousDelayMs: delayMs,
      timeLeftMs: deadlineAt - dependencies.clock.monotonic(),
      partial: result.imageCount > 0,
      committed: loose && stream?.failoverAfterOutput === false,
      onRefusal: request.routing.onRefusal ?? plan.onRefusal,
      duplicateSpend: request.routing.duplicateSpend,
    },
    dependencies.random,
  );
  const discardOutput = loose && decision.kind !== "stop";
  await log.finish(running, result, { next: decision.kind, discardOutput });
  return { failure, decision };
}

/** What the images that are missing cost at this target, or the chat. */
function estimateOf({ harvest }: Walk, candidate: Candidate): Cost {
  const { images } = harvest;
  return shareOf(candidate.cost, missingSlots(images).length, images.length);
}

function withoutCandidates(plan: Plan): LastWord {
  return plan.skipped.some(({ cause }) => cause === "cost")
    ? { kind: "cost_limit" }
    : { kind: "no_candidate" };
}

/** Why no further attempt may begin. */
function endFromOutside({ input, dependencies }: Walk): Failure | undefined {
  const { signal, deadlineAt } = input;
  const { clock } = dependencies;
  const late = clock.monotonic() >= deadlineAt;
  if (!late && !signal.aborted) return undefined;
  const deadline = late || isDeadline({ clock, deadlineAt });
  return abortFailure({ kind: deadline ? "deadline" : "caller_left" }, "not_sent");
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

function toGenerated(output: FinishedOutput, walk: Walk): Generated {
  const { input, log, harvest } = walk;
  const { clock, configVersion } = walk.dependencies;
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
