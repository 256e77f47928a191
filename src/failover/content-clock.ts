import type { Clock } from "../domain/clock.ts";
import type { AttemptTimeouts } from "../providers/provider.ts";
import type { AbortScope } from "./abort-scope.ts";

/**
 * Watches that a stream brings real content: a first piece in time, and then one
 * after the other. Keep-alives and progress do not count. The time during which
 * the caller is slow to take what is there does not count against the provider.
 */
export class ContentClock {
  readonly #clock: Clock;
  readonly #timeouts: AttemptTimeouts;
  readonly #scope: AbortScope;
  #lastAt: number;
  #started = false;
  #paused = false;
  #stopTimer: () => void;

  constructor(clock: Clock, timeouts: AttemptTimeouts, scope: AbortScope) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#scope = scope;
    this.#lastAt = clock.monotonic();
    this.#stopTimer = clock.timer(timeouts.firstContentMs, this.#check);
  }

  /** A piece of real content is here. */
  content(): void {
    this.#lastAt = this.#clock.monotonic();
    if (this.#started) return;
    this.#started = true;
    this.#stopTimer();
    this.#stopTimer = this.#clock.timer(this.#timeouts.idleMs, this.#check);
  }

  /** The stream has said all that it has to say, so that its connection need not be waited for. */
  wasLast(): void {
    this.#stopTimer();
    this.#stopTimer = this.#clock.timer(endMs, () => {
      this.#scope.end({ kind: "timeout", message: `The stream did not end within ${endMs} ms.` });
    });
  }

  /** The caller is slow from now on. */
  pause(): void {
    this.#paused = true;
  }

  /** The caller is ready again. */
  resume(): void {
    this.#paused = false;
    this.#lastAt = this.#clock.monotonic();
  }

  close(): void {
    this.#stopTimer();
  }

  // Content only notes the time, and the one timer looks at the note when it
  // fires: a timer for each piece would cost more than the piece.
  readonly #check = (): void => {
    const limitMs = this.#started ? this.#timeouts.idleMs : this.#timeouts.firstContentMs;
    const idleMs = this.#paused ? 0 : this.#clock.monotonic() - this.#lastAt;
    if (idleMs < limitMs) {
      this.#stopTimer = this.#clock.timer(limitMs - idleMs, this.#check);
      return;
    }
    const message = this.#started
      ? `No further content for ${limitMs} ms.`
      : `No first content within ${limitMs} ms.`;
    this.#scope.end({ kind: "timeout", message });
  };
}

/** How long a stream may stay open behind its end mark, in milliseconds: long enough to keep the connection. */
const endMs = 1_000;
