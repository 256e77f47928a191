import { addCosts, type Cost, unknownCost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { EmitEvent } from "../domain/generated.ts";
import type { AttemptObserver } from "../domain/observer.ts";
import type { ChatOutput, FinishedImage } from "../domain/output.ts";
import { sandboxFaultLabel } from "../domain/sandbox-fault.ts";
import type { Task } from "../domain/task.ts";
import { addUsage, type Usage } from "../domain/usage.ts";
import type { Done, Failed } from "../providers/outcome.ts";
import type { CallTarget } from "../providers/provider.ts";
import type { Candidate } from "../router/plan.ts";
import { AbortScope } from "./abort-scope.ts";
import { costOfFailure, mayHaveBeenBilled } from "./attempt-cost.ts";
import { CallOutput } from "./call-output.ts";
import { firstKey } from "./choose-key.ts";
import type { Line } from "./exchange.ts";
import type { ExecuteDependencies, ExecuteInput } from "./execution.ts";
import { findDialect } from "./find-dialect.ts";
import { runCall } from "./run-call.ts";
import { splitSlots } from "./split-slots.ts";

/** One attempt, ready to be made. */
export interface AttemptToRun {
  readonly candidate: Candidate;
  readonly input: ExecuteInput;
  readonly dependencies: ExecuteDependencies;
  readonly observer: AttemptObserver;
  /** The request's images, by their places. The attempt fills those that are missing. */
  readonly images: (FinishedImage | undefined)[];
  /** Undefined for a unary request. */
  readonly emit: EmitEvent | undefined;
}

/** What came of an attempt. */
export interface AttemptResult {
  /** Why it is less than what was asked. Undefined when all came. */
  readonly failure?: Failure | undefined;
  /** How many images came. */
  readonly imageCount: number;
  readonly chat?: ChatOutput | undefined;
  readonly usage: Usage;
  readonly cost: Cost;
  readonly upstreamId?: string | undefined;
  /** The model that answered, as the provider names it. */
  readonly responseModel?: string | undefined;
  readonly upstreamRequestId?: string | undefined;
  /** Whether the caller of a stream got output that another attempt makes void. */
  readonly loose: boolean;
}

/**
 * Tries one target. When one call cannot make all the images that are missing, it
 * makes several at the same time; what came of any of them is kept, whatever
 * became of the others.
 */
export async function runAttempt(attempt: AttemptToRun): Promise<AttemptResult> {
  const { candidate, images } = attempt;
  const slots = missingSlots(images);
  const shares = slots.length === 0 ? [slots] : splitSlots(slots, candidate.fit.maxCountPerCall);
  let contentSeen = false;
  const onFirstContent = (): void => {
    if (contentSeen) return;
    contentSeen = true;
    attempt.observer.firstContent();
  };
  const reports = await Promise.all(
    shares.map((share) => runShare(attempt, share, onFirstContent)),
  );
  return combine(reports);
}

/** The places that are still empty, in order. None for a chat. */
export function missingSlots(images: readonly (FinishedImage | undefined)[]): readonly number[] {
  const slots: number[] = [];
  for (const [slot, image] of images.entries()) if (image === undefined) slots.push(slot);
  return slots;
}

/** What came of one call. */
interface CallReport {
  readonly result: Done | Failed;
  readonly failure: Failure | undefined;
  readonly imageCount: number;
  readonly cost: Cost;
  readonly loose: boolean;
}

async function runShare(
  attempt: AttemptToRun,
  slots: readonly number[],
  onFirstContent: () => void,
): Promise<CallReport> {
  const { candidate, input, dependencies } = attempt;
  const { endpoint, fit, upstreamModel } = candidate;
  const { clock, random } = dependencies;
  const dialect = findDialect(endpoint, fit.task.operation);
  const limitMs = endpoint.timeoutMs ?? dialect.timeouts.totalMs;
  const scope = new AbortScope({
    clock,
    callerSignal: input.signal,
    deadlineAt: input.deadlineAt,
    limitMs,
  });
  const line: Line = {
    transport: dependencies.transport,
    clock,
    endpoint,
    key: (dependencies.chooseKey ?? firstKey)(endpoint),
    sandboxFault: input.request.labels[sandboxFaultLabel],
    observer: attempt.observer,
  };
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
  const task = taskFor(fit.task, slots);
  const target: CallTarget = {
    upstreamModel,
    settings: endpoint.settings,
    endUser: input.request.endUser,
    partialImages: input.stream?.partialImages ?? 0,
    timeLeftMs: Math.max(0, Math.min(limitMs, input.deadlineAt - clock.monotonic())),
  };
  try {
    const result = await runCall({
      line,
      dialect,
      task,
      target,
      options: input.request.providerOptions[endpoint.slug],
      streamed: input.stream !== undefined,
      scope,
      deadlineAt: input.deadlineAt,
      random,
      output,
    });
    const failure = result.kind === "done" ? await output.complete(result) : result.failure;
    return {
      result,
      failure,
      imageCount: output.images.length,
      cost: costOf(attempt, result, failure, task, output),
      loose: output.loose,
    };
  } finally {
    scope.close();
  }
}

function costOf(
  attempt: AttemptToRun,
  result: Done | Failed,
  failure: Failure | undefined,
  task: Task,
  output: CallOutput,
): Cost {
  if (result.kind === "failed") return costOfFailure(result.failure);
  if (result.cost !== undefined) return result.cost;
  // What could not be fetched or read was made all the same.
  if (output.spoiled) return unknownCost;
  if (failure !== undefined && output.images.length === 0) return costOfFailure(failure);
  const { endpoint, upstreamModel } = attempt.candidate;
  const { price } = attempt.dependencies;
  return price(endpoint.slug, upstreamModel, task, result.usage, output.images);
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

function combine(reports: readonly CallReport[]): AttemptResult {
  const failures = reports.map((report) => report.failure).filter((one) => one !== undefined);
  const dones = reports.map((report) => report.result).filter((result) => result.kind === "done");
  const [first] = dones;
  return {
    failure: weightiest(failures),
    imageCount: reports.reduce((sum, report) => sum + report.imageCount, 0),
    chat: first?.output.kind === "chat" ? first.output : undefined,
    usage: dones.reduce<Usage>((sum, done) => addUsage(sum, done.usage), {}),
    cost: addCosts(reports.map((report) => report.cost)),
    upstreamId: first?.upstreamId,
    responseModel: first?.upstreamModel,
    upstreamRequestId: first?.requestId,
    loose: reports.some((report) => report.loose),
  };
}

/**
 * Which of several failures speaks for the attempt: one that ends the request,
 * then one that may have been billed, then a verdict on the request, then any.
 */
function weightiest(failures: readonly Failure[]): Failure | undefined {
  return (
    failures.find(({ class: name }) => name === "cancelled" || name === "deadline") ??
    failures.find(mayHaveBeenBilled) ??
    failures.find(({ class: name }) => name === "refused" || name === "caller_fault") ??
    failures[0]
  );
}
