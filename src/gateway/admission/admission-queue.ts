/** How many may be inside, and how many may wait. */
export interface AdmissionLimits {
  /** From 1. */
  readonly maxConcurrent: number;
  /** 0 means that nobody waits. */
  readonly queue: number;
}

/** It is inside, and must leave. */
export interface Admitted {
  readonly kind: "admitted";
}

/** It waits for its turn. The object itself is the ticket. */
export interface Waiting {
  readonly kind: "waiting";
  /** When it must be inside, on any scale. */
  readonly startBy: number;
  /** Counts up with every ticket. */
  readonly number: number;
}

/** Everything is full, the queue too. */
export interface Refused {
  readonly kind: "refused";
}

/**
 * Who is inside, who waits, and whose turn is next: of all who wait the one that
 * must start first, among equals the one that came first. It reads no clock and
 * wakes nobody; while there is room it allocates nothing.
 */
export class AdmissionQueue {
  readonly #limits: AdmissionLimits;
  /** In the order of their turns. */
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #tickets = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether whoever comes now must wait, or is refused. */
  get isFull(): boolean {
    return this.#inside >= this.#limits.maxConcurrent;
  }

  /** Whose turn is next. Undefined when nobody waits. */
  get first(): Waiting | undefined {
    return this.#waiting[0];
  }

  /** Comes. */
  enter(startBy: number): Admitted | Waiting | Refused {
    if (!this.isFull) {
      this.#inside++;
      return admitted;
    }
    if (this.#waiting.length >= this.#limits.queue) return refused;
    const ticket: Waiting = { kind: "waiting", startBy, number: this.#tickets++ };
    this.#waiting.splice(this.#placeOf(ticket), 0, ticket);
    return ticket;
  }

  /** Leaves the inside. Returns the one that is inside in its place. */
  leave(): Waiting | undefined {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside--;
    return next;
  }

  /** Waits no longer, if it still waits. */
  giveUp(ticket: Waiting): void {
    const place = this.#placeOf(ticket);
    if (this.#waiting[place] === ticket) this.#waiting.splice(place, 1);
  }

  /** Where a ticket is, or belongs. */
  #placeOf(ticket: Waiting): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiting[middle];
      if (other !== undefined && isBefore(other, ticket)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const admitted: Admitted = { kind: "admitted" };
const refused: Refused = { kind: "refused" };

function isBefore(one: Waiting, other: Waiting): boolean {
  return one.startBy === other.startBy ? one.number < other.number : one.startBy < other.startBy;
}
