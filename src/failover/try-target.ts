import type { AttemptReason } from "../domain/attempt.ts";
import type { Failure } from "../domain/failure.ts";
import type { RefusalPolicy } from "../domain/generate-request.ts";
import type { Secret } from "../domain/secret.ts";
import { abortFailure } from "./abort-scope.ts";
import type { AdmittedTarget } from "./admit-target.ts";
import type { AttemptVerdict } from "./attempt-log.ts";
import { type Decision, decideNext, isVerdict } from "./decide-next.ts";
import type { Lane } from "./race.ts";
import { type AttemptResult, missingSlots, runAttempt } from "./run-attempt.ts";
import { tellHealth } from "./tell-health.ts";
import { type Turn, withKey } from "./turn.ts";
import { estimateOf, type Walk } from "./walk.ts";

/** Why an attempt did not give all that was asked, and what happens now. */
export interface Shortfall {
  readonly turn: Turn;
  readonly failure: Failure;
  readonly decision: Decision;
  /** When the attempt that is to follow was taken from the retry budget, on the clock's monotonic scale. Undefined when it was not. */
  readonly extraAt: number | undefined;
  readonly key: Secret | undefined;
}

/**
 * Makes one attempt, and leaves the gate. Returns why it is not enough; undefined when
 * all is there. In a race it is undefined as well for an attempt that decides nothing.
 */
export async function tryTarget(
  walk: Walk,
  turn: Turn,
  reason: AttemptReason,
  admission: AdmittedTarget,
  lane?: Lane,
): Promise<Shortfall | undefined> {
  const { dependencies, log, course, harvest, spend } = walk;
  const { input, emit } = lane ?? walk;
  const { images } = lane ?? harvest;
  const { health } = dependencies;
  const { candidate } = turn;
  const key = turn.key ?? health.key(candidate, turn.triedKeys);
  const probe = health.begin(candidate, key);
  course.attempt();
  lane?.begin();
  try {
    const estimate = estimateOf(walk, candidate);
    spend.reserve(estimate);
    if (input.onSubmit !== undefined) await input.onSubmit();
    const count = Math.max(1, missingSlots(images).length);
    const running = await log.start(candidate, key, reason, count);
    const result = await runAttempt({
      candidate,
      key,
      task: admission.task,
      conversions: admission.conversions,
      input,
      dependencies,
      attempt: running.attempt,
      earlier: log.attempts,
      observer: running.observer,
      images,
      emit,
    });
    spend.count(result.cost, estimate);
    tellHealth(walk, candidate, { key, probe, startedAt: running.startedAt }, result);
    const { told, verdict, shortfall } = conclude(walk, turn, key, result, lane);
    await log.finish(running, told, verdict);
    return shortfall;
  } catch (bug) {
    if (probe) health.abandonProbe(candidate, key);
    throw bug;
  } finally {
    admission.gate?.leave();
  }
}

/** What an attempt comes to. */
interface Conclusion {
  /** Its result, as it is told. */
  readonly told: AttemptResult;
  readonly verdict: AttemptVerdict;
  /** Undefined when it leaves nothing to do, or nothing to decide. */
  readonly shortfall?: Shortfall;
}

function conclude(
  walk: Walk,
  turn: Turn,
  key: Secret | undefined,
  result: AttemptResult,
  lane: Lane | undefined,
): Conclusion {
  const { course, harvest } = walk;
  const { candidate } = turn;
  const { failure } = result;
  const answered = failure === undefined || isVerdict(failure, refusalPolicyOf(walk));
  const standing = lane?.end(answered) ?? "decides";
  if (standing === "beaten") {
    harvest.addBill(result);
    return { told: asBeaten(result), verdict: done };
  }
  harvest.add(candidate, result, lane?.images);
  // Attempts of a race that each gave a part can have made a whole.
  if (failure === undefined || harvest.isWhole) return { told: result, verdict: done };
  course.reach(candidate);
  if (standing === "waits") return { told: result, verdict: waits };
  const wanted = decide(walk, turn, key, failure, result);
  // Asking for what is missing does no work twice.
  const wantsExtra = wanted.kind !== "stop" && result.imageCount === 0;
  const { retryBudget, clock } = walk.dependencies;
  const extraAt = wantsExtra && retryBudget.take() ? clock.monotonic() : undefined;
  const isOver = wantsExtra && extraAt === undefined;
  const decision: Decision = isOver ? { kind: "budget_exhausted" } : wanted;
  const shortfall = { turn, failure, decision, extraAt, key };
  return { told: result, verdict: verdictOf(decision, result), shortfall };
}

function decide(
  walk: Walk,
  turn: Turn,
  key: Secret | undefined,
  failure: Failure,
  { imageCount, loose }: AttemptResult,
): Decision {
  const { input, dependencies, course } = walk;
  const { clock, health, random } = dependencies;
  const { candidate, retries, delayMs, triedKeys } = turn;
  return decideNext(
    {
      failure,
      retries,
      previousDelayMs: delayMs,
      attemptsLeft: course.attemptsLeft,
      hasNext: course.next !== undefined,
      timeLeftMs: input.deadlineAt - clock.monotonic(),
      partial: imageCount > 0,
      hasOtherKey: health.hasOtherKey(candidate, withKey(triedKeys, key)),
      isOut: !health.quiet && health.outlook(candidate).out !== undefined,
      committed: loose && input.stream?.failoverAfterOutput === false,
      onRefusal: refusalPolicyOf(walk),
      duplicateSpend: input.request.routing.duplicateSpend,
    },
    random,
  );
}

function refusalPolicyOf({ input }: Walk): RefusalPolicy {
  return input.request.routing.onRefusal ?? input.plan.onRefusal;
}

/** An answer that came when another one was there already is not used. */
function asBeaten(result: AttemptResult): AttemptResult {
  const failure = result.failure ?? abortFailure({ kind: "outrun" }, "sent");
  return { ...result, failure };
}

const done: AttemptVerdict = { next: "done", discardOutput: false };
const waits: AttemptVerdict = { next: "wait", discardOutput: false };

/** What was streamed stands unless another attempt follows. */
function verdictOf({ kind }: Decision, { loose }: AttemptResult): AttemptVerdict {
  const goesOn = kind !== "stop" && kind !== "budget_exhausted";
  return { next: kind, discardOutput: loose && goesOn };
}
