import type { Job } from "../domain/job.ts";
import type { Done, Failed, Outcome } from "../providers/outcome.ts";
import type { AbortScope } from "./abort-scope.ts";
import type { CallToRun } from "./call-to-run.ts";
import { type Answered, exchange } from "./exchange.ts";
import { followJob } from "./follow-job.ts";
import type { InputUploads } from "./input-uploads.ts";
import { mergeOptions } from "./merge-options.ts";
import { runStream } from "./run-stream.ts";

/**
 * Makes one call and follows the job that may come of it; the images that the call is
 * not to carry are handed over before. A job is never submitted twice: where the answer
 * to the submission is lost, and the caller's own id names the job, the provider is
 * asked what became of it.
 */
export function runCall(call: CallToRun): Promise<Done | Failed> {
  return call.uploads === undefined ? makeCall(call) : handOverFirst(call, call.uploads);
}

async function handOverFirst(call: CallToRun, uploads: InputUploads): Promise<Done | Failed> {
  const handed = await uploads.handOver(call.task, call.line, call.scope);
  if (handed.kind === "failed") return handed;
  const target = { ...call.target, timeLeftMs: call.scope.leftMs };
  return makeCall({ ...call, task: handed.task, target });
}

async function makeCall(call: CallToRun): Promise<Done | Failed> {
  const { dialect, streamed } = call;
  let outcome: Outcome;
  if (streamed && dialect.stream !== undefined) {
    outcome = await runStream(call, dialect.stream);
  } else {
    const { line, task, target, options, scope } = call;
    const request = mergeOptions(dialect.request(task, target), options);
    if (dialect.job?.find !== undefined) await call.onJob?.(undefined);
    outcome = readAnswer(call, await exchange(line, request, "submit", scope));
  }
  if (outcome.kind !== "job") return outcome;
  // Whoever takes this up needs the id more than the first answer is in a hurry.
  await call.onJob?.(outcome.job);
  return follow(call, outcome.job);
}

/**
 * Goes on with a call that was sent before: follows its job, or asks what became of
 * the one that its own id names. Sends nothing that could buy.
 */
export function takeUpCall(call: CallToRun, job: Job | undefined): Promise<Done | Failed> {
  const left = job ?? call.dialect.job?.find?.(call.target);
  if (left === undefined) throw new Error("A call was to be taken up that left no job.");
  return follow(call, left);
}

function follow(call: CallToRun, job: Job): Promise<Done | Failed> {
  const { dialect, line, output } = call;
  if (dialect.job === undefined) {
    throw new Error(`${line.endpoint.slug} gave a job, and does not say how to follow it.`);
  }
  return followJob({
    ...call,
    dialect: dialect.job,
    job,
    onProgress: (progress) => output.take(progress),
  });
}

function readAnswer(
  { dialect, task, target, scope }: CallToRun,
  answer: Answered | Failed,
): Outcome {
  const outcome = answer.kind === "failed" ? answer : dialect.result(answer.reply, task, target);
  if (dialect.job === undefined) return outcome;
  const settled = lostJob(outcome);
  const { find } = dialect.job;
  return find !== undefined && mayBeFound(settled, scope)
    ? { kind: "job", job: find(target) }
    : settled;
}

/** Whether there may be a job whose answer got lost, and still time to ask for it. */
function mayBeFound(outcome: Outcome, scope: AbortScope): boolean {
  return (
    outcome.kind === "failed" &&
    outcome.failure.delivery === "ambiguous" &&
    scope.cause === undefined
  );
}

/**
 * Where a provider takes jobs, a success that cannot be read is a job that was
 * accepted and whose id is lost: it runs, it is billed, and nobody can ask for
 * it. Submitted again it would be bought twice. Of a job that has ended already
 * nothing is left to ask for.
 */
function lostJob(outcome: Outcome): Outcome {
  if (outcome.kind !== "failed" || outcome.failure.billed !== true) return outcome;
  if (outcome.failure.class !== "server_fault" || outcome.failure.ofJob === true) return outcome;
  return {
    kind: "failed",
    failure: {
      ...outcome.failure,
      class: "ambiguous",
      delivery: "ambiguous",
      message:
        "The provider took the request, and its answer, with the result or the id of a job, is lost.",
    },
  };
}
