import type { AttemptReason } from "../domain/attempt.ts";
import type { Failure } from "../domain/failure.ts";
import type { Secret } from "../domain/secret.ts";
import type { Task } from "../domain/task.ts";
import { abortFailure } from "./abort-scope.ts";
import type { Admitted } from "./admit-target.ts";
import type { AttemptVerdict } from "./attempt-log.ts";
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

/** Makes one attempt, and leaves the gate. Returns why it is not enough; undefined when all is there. */
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

async function tryWithKey(
  walk: Walk,
  turn: Turn,
  { key, probe }: { readonly key: Secret | undefined; readonly probe: boolean },
  reason: AttemptReason,
  task: Task,
  lane: Lane | undefined,
): Promise<Shortfall | undefined> {
  const { dependencies, log, course, harvest, spend } = walk;
  const { input, emit } = lane ?? walk;
  const { candidate, retries, delayMs, triedKeys } = turn;
  const { health, retryBudget } = dependencies;
  const { plan, request, stream, deadlineAt } = input;
  const { images } = lane ?? harvest;
  const onRefusal = request.routing.onRefusal ?? plan.onRefusal;
  const estimate = estimateOf(walk, candidate);
  spend.reserve(estimate);
  await input.onSubmit?.();
  const count = Math.max(1, missingSlots(images).length);
  const running = await log.start(candidate, key, reason, count);
  const { observer, startedAt } = running;
  const result = await runAttempt({
    candidate,
    key,
    task,
    input,
    dependencies,
    attempt: running.attempt,
    earlier: log.attempts,
    observer,
    images,
    emit,
  });
  const { failure, loose } = result;
  const answered = failure === undefined || isVerdict(failure, onRefusal);
  const standing = lane?.end(answered) ?? "decides";
  spend.count(result.cost, estimate);
  const partial = result.imageCount > 0;
  if (failure === undefined) {
    health.succeeded(candidate, key, startedAt, probe);
  } else if (!isRehearsal(candidate, request)) {
    health.failed(candidate, { key, startedAt, probe, failure, partial });
  } else if (probe) {
    health.abandonProbe(candidate, key);
  }
  if (standing === "beaten") {
    harvest.addBill(result);
    await log.finish(running, asBeaten(result), done);
    return undefined;
  }
  harvest.add(candidate, result, images);
  if (failure === undefined || harvest.isWhole) {
    await log.finish(running, result, done);
    return undefined;
  }
  course.reach(candidate);
  if (standing === "waits") {
    await log.finish(running, result, { next: "wait", discardOutput: false });
    return undefined;
  }
  const wanted = decideNext(
    {
      failure,
      retries,
      previousDelayMs: delayMs,
      attemptsLeft: course.attemptsLeft,
      hasNext: course.next !== undefined,
      timeLeftMs: deadlineAt - dependencies.clock.monotonic(),
      partial,
      hasOtherKey: health.hasOtherKey(candidate, withKey(triedKeys, key)),
      isOut: !health.quiet && health.outlook(candidate).out !== undefined,
      committed: loose && stream?.failoverAfterOutput === false,
      onRefusal,
      duplicateSpend: request.routing.duplicateSpend,
    },
    dependencies.random,
  );
  // Asking for what is missing does no work twice.
  const isExtra = wanted.kind !== "stop" && !partial;
  const decision = isExtra && !retryBudget.take() ? budgetExhausted : wanted;
  const discardOutput = loose && decision !== budgetExhausted && decision.kind !== "stop";
  await log.finish(running, result, { next: decision.kind, discardOutput });
  return { turn, failure, decision, key };
}

/** An answer that came when another one was there already is not used. */
function asBeaten(result: AttemptResult): AttemptResult {
  const failure = result.failure ?? abortFailure({ kind: "outrun" }, "sent");
  return { ...result, failure };
}

const done: AttemptVerdict = { next: "done", discardOutput: false };

const budgetExhausted: Decision = { kind: "budget_exhausted" };
