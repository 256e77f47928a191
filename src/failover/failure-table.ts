import type { Failure, FailureClass } from "../domain/failure.ts";
import type { ErrorReason } from "../domain/gateway-error.ts";

/** What follows from a failure of one class. */
export interface FailureRule {
  /** Whether the same target is asked again. */
  readonly sameTarget: "never" | "once_at_once" | "once_with_jitter" | "when_retry_after_fits";
  /** Whether the next target is asked, where nothing that may have been billed stands against it. */
  readonly nextTarget: "yes" | "no" | "by_refusal_policy";
  /** Whether the provider may have worked by then, and bill it: what a failure does not say of itself. */
  readonly mayBill: boolean;
  readonly health: HealthSignal;
  /** What the caller is told when it is the last word. */
  readonly reason: ErrorReason;
}

/**
 * What a failure says about the health of its target.
 *
 * - `none`: nothing, it is not the target's fault
 * - `weak`: something may be wrong, and it may be elsewhere: in a row it counts half
 * - `counts`: one more failure on the way to an ejection
 * - `cool_down`: it wants to be left alone until Retry-After
 * - `key_out`: this key is of no use for minutes, others may be
 * - `target_out`: this provider does not have this model
 */
export type HealthSignal = "none" | "weak" | "counts" | "cool_down" | "key_out" | "target_out";

/** Whether a model is there, and a key has no right to it: the next one may have. */
export function isClosedToKey(failure: Failure): boolean {
  return failureTable[failure.class].health === "target_out" && failure.httpStatus === 403;
}

/** The table that decides everything: what follows from each class of failure. */
export const failureTable: Readonly<Record<FailureClass, FailureRule>> = {
  never_sent: {
    sameTarget: "once_at_once",
    nextTarget: "yes",
    mayBill: false,
    health: "counts",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  overloaded: {
    sameTarget: "when_retry_after_fits",
    nextTarget: "yes",
    mayBill: false,
    health: "cool_down",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  server_fault: {
    sameTarget: "once_with_jitter",
    nextTarget: "yes",
    mayBill: true,
    health: "counts",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  timeout: {
    sameTarget: "never",
    nextTarget: "yes",
    mayBill: true,
    health: "counts",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  ambiguous: {
    sameTarget: "never",
    nextTarget: "yes",
    mayBill: true,
    health: "weak",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  quota: {
    sameTarget: "never",
    nextTarget: "yes",
    mayBill: false,
    health: "key_out",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  credential: {
    sameTarget: "never",
    nextTarget: "yes",
    mayBill: false,
    health: "key_out",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  model_gone: {
    sameTarget: "never",
    nextTarget: "yes",
    mayBill: false,
    health: "target_out",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
  unsupported_here: {
    sameTarget: "never",
    nextTarget: "yes",
    mayBill: false,
    health: "none",
    reason: "NO_CAPABLE_PROVIDER",
  },
  caller_fault: {
    sameTarget: "never",
    nextTarget: "no",
    mayBill: false,
    health: "none",
    reason: "UPSTREAM_REJECTED",
  },
  refused: {
    sameTarget: "never",
    nextTarget: "by_refusal_policy",
    mayBill: true,
    health: "none",
    reason: "CONTENT_REFUSED",
  },
  cancelled: {
    sameTarget: "never",
    nextTarget: "no",
    mayBill: true,
    health: "none",
    reason: "CANCELLED",
  },
  deadline: {
    sameTarget: "never",
    nextTarget: "no",
    mayBill: true,
    health: "none",
    reason: "DEADLINE",
  },
  unknown: {
    sameTarget: "never",
    nextTarget: "yes",
    mayBill: true,
    health: "weak",
    reason: "ALL_PROVIDERS_EXHAUSTED",
  },
};
