import type { Candidate, Plan } from "../router/plan.ts";

/** How far a request has come: who of its plan is next, and how many attempts it may still make. */
export class Course {
  readonly #plan: Plan;
  #reached = -1;
  #attemptsLeft: number;

  constructor(plan: Plan, maxAttempts: number) {
    this.#plan = plan;
    this.#attemptsLeft = maxAttempts;
  }

  get attemptsLeft(): number {
    return this.#attemptsLeft;
  }

  /**
   * The candidate after all that had their turn. A provider that is asked for by
   * name is not failed over; only another model that the caller named may follow it.
   */
  get next(): Candidate | undefined {
    const { candidates, forced } = this.#plan;
    const next = candidates[this.#reached + 1];
    const last = candidates[this.#reached];
    return forced && last !== undefined && last.modelIndex === next?.modelIndex ? undefined : next;
  }

  /** A candidate has its turn, or had it. */
  reach(candidate: Candidate): void {
    this.#reached = Math.max(this.#reached, this.#plan.candidates.indexOf(candidate));
  }

  /** An attempt begins. */
  attempt(): void {
    this.#attemptsLeft -= 1;
  }
}
