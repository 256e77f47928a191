import type { AttemptReason } from "../domain/attempt.ts";
import { waitUnlessAborted } from "../domain/bounded-wait.ts";
import type { Hedge } from "../domain/hedge.ts";
import type { Candidate } from "../router/plan.ts";
import { type AdmittedTarget, admitTarget } from "./admit-target.ts";
import { hedgeDelayMs } from "./hedge-delay.ts";
import { type Lane, Race } from "./race.ts";
import { type Shortfall, tryTarget } from "./try-target.ts";
import { firstTurn, type Turn } from "./turn.ts";
import type { Walk } from "./walk.ts";

/**
 * Makes an attempt, and when it takes longer than the hedge allows, one more at the
 * next target beside it. The first answer is the request's, and the other attempt is
 * cancelled; a verdict on the request itself is an answer too, since nobody else is
 * to judge it then. Any other failure leaves the request to the attempt that still
 * runs: no third one starts beside it, and when it fails as well, the request goes
 * on after both.
 *
 * Returns why it is not enough; undefined when all is there.
 */
export async function tryHedged(
  walk: Walk,
  turn: Turn,
  reason: AttemptReason,
  admission: AdmittedTarget,
  hedge: Hedge,
): Promise<Shortfall | undefined> {
  const rival = rivalOf(walk, turn.candidate);
  const delayMs = rival && delayOf(walk, turn.candidate, hedge);
  if (rival === undefined || delayMs === undefined) {
    return tryTarget(walk, turn, reason, admission);
  }
  const race = new Race(walk);
  const lane = race.enter();
  const rivalLane = race.enter();
  const [first, second] = await Promise.allSettled([
    endingTheRace(lane, tryTarget(walk, turn, reason, admission, lane)),
    endingTheRace(rivalLane, tryLater(walk, rival, delayMs, rivalLane)),
  ]);
  if (first.status === "rejected") throw first.reason;
  if (second.status === "rejected") throw second.reason;
  // At most one of them decides how it goes on.
  return first.value ?? second.value;
}

/**
 * Who is asked beside a target: the next one, if one more attempt may be made. It
 * is the same model's: fallback models wait until every target of it has failed.
 */
function rivalOf({ course }: Walk, candidate: Candidate): Turn | undefined {
  const { next, attemptsLeft } = course;
  const isOfModel = candidate.modelIndex === 0 && next?.modelIndex === 0;
  return isOfModel && attemptsLeft >= 2 ? firstTurn(next) : undefined;
}

/** How long the first attempt has, in milliseconds. Undefined: as long as it takes. */
function delayOf(
  { input, dependencies }: Walk,
  candidate: Candidate,
  hedge: Hedge,
): number | undefined {
  const { clock, latency } = dependencies;
  const delayMs = hedgeDelayMs(hedge, candidate, input.stream !== undefined, latency);
  const isInTime = delayMs !== undefined && delayMs < input.deadlineAt - clock.monotonic();
  return isInTime ? delayMs : undefined;
}

/**
 * Makes the second attempt, unless the race ends before its time or its target
 * cannot be tried: then there is none, and the target's turn may come later.
 */
async function tryLater(
  walk: Walk,
  turn: Turn,
  delayMs: number,
  lane: Lane,
): Promise<Shortfall | undefined> {
  const { clock, retryBudget } = walk.dependencies;
  const { candidate } = turn;
  const { signal } = lane.input;
  await clock.sleep(delayMs, signal);
  if (signal.aborted) return undefined;
  // A race that is over does not wait for images on their way.
  await waitUnlessAborted(walk.inputs.prepare(candidate.fit), signal);
  if (signal.aborted) return undefined;
  const admission = await admitTarget(walk, candidate, lane.input, false);
  if (admission.kind !== "admitted") return undefined;
  // From here to the attempt's begin nothing is waited for, so that it is no probe.
  if (signal.aborted || !isWell(walk, candidate) || !retryBudget.take()) {
    admission.gate?.leave();
    return undefined;
  }
  return tryTarget(walk, turn, "hedge", admission, lane);
}

/** A probe would be wasted on an attempt that is cancelled when it is slow. */
function isWell({ dependencies }: Walk, candidate: Candidate): boolean {
  const { health } = dependencies;
  if (health.quiet) return true;
  const { state } = health.outlook(candidate);
  return state === "healthy" || state === "degraded";
}

/** A bug in one attempt leaves none running. */
async function endingTheRace<T>(lane: Lane, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (bug) {
    lane.end(true);
    throw bug;
  }
}
