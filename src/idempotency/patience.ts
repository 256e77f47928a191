import type { Clock } from "../domain/clock.ts";
import type { GenerateResult } from "../domain/generate-result.ts";
import { callerLate, callerLeft } from "./key-errors.ts";
import type { KeyedCall } from "./keyed-call.ts";

/** How long one caller waits: until it leaves or its deadline passes. To be closed when it need not wait any more. */
export class Patience {
  readonly #signal: AbortSignal;
  readonly #over = Promise.withResolvers<GenerateResult>();
  readonly #stopTimer: (() => void) | undefined;
  #isOver = false;

  constructor({ signal, deadlineAt }: KeyedCall, clock: Clock) {
    this.#signal = signal;
    if (deadlineAt !== undefined) {
      const leftMs = deadlineAt - clock.monotonic();
      // A timer for no time fires after work that could begin before it.
      if (leftMs <= 0) this.#end(callerLate);
      else this.#stopTimer = clock.timer(leftMs, () => this.#end(callerLate));
    }
    signal.addEventListener("abort", this.#left, { once: true });
    if (signal.aborted) this.#left();
  }

  /** Resolves with what the caller is told, once it waits no longer. */
  get over(): Promise<GenerateResult> {
    return this.#over.promise;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  close(): void {
    this.#stopTimer?.();
    this.#signal.removeEventListener("abort", this.#left);
  }

  #end(how: GenerateResult): void {
    this.#isOver = true;
    this.#over.resolve(how);
  }

  readonly #left = (): void => this.#end(callerLeft);
}
