import type { Clock } from "../domain/clock.ts";

/** The calls that run, so that a drain can cut them all. */
export class RunningCalls {
  readonly #lives = new Set<CallLife>();
  readonly #cut: AbortSignal;

  /** `cut` is aborted when a drain has waited long enough. */
  constructor(cut: AbortSignal) {
    this.#cut = cut;
    // One listener for all: an AbortSignal goes through its listeners one by one
    // to let go of any, which a thousand waiting calls would feel.
    cut.addEventListener("abort", () => {
      for (const life of this.#lives) life.end();
    });
  }

  /** A call begins. It is to be closed. With `timeoutMs` it ends by itself. */
  open(clock: Clock, timeoutMs?: number): CallLife {
    const life = new CallLife(() => this.#lives.delete(life));
    this.#lives.add(life);
    if (this.#cut.aborted) life.end();
    if (timeoutMs !== undefined) life.endAfter(clock, timeoutMs);
    return life;
  }
}

/** How long one call lasts: until its handler is done, its caller leaves, its time is up or a drain cuts it. */
export class CallLife {
  readonly #controller = new AbortController();
  readonly #forget: () => void;
  #stopTimer: (() => void) | undefined;
  #closed = false;

  constructor(forget: () => void) {
    this.#forget = forget;
  }

  /** Aborted when the call ends before its handler is done. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call once its time is up. */
  endAfter(clock: Clock, timeoutMs: number): void {
    if (timeoutMs <= 0) this.end();
    else this.#stopTimer = clock.timer(timeoutMs, () => this.end());
  }

  /** Nobody waits for the answer any more. */
  end(): void {
    if (this.#closed) return;
    this.close();
    this.#controller.abort(ended);
  }

  /** The handler is done: nothing is left to abort. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimer?.();
    this.#forget();
  }
}

/** Why signals abort. Without a reason of ours each would make an exception, with its stack. */
const ended = "the call ended";
