import type { Cost } from "./cost.ts";
import type { DeliveryState, FailureClass } from "./failure.ts";

/** Why a target was tried. */
export type AttemptReason =
  | "first"
  | "failover"
  | "retry"
  | "hedge"
  | "missing_images"
  | "fallback_model";

/** How an attempt ended. */
export type AttemptOutcome = "succeeded" | "partial" | "failed" | "skipped" | "cancelled";

/**
 * One try at one target, or the reason why a target was passed over. It is
 * written once; the response, the error details, the spans, the metrics and the
 * log are views of it.
 */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** The model it was for: the catalogue id, or the name that the caller gave. */
  readonly model: string;
  readonly provider: string;
  readonly upstreamModel: string;
  readonly priority: number;
  readonly weight: number;
  readonly reason: AttemptReason;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  /** Milliseconds. Undefined while it runs. */
  readonly durationMs?: number | undefined;
  /** Undefined while it runs. */
  readonly outcome?: AttemptOutcome | undefined;
  readonly failure?: FailureClass | undefined;
  readonly delivery?: DeliveryState | undefined;
  /** That of the provider's last answer, also when it was a success. Undefined when there was none. */
  readonly httpStatus?: number | undefined;
  readonly upstreamCode?: string | undefined;
  /** In our words. Empty when there is nothing to say. */
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  readonly upstreamRequestId?: string | undefined;
  readonly cost: Cost;
  /** Whether output that was already streamed from it is void. */
  readonly discardOutput: boolean;
}
