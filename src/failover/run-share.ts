import type { Adjustment } from "../domain/adjustment.ts";
import { type Cost, unknownCost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import { sandboxFaultLabel } from "../domain/sandbox-fault.ts";
import type { Task } from "../domain/task.ts";
import type { Done, Failed } from "../providers/outcome.ts";
import type { CallTarget, OperationDialect } from "../providers/provider.ts";
import { AbortScope } from "./abort-scope.ts";
import { costOfFailure } from "./attempt-cost.ts";
import type { AttemptToRun } from "./attempt-to-run.ts";
import { CallOutput } from "./call-output.ts";
import type { CallToRun } from "./call-to-run.ts";
import type { Line } from "./exchange.ts";
import type { InputUploads } from "./input-uploads.ts";
import { JobEntry } from "./job-entry.ts";
import { runCall, takeUpCall } from "./run-call.ts";

/** The part of an attempt that one call makes. */
export interface Share {
  /** The places that it fills. Empty for a chat. */
  readonly slots: readonly number[];
  /** What the call has left that is taken up. Undefined: it is made now. */
  readonly ticket?: JobTicket | undefined;
}

/** What the shares of an attempt have in common. */
export interface SharedWork {
  readonly attempt: AttemptToRun;
  readonly dialect: OperationDialect<Task, unknown>;
  /** The images that were handed over. Undefined: they travel in the calls. */
  readonly uploads: InputUploads | undefined;
  /** Told of the provider's first piece of real content in a stream. */
  readonly onFirstContent: () => void;
}

/** What came of it. */
export interface ShareReport {
  readonly result: Done | Failed;
  /** Why it is less than what was asked. Undefined when all came. */
  readonly failure: Failure | undefined;
  readonly imageCount: number;
  readonly cost: Cost;
  /** That of the provider's last answer. Undefined when there was none. */
  readonly httpStatus: number | undefined;
  /** Whether the caller of a stream got output that another attempt makes void. */
  readonly loose: boolean;
  /** How images arrive otherwise than was planned. */
  readonly adjustments: readonly Adjustment[];
}

/** Makes one share: one call, the job that may come of it, and all that belongs to its output. */
export async function runShare(
  { attempt, dialect, uploads, onFirstContent }: SharedWork,
  { slots, ticket }: Share,
): Promise<ShareReport> {
  const { candidate, input, dependencies } = attempt;
  const { endpoint, fit } = candidate;
  const { clock, random } = dependencies;
  const { signal: callerSignal, deadlineAt } = input;
  const limitMs = endpoint.timeoutMs ?? dialect.timeouts.totalMs;
  const scope = new AbortScope({ clock, callerSignal, deadlineAt, limitMs });
  const line = openLine(attempt);
  const output = new CallOutput({
    line,
    media: dependencies,
    finish: fit.finish,
    images: attempt.images,
    slots,
    scope,
    emit: attempt.emit,
    onFirstContent,
  });
  const task = taskFor(attempt.task, slots);
  const callId = ticket?.callId ?? (dialect.job === undefined ? "" : dependencies.newId());
  const entry =
    input.jobs &&
    dialect.job &&
    new JobEntry(input.jobs, { attempt, callId, slots, written: ticket !== undefined });
  const call: CallToRun = {
    line,
    dialect,
    task,
    target: targetFor(attempt, scope.limitMs, callId),
    options: input.request.providerOptions[endpoint.slug],
    streamed: input.stream !== undefined,
    scope,
    deadlineAt,
    random,
    output,
    uploads,
    onJob: entry && ((job) => entry.write(job)),
    leavesJob: input.jobs?.lasts,
  };
  try {
    const result = await (ticket === undefined ? runCall(call) : takeUpCall(call, ticket.job));
    if (entry !== undefined) await entry.ended(result);
    const failure = result.kind === "done" ? await output.complete(result) : result.failure;
    return {
      result,
      failure,
      imageCount: output.images.length,
      cost: costOf(attempt, result, failure, task, output),
      httpStatus: failure?.httpStatus ?? line.lastStatus,
      loose: output.loose,
      adjustments: output.adjustments,
    };
  } finally {
    scope.close();
  }
}

function openLine({ candidate, key, input, dependencies, observer }: AttemptToRun): Line {
  const { endpoint } = candidate;
  const { transport, clock } = dependencies;
  return {
    transport,
    clock,
    endpoint,
    key,
    sandboxFault: endpoint.sandbox ? input.request.labels[sandboxFaultLabel] : undefined,
    observer,
    lastStatus: undefined,
  };
}

function targetFor(
  { candidate, input }: AttemptToRun,
  timeLeftMs: number,
  callId: string,
): CallTarget {
  const { endpoint, upstreamModel } = candidate;
  return {
    upstreamModel,
    settings: endpoint.settings,
    endUser: input.request.endUser,
    labels: input.request.labels,
    callId,
    partialImages: input.stream?.partialImages ?? 0,
    baseUrl: endpoint.baseUrl,
    timeLeftMs,
  };
}

/**
 * The task of one call: as many images as it has places. The same seed would make
 * the same images in each call, so it is counted up by the first place.
 */
function taskFor(task: Task, slots: readonly number[]): Task {
  const [firstSlot] = slots;
  if (task.operation === "chat" || firstSlot === undefined) return task;
  const { seed } = task.options;
  const options = {
    ...task.options,
    count: slots.length,
    seed: seed === undefined ? undefined : seed + firstSlot,
  };
  return { ...task, options };
}

function costOf(
  attempt: AttemptToRun,
  result: Done | Failed,
  failure: Failure | undefined,
  task: Task,
  output: CallOutput,
): Cost {
  if (result.kind === "failed") return costOfFailed(attempt, result.failure, task);
  if (result.cost !== undefined) return result.cost;
  // What could not be fetched or read was made all the same.
  if (output.spoiled) return unknownCost;
  if (failure !== undefined && output.images.length === 0) return costOfFailure(failure);
  const { endpoint, upstreamModel } = attempt.candidate;
  const { price } = attempt.dependencies;
  // Where more is billed than came, what came does not tell how much.
  const images = failure?.billed === true ? [] : output.images;
  return price(endpoint.slug, upstreamModel, task, result.usage, images);
}

/** A call that gave nothing and is billed costs what the provider counted, where it says. */
function costOfFailed(
  { candidate, dependencies }: AttemptToRun,
  failure: Failure,
  task: Task,
): Cost {
  const { billed, cost, usage } = failure;
  if (billed !== true || cost !== undefined || usage === undefined) return costOfFailure(failure);
  return dependencies.price(candidate.endpoint.slug, candidate.upstreamModel, task, usage, []);
}
