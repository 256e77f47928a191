import type { FailureClass } from "../domain/failure.ts";
import type { AttemptToRun } from "./attempt-to-run.ts";
import { endedFromThisSide } from "./ended-from-this-side.ts";
import { failureTable } from "./failure-table.ts";
import type { TargetLatency } from "./health/latency-book.ts";
import { isRehearsal } from "./is-rehearsal.ts";

/**
 * Times one attempt, up to its result, or to the first content of a stream, and
 * counts it as in flight as long as it lasts. To be ended, however it goes.
 */
export class AttemptTimer {
  readonly #attempt: AttemptToRun;
  readonly #latency: TargetLatency;
  readonly #startedAt: number;
  #contentAt: number | undefined;

  constructor(attempt: AttemptToRun) {
    const { clock, latency } = attempt.dependencies;
    this.#attempt = attempt;
    this.#latency = latency.begin(attempt.candidate);
    this.#startedAt = clock.monotonic();
  }

  /** Real content of a stream is here. True when it is the first. */
  contentCame(): boolean {
    if (this.#contentAt !== undefined) return false;
    this.#contentAt = this.#attempt.dependencies.clock.monotonic();
    return true;
  }

  /**
   * The attempt has come to this, undefined being success, and the target's speed
   * is learned from it. What a provider is blamed for makes it no faster; who was
   * left takes at least so long, and who was left in the middle of a stream had
   * told how fast it is. A verdict on the request, like a refusal, tells nothing,
   * and neither does a fault that the request ordered, or a job from an earlier
   * life of the process.
   */
  learn(failure: FailureClass | undefined): void {
    const { candidate, input, dependencies, tickets } = this.#attempt;
    if (tickets !== undefined || isRehearsal(candidate, input.request)) return;
    const streamed = input.stream !== undefined;
    const track = this.#latency.track(streamed);
    const now = dependencies.clock.monotonic();
    const contentAt = streamed ? this.#contentAt : undefined;
    const ms = (contentAt ?? now) - this.#startedAt;
    const wasLeft = failure !== undefined && endedFromThisSide(failure);
    if (failure === undefined || (wasLeft && contentAt !== undefined)) track.answered(now, ms);
    else if (wasLeft) track.left(now, ms);
    else if (failureTable[failure].health !== "none") track.failed(now, ms);
  }

  /** The attempt is over. */
  end(): void {
    this.#latency.end();
  }
}
