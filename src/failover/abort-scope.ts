import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import { waitUnlessAborted } from "./wait-unless-aborted.ts";

/** Why work was ended from this side. */
export type AbortCause =
  | { readonly kind: "caller_left" }
  /** The time of the whole request is up. */
  | { readonly kind: "deadline" }
  /** The time of one attempt, or of one of a stream's clocks, is up. */
  | { readonly kind: "timeout"; readonly message: string }
  /** Another attempt of the request was first. */
  | { readonly kind: "outrun" };

/** The reason with which a signal aborts an attempt when another one was first. */
export const outrun = Symbol("outrun");

/** What bounds a piece of work. */
export interface AbortLimits {
  readonly clock: Clock;
  /** Aborted when the caller leaves, or with `outrun`. */
  readonly callerSignal: AbortSignal;
  /** When the whole request must have ended, on the clock's monotonic scale. */
  readonly deadlineAt: number;
  /** How long this piece may take, in milliseconds. Undefined means up to the deadline. */
  readonly limitMs?: number | undefined;
}

/**
 * The life of one piece of work: a signal that aborts when the caller leaves or
 * time is up, and the reason, which the signal alone does not tell. To be closed
 * when the work is done.
 */
export class AbortScope {
  /** How long it may take from its beginning, in milliseconds, unless it is prolonged. */
  readonly limitMs: number;
  readonly #controller = new AbortController();
  readonly #limits: AbortLimits;
  readonly #begunAt: number;
  #stopTimer: () => void;
  #endsAt: number;
  #cause: AbortCause | undefined;

  constructor(limits: AbortLimits) {
    const { clock, callerSignal, deadlineAt, limitMs = Number.POSITIVE_INFINITY } = limits;
    this.#limits = limits;
    this.#begunAt = clock.monotonic();
    this.limitMs = Math.min(limitMs, Math.max(0, deadlineAt - this.#begunAt));
    this.#endsAt = Math.min(this.#begunAt + limitMs, deadlineAt);
    this.#stopTimer = this.#endAfter(this.limitMs);
    callerSignal.addEventListener("abort", this, { once: true });
    if (callerSignal.aborted) this.handleEvent();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How long it may still take, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.#limits.clock.monotonic());
  }

  /** Undefined while it runs. */
  get cause(): AbortCause | undefined {
    return this.#cause;
  }

  /** Gives it at least so many milliseconds from now, up to the deadline. What has ended stays so. */
  prolong(leastMs: number): void {
    const { clock, deadlineAt } = this.#limits;
    const now = clock.monotonic();
    const endsAt = Math.min(now + leastMs, deadlineAt);
    if (this.#cause !== undefined || endsAt <= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.#stopTimer();
    this.#stopTimer = this.#endAfter(endsAt - now);
  }

  /** Ends the work. The first cause is kept. */
  end(cause: AbortCause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#controller.abort(cause.kind);
  }

  /** Lets go of clock and caller. */
  close(): void {
    this.#stopTimer();
    this.#limits.callerSignal.removeEventListener("abort", this);
  }

  /** Waits for work that cannot be aborted itself, but no longer than this scope lasts. */
  wait<T>(work: Promise<T>): Promise<T | undefined> {
    return waitUnlessAborted(work, this.signal);
  }

  /** The caller's signal was aborted. */
  handleEvent(): void {
    if (this.#limits.callerSignal.reason === outrun) this.end({ kind: "outrun" });
    else this.end({ kind: isDeadline(this.#limits) ? "deadline" : "caller_left" });
  }

  #endAfter(ms: number): () => void {
    return this.#limits.clock.timer(ms, () => {
      const isDeadline = this.#endsAt >= this.#limits.deadlineAt;
      this.end(isDeadline ? { kind: "deadline" } : timeoutAfter(this.#endsAt - this.#begunAt));
    });
  }
}

function timeoutAfter(limitMs: number): AbortCause {
  return { kind: "timeout", message: `No result within ${Math.round(limitMs)} ms.` };
}

/** How close to the deadline a caller's leaving is the deadline, in milliseconds. */
export const deadlineSlackMs = 50;

/**
 * Whether a caller that leaves now leaves because of its deadline. A protocol ends
 * its call at the deadline by itself, and its timer may be a moment before ours.
 */
export function isDeadline(limits: Pick<AbortLimits, "clock" | "deadlineAt">): boolean {
  return limits.clock.monotonic() >= limits.deadlineAt - deadlineSlackMs;
}

/** Words a failure of work that was ended from this side. */
export function abortFailure(cause: AbortCause, delivery: Failure["delivery"]): Failure {
  switch (cause.kind) {
    case "caller_left":
      return { class: "cancelled", delivery, message: "The caller left." };
    case "deadline":
      return { class: "deadline", delivery, message: "The time of the request was up." };
    case "timeout":
      return { class: "timeout", delivery, message: cause.message };
    case "outrun":
      return { class: "cancelled", delivery, message: "Another attempt was first." };
  }
}
