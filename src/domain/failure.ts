import type { Cost } from "./cost.ts";
import type { Usage } from "./usage.ts";

/** What kind of failure it was; one for each row of the failure table. */
export type FailureClass =
  | "never_sent"
  | "overloaded"
  | "server_fault"
  | "timeout"
  | "ambiguous"
  | "quota"
  | "credential"
  | "model_gone"
  | "unsupported_here"
  | "caller_fault"
  | "refused"
  | "cancelled"
  | "deadline"
  | "unknown";

/** Every failure class, in the order of the contract. */
export const failureClasses: readonly FailureClass[] = [
  "never_sent",
  "overloaded",
  "server_fault",
  "timeout",
  "ambiguous",
  "quota",
  "credential",
  "model_gone",
  "unsupported_here",
  "caller_fault",
  "refused",
  "cancelled",
  "deadline",
  "unknown",
];

/**
 * Whether a provider got a request. `not_sent`: it did not, so nothing was
 * billed. `sent`: it did, and its answer is known. `ambiguous`: it may have,
 * and it may have billed.
 */
export type DeliveryState = "not_sent" | "sent" | "ambiguous";

/** Why a call did not give what was asked. */
export interface Failure {
  readonly class: FailureClass;
  readonly delivery: DeliveryState;
  /** What happened, in our words: no text of the provider, no prompt, no key. */
  readonly message: string;
  /** The HTTP status of the answer. Undefined when there was none. */
  readonly httpStatus?: number | undefined;
  /** The provider's machine-readable code, made harmless by `identifier`. */
  readonly upstreamCode?: string | undefined;
  /** How long the provider asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The provider's id for the call. */
  readonly upstreamRequestId?: string | undefined;
  /** The provider's own words. They may repeat the prompt: shown only where content capture is on. */
  readonly detail?: string | undefined;
  /** True when the provider bills the failed call all the same. */
  readonly billed?: boolean | undefined;
  /** What the provider says that the failed call costs. Undefined when it does not say. */
  readonly cost?: Cost | undefined;
  /** What the provider counted in it, by which a call is priced that is billed. Undefined when it does not say. */
  readonly usage?: Usage | undefined;
  /**
   * Whether the answer to a question for a job tells that the job itself failed, so that
   * asking again cannot help, or only that the question did. Undefined: a success tells of
   * the job, and any other answer of the question.
   */
  readonly ofJob?: boolean | undefined;
  /** True when the same target is not to be asked again: it would end so again, or be paid for work that it has done. */
  readonly permanent?: boolean | undefined;
}

/**
 * Makes a provider's code safe to log: keeps it when it looks like an
 * identifier of at most 100 characters, else returns undefined.
 */
export function identifier(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string") return undefined;
  return /^[A-Za-z0-9_.:/[\]-]{1,100}$/.test(value) ? value : undefined;
}
