import type { Attempt } from "./attempt.ts";

/** Why a request failed, for its caller. Each is a `reason` of google.rpc.ErrorInfo; docs/errors.md explains them. */
export type ErrorReason =
  | "INVALID_REQUEST"
  | "MODEL_NOT_FOUND"
  | "PROVIDER_NOT_FOUND"
  | "PROVIDER_NOT_CONFIGURED"
  | "NO_CAPABLE_PROVIDER"
  | "CONTENT_REFUSED"
  | "UPSTREAM_REJECTED"
  | "ALL_PROVIDERS_EXHAUSTED"
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "COST_LIMIT"
  | "IDEMPOTENCY_CONFLICT"
  | "AMBIGUOUS_OUTCOME"
  | "UNAUTHENTICATED"
  | "PERMISSION_DENIED"
  | "CANCELLED"
  | "DEADLINE"
  | "INTERNAL";

/** A request's failure, as its caller is told. */
export interface GatewayError {
  readonly reason: ErrorReason;
  /** One sentence: what happened, where, and what to do. What varies in it is in `metadata` too. */
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Which fields are wrong, by their paths in the request. */
  readonly fieldViolations?: readonly FieldViolation[] | undefined;
  /** When it is worth asking again, in milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
  /** Every attempt, when a provider was asked or skipped. */
  readonly attempts?: readonly Attempt[] | undefined;
}

/** One field that is wrong. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
  /** The rule that it breaks, by its id: "string.min_len". */
  readonly rule: string;
}
