import { waitWithin } from "../domain/bounded-wait.ts";
import type { Failure } from "../domain/failure.ts";
import type { Job } from "../domain/job.ts";
import type { Progress } from "../domain/output-event.ts";
import type { Random } from "../domain/random.ts";
import type { Task } from "../domain/task.ts";
import type { Done, Failed } from "../providers/outcome.ts";
import type { CallTarget, JobDialect } from "../providers/provider.ts";
import type { Reply } from "../providers/reply.ts";
import { AbortScope, abortFailure } from "./abort-scope.ts";
import { nextDelayMs } from "./backoff.ts";
import { type Answered, exchange, exchangeCancel, type Line } from "./exchange.ts";

/** What is needed to follow a job. */
export interface JobToFollow {
  readonly line: Line;
  readonly dialect: JobDialect<Task>;
  readonly job: Job;
  readonly task: Task;
  readonly target: CallTarget;
  readonly scope: AbortScope;
  /** When the whole request must have ended, on the clock's monotonic scale. */
  readonly deadlineAt: number;
  readonly random: Random;
  /** Whether the job runs on when its caller is gone, since it will be fetched. Default: it is cancelled. */
  readonly leavesJob?: boolean | undefined;
  onProgress(progress: Progress): void | Promise<void>;
}

/**
 * How often in a row a provider may answer a question for a job with a fault of
 * its own. After that the job counts as lost; a connection that fails does not
 * count, since it says nothing about the job.
 */
export const maxPollFaults = 5;

/** How long one question for a job may take, in milliseconds. */
export const pollTimeoutMs = 30_000;

/**
 * Follows a job to its end: waits as long as the provider says, asks, and waits
 * again. A question that fails is asked again within the attempt's time; the job
 * itself is never submitted again. When the caller leaves or time is up, the job
 * is cancelled where the provider can.
 */
export async function followJob(following: JobToFollow): Promise<Done | Failed> {
  const { line, dialect, task, target, scope, random } = following;
  const { clock } = line;
  let { job } = following;
  let waitMs = job.waitMs;
  let backoffMs = 0;
  let faults = 0;
  if (job.progress !== undefined) await following.onProgress(job.progress);
  for (;;) {
    await clock.sleep(waitMs, scope.signal);
    if (scope.cause !== undefined) return abandon(following, job);
    const answer = await ask(following, job);
    if (scope.cause !== undefined && answer.kind === "failed") return abandon(following, job);
    const told = answer.kind === "reply" ? dialect.result(answer.reply, job, task, target) : answer;
    if (told.kind === "job") {
      job = told.job;
      waitMs = job.waitMs;
      backoffMs = 0;
      faults = 0;
      if (job.progress !== undefined) await following.onProgress(job.progress);
      continue;
    }
    if (told.kind === "done") return told;
    const { failure } = told;
    // A success tells of the job, unless it says that it was the question that failed.
    const ofJob = answer.kind === "reply" && failure.ofJob !== false;
    const verdict = ofJob ? "final" : judge(failure);
    if (verdict === "final") return told;
    if (isAnsweredFault(failure)) faults += 1;
    if (verdict === "lost" || faults >= maxPollFaults) return lost(failure);
    backoffMs = nextDelayMs(backoffMs, random);
    // Who says "at once" while it fails would be asked without end.
    waitMs = Math.max(failure.retryAfterMs ?? 0, backoffMs, job.waitMs);
  }
}

/** Asks how a job is. A question that hangs must not use up the time of the attempt. */
async function ask(following: JobToFollow, job: Job): Promise<Answered | Failed> {
  const { line, dialect, target, scope } = following;
  const question = new AbortScope({
    clock: line.clock,
    callerSignal: scope.signal,
    deadlineAt: Number.POSITIVE_INFINITY,
    limitMs: pollTimeoutMs,
  });
  try {
    const { failure } = dialect;
    const failureOf = failure && ((reply: Reply) => failure(reply, job));
    return await exchange(line, dialect.poll(job, target), "poll", question, failureOf);
  } finally {
    question.close();
  }
}

/** What a failed question says: about itself only, about the job, or that the job cannot be found. */
function judge(failure: Failure): "ask_again" | "final" | "lost" {
  if (failure.ofJob === true) return "final";
  switch (failure.class) {
    case "never_sent":
    case "overloaded":
    case "server_fault":
    case "timeout":
    case "ambiguous":
    case "cancelled":
    case "deadline":
      return "ask_again";
    case "refused":
      return "final";
    // The job was taken, so it is the question that is wrong: the job may be done and billed.
    case "caller_fault":
    case "unsupported_here":
    case "quota":
    case "credential":
    case "model_gone":
    case "unknown":
      return "lost";
  }
}

function isAnsweredFault(failure: Failure): boolean {
  return failure.class === "server_fault" && failure.httpStatus !== undefined;
}

function lost(failure: Failure): Failed {
  return {
    kind: "failed",
    failure: {
      ...failure,
      class: "ambiguous",
      delivery: "ambiguous",
      // The failed question is not billed; whether the job is, nobody knows.
      billed: undefined,
      cost: undefined,
      message: `The accepted job cannot be followed any more (${failure.class}).`,
    },
  };
}

/** Gives a job up. It is `sent` when the provider confirms that it is cancelled, else ambiguous. */
async function abandon(following: JobToFollow, job: Job): Promise<Failed> {
  const { line, dialect, target, scope, deadlineAt, leavesJob } = following;
  const { cause } = scope;
  if (cause === undefined) throw new Error("A job was abandoned without a cause.");
  const runsOn = leavesJob === true && cause.kind === "caller_left";
  if (runsOn || dialect.cancel === undefined) return aborted(cause, false);
  const isProof = (reply: Reply): boolean => dialect.cancelled?.(reply, job) ?? true;
  const cancelled = exchangeCancel(line, dialect.cancel(job, target), isProof);
  // The cancelling goes on after the deadline; whoever waits does not. Another
  // attempt's answer waits for nothing.
  const patienceMs = cause.kind === "outrun" ? 0 : deadlineAt - line.clock.monotonic();
  const confirmed = await waitWithin(line.clock, patienceMs, cancelled);
  return aborted(cause, confirmed ?? false);
}

function aborted(cause: NonNullable<AbortScope["cause"]>, confirmed: boolean): Failed {
  return { kind: "failed", failure: abortFailure(cause, confirmed ? "sent" : "ambiguous") };
}
