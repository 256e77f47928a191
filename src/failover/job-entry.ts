import type { Job } from "../domain/job.ts";
import type { JobBook } from "../domain/job-ticket.ts";
import type { Done, Failed } from "../providers/outcome.ts";
import type { AttemptToRun } from "./attempt-to-run.ts";

/** One call of an attempt, as its entry in the book of jobs has it. */
export interface CallToEnter {
  readonly attempt: AttemptToRun;
  readonly callId: string;
  /** The places that it fills. */
  readonly slots: readonly number[];
  /** Whether it is in the book already. */
  readonly written: boolean;
}

/**
 * The entry of one call in the book of jobs. A call that brought its images keeps
 * its entry until their result is taken down: until then they are to be had of the
 * provider alone. So does one of which it is open what became of it.
 */
export class JobEntry {
  readonly #book: JobBook;
  readonly #call: CallToEnter;
  #written: boolean;

  constructor(book: JobBook, call: CallToEnter) {
    this.#book = book;
    this.#call = call;
    this.#written = call.written;
  }

  /** Takes down which job the call has left; without one, that its own id may name one. */
  async write(job: Job | undefined): Promise<void> {
    const { attempt, callId, slots } = this.#call;
    this.#written = true;
    await this.#book.write({
      callId,
      attempt: attempt.attempt,
      // What ends from now on is not for it to tell.
      earlier: [...attempt.earlier],
      key: attempt.key?.fingerprint,
      slots,
      job: job && { ...job, progress: undefined },
    });
  }

  /** The call has ended: one that certainly has no result is struck out. */
  async ended(result: Done | Failed): Promise<void> {
    if (!this.#written || result.kind === "done") return;
    if (result.failure.delivery === "ambiguous") return;
    await this.#book.strike(this.#call.callId);
  }
}
