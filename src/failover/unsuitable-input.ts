/** Thrown through the walk over a task's images, and caught where it began: this target does not take one of them. */
export class UnsuitableInput extends Error {
  /** What it cannot, as the end of a sentence. */
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}
