import type { AttemptReason } from "../domain/attempt.ts";
import type { GenerateResult } from "../domain/generate-result.ts";
import type { Outage } from "../router/outlook.ts";
import type { Candidate, Plan } from "../router/plan.ts";
import { describeOutage } from "../router/sift-by-health.ts";
import { admitTarget } from "./admit-target.ts";
import { AttemptLog } from "./attempt-log.ts";
import { Course } from "./course.ts";
import { describeError, type LastWord } from "./describe-error.ts";
import { endFromOutside } from "./end-from-outside.ts";
import type { ExecuteDependencies, ExecuteInput } from "./execute-input.ts";
import { Harvest } from "./harvest.ts";
import { orderedEmit } from "./ordered-emit.ts";
import { InputPreparer } from "./prepare-inputs.ts";
import { SpendLimit } from "./spend-limit.ts";
import { toGenerated } from "./to-generated.ts";
import { tryHedged } from "./try-hedged.ts";
import { tryTarget } from "./try-target.ts";
import { firstTurn, turnAfter } from "./turn.ts";
import type { Walk } from "./walk.ts";

/**
 * Walks a plan: tries its candidates one by one, in order, until one has done the
 * task, the failure table says stop, or attempts, money or time are used up.
 *
 * Images that came are kept: only the missing ones are asked of the next target,
 * and when some are missing in the end, those that are there are the result, with
 * the attempts telling what became of the rest. The request fails only when there
 * is no image at all, or when the caller has left.
 *
 * It rejects only for a bug.
 */
export async function executePlan(
  input: ExecuteInput,
  dependencies: ExecuteDependencies,
): Promise<GenerateResult> {
  const { plan } = input;
  const walk = begin(input, dependencies);
  const { log, harvest, course } = walk;
  dependencies.retryBudget.request();
  for (const skipped of plan.skipped) await log.skip(skipped, "first", skipped.reason);

  let lastWord = withoutCandidates(plan);
  let asked: Candidate | undefined;
  let extraAt: number | undefined;
  let turn = firstTurn(course.next);
  while (turn !== undefined) {
    const { candidate } = turn;
    const end = endFromOutside(walk, "not_sent");
    if (end !== undefined) {
      lastWord = { kind: "failure", failure: end, candidate: asked, ambiguous: false };
      break;
    }
    course.reach(candidate);
    const { next } = course;
    const reason = reasonFor(candidate, asked, harvest);
    const admission = await admitTarget(walk, candidate, input, next === undefined);
    // Why it ended, the head of the loop knows.
    if (admission.kind === "ended") continue;
    if (admission.kind === "unusable_input") {
      lastWord = admission;
      break;
    }
    if (admission.kind === "passed_over") {
      await log.skip(candidate, reason, admission.why);
      lastWord = admission.lastWord;
      turn = firstTurn(next);
      continue;
    }
    // From here to the attempt's begin nothing is waited for, so that a probe is alone.
    const outage = candidate === asked ? undefined : newOutage(walk, candidate);
    if (outage !== undefined && (next !== undefined || asked !== undefined)) {
      admission.gate?.leave();
      await log.skip(candidate, reason, describeOutage(candidate, outage));
      turn = firstTurn(next);
      continue;
    }
    extraAt = undefined;
    const shortfall = await (plan.hedge === undefined
      ? tryTarget(walk, turn, reason, admission)
      : tryHedged(walk, turn, reason, admission, plan.hedge));
    if (shortfall === undefined) break;
    const { failure, decision, key } = shortfall;
    asked = shortfall.turn.candidate;
    extraAt = shortfall.extraAt;
    const ambiguous = decision.kind === "stop" && decision.ambiguous;
    lastWord = { kind: "failure", failure, candidate: asked, ambiguous };
    turn = turnAfter(shortfall.turn, key, decision, firstTurn(course.next));
    if (turn !== undefined && turn.delayMs > 0) {
      await dependencies.clock.sleep(turn.delayMs, input.signal);
    }
  }

  // An attempt that was decided on, and then not made, has cost nobody anything.
  if (extraAt !== undefined) dependencies.retryBudget.giveBack(extraAt);
  const { output } = harvest;
  const callerLeft = lastWord.kind === "failure" && lastWord.failure.class === "cancelled";
  return output === undefined || callerLeft
    ? { kind: "failed", error: describeError(lastWord, input, log.attempts) }
    : { kind: "generated", generated: toGenerated(output, walk) };
}

function begin(input: ExecuteInput, dependencies: ExecuteDependencies): Walk {
  const emit = input.stream && orderedEmit(input.stream.emit);
  return {
    input,
    dependencies,
    emit,
    log: new AttemptLog(input, dependencies, emit),
    course: new Course(input.plan, input.request.routing.maxAttempts),
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

/** Why a candidate takes no traffic any more that was in the plan as one that does. */
function newOutage({ dependencies }: Walk, candidate: Candidate): Outage | undefined {
  const { health } = dependencies;
  if (health.quiet || candidate.outlook?.out !== undefined) return undefined;
  return health.outlook(candidate).out;
}

function withoutCandidates(plan: Plan): LastWord {
  return plan.skipped.some(({ cause }) => cause === "cost")
    ? { kind: "cost_limit" }
    : { kind: "no_candidate" };
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
