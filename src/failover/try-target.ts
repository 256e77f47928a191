import type { AttemptReason } from "../domain/attempt.ts";
import type { Failure } from "../domain/failure.ts";
import type { RefusalPolicy } from "../domain/generate-request.ts";
import type { Secret } from "../domain/secret.ts";
import type { Task } from "../domain/task.ts";
import { abortFailure } from "./abort-scope.ts";
import type { Admitted } from "./admit-target.ts";
import type { AttemptVerdict, RunningAttempt } from "./attempt-log.ts";
import { type Decision, decideNext, isVerdict } from "./decide-next.ts";
import { isRehearsal } from "./is-rehearsal.ts";
import type { Lane } from "./race.ts";
import { type AttemptResult, missingSlots, runAttempt } from "./run-attempt.ts";
import { type Turn, withKey } from "./turn.ts";
import { estimateOf, type Walk } from "./walk.ts";

/** Why an attempt did not give all that was asked, and what happens now. */
export interface Shortfall {
  readonly turn: Turn;
  readonly failure: Failure;
  readonly decision: Decision;
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
  admission: Admitted,
  lane?: Lane,
): Promise<Shortfall | undefined> {
  const { health } = walk.dependencies;
  const { candidate, triedKeys } = turn;
  const key = turn.key ?? health.key(candidate, triedKeys);
  const probe = health.begin(candidate, key);
  walk.course.attempt();
  lane?.begin();
  try {
    return await tryWithKey(walk, turn, { key, probe }, reason, admission.task, lane);
  } catch (bug) {
    if (probe) health.abandonProbe(candidate, key);
    throw bug;
  } finally {
    admission.gate?.leave();
  }
}

interface Asked {
  readonly key: Secret | undefined;
  /** Whether it is the probe of an ejected target. */
  readonly probe: boolean;
}

async function tryWithKey(
  walk: Walk,
  turn: Turn,
  asked: Asked,
  reason: AttemptReason,
  task: Task,
  lane: Lane | undefined,
): Promise<Shortfall | undefined> {
  const { dependencies, log, course, harvest, spend } = walk;
  const { input, emit } = lane ?? walk;
  const { images } = lane ?? harvest;
  const { candidate } = turn;
  const { key } = asked;
  const estimate = estimateOf(walk, candidate);
  spend.reserve(estimate);
  if (input.onSubmit !== undefined) await input.onSubmit();
  const count = Math.max(1, missingSlots(images).length);
  const running = await log.start(candidate, key, reason, count);
  const result = await runAttempt({
    candidate,
    key,
    task,
    input,
    dependencies,
    attempt: running.attempt,
    earlier: log.attempts,
    observer: running.observer,
    images,
    emit,
  });
  const { failure, loose } = result;
  const answered = failure === undefined || isVerdict(failure, refusalPolicyOf(walk));
  const standing = lane?.end(answered) ?? "decides";
  spend.count(result.cost, estimate);
  tellHealth(walk, turn, asked, running, result);
  if (standing === "beaten") {
    harvest.addBill(result);
    await log.finish(running, asBeaten(result), done);
    return undefined;
  }
  harvest.add(candidate, result, images);
  // Attempts of a race that each gave a part can have made a whole.
  if (failure === undefined || harvest.isWhole) {
    await log.finish(running, result, done);
    return undefined;
  }
  course.reach(candidate);
  if (standing === "waits") {
    await log.finish(running, result, { next: "wait", discardOutput: false });
    return undefined;
  }
  const decision = decide(walk, turn, key, failure, result);
  const discardOutput = loose && decision.kind !== "budget_exhausted" && decision.kind !== "stop";
  await log.finish(running, result, { next: decision.kind, discardOutput });
  return { turn, failure, decision, key };
}

function tellHealth(
  { input, dependencies }: Walk,
  { candidate }: Turn,
  { key, probe }: Asked,
  { startedAt }: RunningAttempt,
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

function decide(
  walk: Walk,
  turn: Turn,
  key: Secret | undefined,
  failure: Failure,
  { imageCount, loose }: AttemptResult,
): Decision {
  const { input, dependencies, course } = walk;
  const { clock, health, random, retryBudget } = dependencies;
  const { candidate, retries, delayMs, triedKeys } = turn;
  const partial = imageCount > 0;
  const wanted = decideNext(
    {
      failure,
      retries,
      previousDelayMs: delayMs,
      attemptsLeft: course.attemptsLeft,
      hasNext: course.next !== undefined,
      timeLeftMs: input.deadlineAt - clock.monotonic(),
      partial,
      hasOtherKey: health.hasOtherKey(candidate, withKey(triedKeys, key)),
      isOut: !health.quiet && health.outlook(candidate).out !== undefined,
      committed: loose && input.stream?.failoverAfterOutput === false,
      onRefusal: refusalPolicyOf(walk),
      duplicateSpend: input.request.routing.duplicateSpend,
    },
    random,
  );
  // Asking for what is missing does no work twice.
  const isExtra = wanted.kind !== "stop" && !partial;
  return isExtra && !retryBudget.take() ? { kind: "budget_exhausted" } : wanted;
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
