import { waitUnlessAborted } from "../domain/bounded-wait.ts";
import type { Clock } from "../domain/clock.ts";
import { deadlineSlackMs } from "../domain/deadline-slack.ts";
import type { Failure } from "../domain/failure.ts";

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
  /** How many waits for the caller there are, and since when. */
  #waits = 0;
  #waitsSince = 0;
  /** Whether the limit was reached during a wait for the caller. */
  #overdue = false;
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

  /**
   * Waits for the caller to take what is there, and no longer than this scope lasts.
   * That time is the caller's: it counts for the deadline, and not for the limit.
   */
  async waitForCaller(taken: Promise<void>): Promise<void> {
    const { clock } = this.#limits;
    if (this.#waits++ === 0) this.#waitsSince = clock.monotonic();
    try {
      await this.wait(taken);
    } finally {
      if (--this.#waits === 0) this.#resume(clock.monotonic());
    }
  }

  /** The caller's signal was aborted. */
  handleEvent(): void {
    if (this.#limits.callerSignal.reason === outrun) this.end({ kind: "outrun" });
    else this.end({ kind: isDeadline(this.#limits) ? "deadline" : "caller_left" });
  }

  #resume(now: number): void {
    this.#endsAt = Math.min(this.#endsAt + now - this.#waitsSince, this.#limits.deadlineAt);
    if (!this.#overdue) return;
    this.#overdue = false;
    this.#stopTimer();
    this.#stopTimer = this.#endAfter(this.#endsAt - now);
  }

  // A wait for the caller only moves the end, and the timer looks at it when it
  // fires: a timer for each wait would cost more than what is waited with.
  #endAfter(ms: number): () => void {
    const { clock, deadlineAt } = this.#limits;
    return clock.timer(ms, () => {
      this.#overdue = this.#waits > 0;
      const endsAt = this.#overdue ? deadlineAt : this.#endsAt;
      const leftMs = endsAt - clock.monotonic();
      // Timers are up to a millisecond early.
      if (this.#cause === undefined && leftMs >= 1) {
        this.#stopTimer = this.#endAfter(leftMs);
        return;
      }
      const isDeadline = endsAt >= deadlineAt;
      this.end(isDeadline ? { kind: "deadline" } : timeoutAfter(endsAt - this.#begunAt));
    });
  }
}

function timeoutAfter(limitMs: number): AbortCause {
  return { kind: "timeout", message: `No result within ${Math.round(limitMs)} ms.` };
}

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
