import { unknownCost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { Secret } from "../domain/secret.ts";
import type { Candidate } from "../router/plan.ts";
import { abortFailure, isDeadline } from "./abort-scope.ts";
import { atLimit, type LastWord } from "./describe-error.ts";
import { endFromOutside } from "./end-from-outside.ts";
import type { AttemptTickets } from "./read-tickets.ts";
import { type AttemptResult, missingSlots, runAttempt } from "./run-attempt.ts";
import { tellHealth } from "./tell-health.ts";
import type { Walk } from "./walk.ts";

/** The work on one request's tickets. */
export type TakeUp = Pick<Walk, "input" | "dependencies" | "emit" | "log" | "harvest">;

/**
 * Takes up the calls of one attempt, as far as their images are missing. `lost` is how
 * many images have no ticket at all. Returns why it is not enough; undefined when
 * nothing more was to be had of it.
 */
export async function takeUpAttempt(
  work: TakeUp,
  tickets: AttemptTickets,
  lost: number,
): Promise<LastWord | undefined> {
  const { input, dependencies, harvest } = work;
  const [{ attempt: begun, key: fingerprint }] = tickets;
  const missing = missingSlots(harvest.images);
  if (!tickets.some(({ slots }) => slots.some((slot) => missing.includes(slot)))) {
    await lose(work, tickets, "Its images came of another attempt, so its job was not asked for.");
    return undefined;
  }
  // Followed now its job would be cancelled, although it may have its result.
  const end = endFromOutside(work, "ambiguous");
  if (end !== undefined) return fail(work, tickets, end);
  const candidate = input.plan.candidates.find(
    ({ endpoint, upstreamModel }) =>
      endpoint.slug === begun.provider && upstreamModel === begun.upstreamModel,
  );
  if (candidate === undefined) {
    return lose(work, tickets, `${begun.provider} is not configured for it any more.`);
  }
  const key = candidate.endpoint.keys.find((one) => one.fingerprint === fingerprint);
  if (key === undefined && fingerprint !== undefined) {
    return lose(
      work,
      tickets,
      `${begun.provider} does not have the key any more that it was submitted with.`,
    );
  }
  const gate = dependencies.gateOf?.(candidate.endpoint);
  const entry = await gate?.enter(input, true);
  if (entry?.kind === "ended") {
    const late = isDeadline({ clock: dependencies.clock, deadlineAt: input.deadlineAt });
    return fail(
      work,
      tickets,
      abortFailure({ kind: late ? "deadline" : "caller_left" }, "ambiguous"),
    );
  }
  if (entry?.kind === "refused") {
    await lose(work, tickets, atLimit(candidate));
    return { kind: "at_limit", candidate, retryAfterMs: entry.retryAfterMs };
  }
  try {
    const failure = await follow(work, { tickets, candidate, key, lost });
    return failure && { kind: "failure", failure, candidate, ambiguous: false };
  } finally {
    gate?.leave();
  }
}

/** What is followed, and whom one asks for it. */
interface Followed {
  readonly tickets: AttemptTickets;
  readonly candidate: Candidate;
  readonly key: Secret | undefined;
  readonly lost: number;
}

async function follow(work: TakeUp, followed: Followed): Promise<Failure | undefined> {
  const { input, dependencies, emit, log, harvest } = work;
  const { tickets, candidate, key, lost } = followed;
  const { health } = dependencies;
  const [{ attempt: begun }] = tickets;
  const probe = health.begin(candidate, key);
  try {
    const count = tickets.reduce((sum, { slots }) => sum + slots.length, 0);
    const running = await log.resume(candidate, key, begun, count, takenUp);
    const { attempt, observer, startedAt } = running;
    const result = await runAttempt({
      candidate,
      key,
      // The images that a task brings went along when it was submitted.
      task: candidate.fit.task,
      input,
      dependencies,
      attempt,
      earlier: log.attempts,
      observer,
      images: harvest.images,
      tickets,
      emit,
    });
    tellHealth(work, candidate, { key, startedAt, probe }, result);
    const told = result.failure === undefined && lost > 0 ? withLoss(result, lost) : result;
    harvest.add(candidate, told);
    const next = told.failure === undefined ? "done" : "stop";
    await log.finish(running, told, { next, discardOutput: false });
    return told.failure;
  } catch (bug) {
    if (probe) health.abandonProbe(candidate, key);
    throw bug;
  }
}

const takenUp = "Its job was taken up by its id, and not submitted again.";

/** What was made before and lay in no job is gone, and may have been paid. */
function withLoss(result: AttemptResult, lost: number): AttemptResult {
  const images = lost === 1 ? "1 image has" : `${lost} images have`;
  const message = `${images} no job to be fetched from: what was made before is lost.`;
  const failure: Failure = { class: "ambiguous", delivery: "ambiguous", message };
  return { ...result, failure, cost: unknownCost };
}

/** Gives an attempt up without asking anybody. What came of it stays open. */
function lose(work: TakeUp, tickets: AttemptTickets, message: string): Promise<LastWord> {
  return fail(work, tickets, { class: "ambiguous", delivery: "ambiguous", message });
}

async function fail(
  { log, harvest }: TakeUp,
  [{ attempt }]: AttemptTickets,
  failure: Failure,
): Promise<LastWord> {
  harvest.addCost(unknownCost);
  await log.lose(attempt, failure);
  return { kind: "failure", failure, candidate: undefined, ambiguous: false };
}
