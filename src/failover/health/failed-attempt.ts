import type { Failure } from "../../domain/failure.ts";
import type { Secret } from "../../domain/secret.ts";

/** An attempt that has failed, as far as it tells of its target. */
export interface FailedAttempt {
  readonly key: Secret | undefined;
  /** On the clock's monotonic scale. */
  readonly startedAt: number;
  /** Whether it was the probe of an ejected target. */
  readonly probe: boolean;
  readonly failure: Failure;
  /** Whether a part of what was asked came all the same. */
  readonly partial: boolean;
}
