import type { Attempt, AttemptReason } from "../domain/attempt.ts";
import type { Clock } from "../domain/clock.ts";
import { unknownCost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { EmitEvent } from "../domain/generated.ts";
import type { AttemptEnding, AttemptObserver, RequestObserver } from "../domain/observer.ts";
import type { Operation } from "../domain/operation.ts";
import type { Secret } from "../domain/secret.ts";
import type { Candidate, SkippedCandidate } from "../router/plan.ts";
import { AbortScope } from "./abort-scope.ts";
import { beginAttempt, skippedAttempt } from "./begin-attempt.ts";
import { endedFromThisSide } from "./ended-from-this-side.ts";
import type { ExecuteDependencies, ExecuteInput } from "./execute-input.ts";
import { findDialect } from "./find-dialect.ts";
import type { AttemptResult } from "./run-attempt.ts";

/** An attempt that runs. */
export interface RunningAttempt {
  readonly attempt: Attempt;
  readonly observer: AttemptObserver;
  readonly key: Secret | undefined;
  /** On the clock's monotonic scale. */
  readonly startedAt: number;
  /** How long it has run before that in another process, in milliseconds. */
  readonly earlierMs: number;
}

/** What is told of an attempt's end, beside its result. */
export interface AttemptVerdict {
  readonly next: AttemptEnding["next"];
  /** Whether what was streamed from it is void. */
  readonly discardOutput: boolean;
}

/** The request that a log is of: who waits, until when, and who is told. */
export type LoggedRequest = Pick<ExecuteInput, "request" | "observer" | "signal" | "deadlineAt">;

/** The story of one request: numbers its attempts, keeps them, and tells the observer and the caller of a stream. */
export class AttemptLog {
  readonly #attempts: Attempt[];
  readonly #captureContent: boolean;
  readonly #clock: Clock;
  readonly #input: LoggedRequest;
  readonly #observer: RequestObserver;
  readonly #operation: Operation;
  readonly #emit: EmitEvent | undefined;
  #begun: number;
  #running = 0;
  #busySince = 0;
  #providersMs = 0;

  constructor(
    input: LoggedRequest,
    { clock, captureContent }: Pick<ExecuteDependencies, "clock" | "captureContent">,
    emit: EmitEvent | undefined,
    /** Those that had ended in another process. */
    earlier: readonly Attempt[] = [],
  ) {
    this.#attempts = [...earlier];
    this.#begun = earlier.length;
    this.#clock = clock;
    this.#captureContent = captureContent;
    this.#input = input;
    this.#observer = input.observer;
    this.#operation = input.request.task.operation;
    this.#emit = emit;
  }

  /** Every attempt that has ended, skipped ones included, in order. */
  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  /** How long at least one provider was waited for, in milliseconds. */
  get providersMs(): number {
    return this.#providersMs;
  }

  /** A target is about to be tried, for so many images. */
  start(
    candidate: Candidate,
    key: Secret | undefined,
    reason: AttemptReason,
    count: number,
  ): RunningAttempt | Promise<RunningAttempt> {
    const attempt = this.#begin(candidate, reason);
    return this.#run(candidate, key, attempt, count);
  }

  /** An attempt that another process began goes on here. `why` is one sentence. */
  resume(
    candidate: Candidate,
    key: Secret | undefined,
    begun: Attempt,
    count: number,
    why: string,
  ): RunningAttempt | Promise<RunningAttempt> {
    const earlierMs = Math.max(0, this.#clock.now() - begun.startTime);
    const attempt = { ...begun, number: ++this.#begun, message: why };
    return this.#run(candidate, key, attempt, count, earlierMs);
  }

  #run(
    candidate: Candidate,
    key: Secret | undefined,
    attempt: Attempt,
    count: number,
    earlierMs = 0,
  ): RunningAttempt | Promise<RunningAttempt> {
    const { endpoint } = candidate;
    const observer = this.#observer.attemptStarted(attempt, {
      operation: this.#operation,
      baseUrl: endpoint.baseUrl,
      stream:
        this.#emit !== undefined && findDialect(endpoint, this.#operation).stream !== undefined,
      count,
    });
    const startedAt = this.#clock.monotonic();
    if (this.#running++ === 0) this.#busySince = startedAt;
    const running: RunningAttempt = { attempt, observer, key, startedAt, earlierMs };
    const told = this.#tell("attempt_started", attempt);
    return told === undefined ? running : told.then(() => running);
  }

  /** An attempt has ended. */
  finish(
    running: RunningAttempt,
    result: AttemptResult,
    verdict: AttemptVerdict,
  ): Promise<void> | undefined {
    const { failure } = result;
    const now = this.#clock.monotonic();
    const attempt: Attempt = {
      ...running.attempt,
      durationMs: now - running.startedAt + running.earlierMs,
      outcome: outcomeOf(result),
      failure: failure?.class,
      delivery: failure?.delivery ?? "sent",
      httpStatus: result.httpStatus,
      upstreamCode: failure?.upstreamCode,
      message: failure?.message ?? running.attempt.message,
      retryAfterMs: failure?.retryAfterMs,
      upstreamRequestId: failure?.upstreamRequestId ?? result.upstreamRequestId,
      cost: result.cost,
      discardOutput: verdict.discardOutput,
    };
    if (--this.#running === 0) this.#providersMs += now - this.#busySince;
    this.#keep(attempt);
    running.observer.finished(attempt, {
      next: verdict.next,
      key: running.key?.fingerprint,
      detail: this.#captureContent ? failure?.detail : undefined,
      inputTokens: result.usage.inputTokens,
      outputTokens: result.usage.outputTokens,
      images: this.#operation === "chat" ? undefined : result.imageCount,
      upstreamId: result.upstreamId,
      responseModel: result.responseModel,
      finishReason: result.chat?.finishReason,
    });
    return this.#tell("attempt_finished", attempt);
  }

  /** An attempt that another process began is given up without having been taken up. */
  lose(begun: Attempt, failure: Failure): Promise<void> | undefined {
    const attempt: Attempt = {
      ...begun,
      number: ++this.#begun,
      durationMs: Math.max(0, this.#clock.now() - begun.startTime),
      outcome: "failed",
      failure: failure.class,
      delivery: failure.delivery,
      message: failure.message,
      cost: unknownCost,
    };
    this.#keep(attempt);
    return this.#tell("attempt_finished", attempt);
  }

  /** A target is passed over. `why` is one sentence. */
  skip(
    target: Candidate | SkippedCandidate,
    reason: AttemptReason,
    why: string,
  ): Promise<void> | undefined {
    const attempt = skippedAttempt(this.#begin(target, reason), why);
    this.#keep(attempt);
    this.#observer.attemptSkipped(attempt);
    return this.#tell("attempt_finished", attempt);
  }

  /** Attempts that overlap need not end in the order in which they began. */
  #keep(attempt: Attempt): void {
    let place = this.#attempts.length;
    while ((this.#attempts[place - 1]?.number ?? 0) > attempt.number) place -= 1;
    if (place === this.#attempts.length) this.#attempts.push(attempt);
    else this.#attempts.splice(place, 0, attempt);
  }

  #begin(target: Candidate | SkippedCandidate, reason: AttemptReason): Attempt {
    return beginAttempt(++this.#begun, target, reason, this.#clock.now());
  }

  /** Tells the caller of a stream. Undefined when nobody has to wait for it, which is nearly always. */
  #tell(kind: "attempt_started" | "attempt_finished", attempt: Attempt): Promise<void> | undefined {
    const taken = this.#emit?.({ kind, attempt });
    return taken === undefined ? undefined : this.#wait(taken);
  }

  /** Waits for the caller of a stream, and no longer than the request lasts. */
  async #wait(taken: Promise<void>): Promise<void> {
    const { signal, deadlineAt } = this.#input;
    const scope = new AbortScope({ clock: this.#clock, callerSignal: signal, deadlineAt });
    try {
      await scope.wait(taken);
    } finally {
      scope.close();
    }
  }
}

function outcomeOf(result: AttemptResult): Attempt["outcome"] {
  if (result.failure === undefined) return "succeeded";
  if (endedFromThisSide(result.failure.class)) return "cancelled";
  return result.imageCount > 0 ? "partial" : "failed";
}
