import type { Path } from "./problem.ts";

/** A mistake that shows only when parts of a file are held against each other. */
export interface CrossProblem {
  readonly path: Path;
  readonly message: string;
  /** Whether it is the key that is wrong, and not its value. */
  readonly atKey: boolean;
}
