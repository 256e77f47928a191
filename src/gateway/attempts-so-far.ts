import type { Attempt } from "../domain/attempt.ts";
import type { AttemptObserver, ObservedCall, RequestObserver } from "../domain/observer.ts";

/** Remembers the attempts of a request while they are told, for a caller that cannot wait for its end. */
export class AttemptsSoFar implements RequestObserver {
  readonly #attempts: Attempt[] = [];
  readonly #observer: RequestObserver;

  /** `observer` is told everything, too. */
  constructor(observer: RequestObserver) {
    this.#observer = observer;
  }

  /** In the order in which they began. Those that run have no outcome. */
  get attempts(): readonly Attempt[] {
    return [...this.#attempts];
  }

  attemptStarted(attempt: Attempt, call: ObservedCall): AttemptObserver {
    const index = this.#attempts.push(attempt) - 1;
    const told = this.#observer.attemptStarted(attempt, call);
    return {
      exchangeStarted: (exchange) => told.exchangeStarted(exchange),
      firstContent: () => told.firstContent(),
      finished: (ended, ending) => {
        this.#attempts[index] = ended;
        told.finished(ended, ending);
      },
    };
  }

  attemptSkipped(attempt: Attempt): void {
    this.#attempts.push(attempt);
    this.#observer.attemptSkipped(attempt);
  }
}
