import type { JobBook, JobTicket } from "../domain/job-ticket.ts";

/**
 * A book that counts the attempts of one execution, so that each ticket in it says
 * whether there are some of which it does not know: those may have been billed too.
 */
export class AttemptCountingBook implements JobBook {
  readonly #book: JobBook;
  readonly #tickets = new Map<string, JobTicket>();
  #begun = 0;

  constructor(book: JobBook) {
    this.#book = book;
  }

  get lasts(): boolean {
    return this.#book.lasts;
  }

  /** An attempt is about to send something. To be awaited before it does. */
  async begin(): Promise<void> {
    this.#begun += 1;
    for (const ticket of this.#tickets.values()) {
      if (!ticket.others && this.#begun > knownTo(ticket)) await this.write(ticket);
    }
  }

  async write(ticket: JobTicket): Promise<void> {
    const written = { ...ticket, others: this.#begun > knownTo(ticket) };
    this.#tickets.set(ticket.callId, written);
    await this.#book.write(written);
  }

  async strike(callId: string): Promise<void> {
    this.#tickets.delete(callId);
    await this.#book.strike(callId);
  }
}

/** How many attempts have sent something, as a ticket knows: its own, and those that had ended. */
function knownTo({ earlier }: JobTicket): number {
  return 1 + earlier.filter(({ outcome }) => outcome !== "skipped").length;
}
