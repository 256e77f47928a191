import type { FieldViolation } from "../domain/gateway-error.ts";

/** Thrown through the walk over a task's images, and caught where it began: an image is of no use to anybody. */
export class UnusableInput extends Error {
  readonly violation: FieldViolation;

  /** `description` is the end of a sentence that begins with the field; `rule` is a word for programs. */
  constructor(field: string, description: string, rule: string) {
    super(description);
    this.violation = { field, description, rule: `spillway.image_input.${rule}` };
  }
}
