import type { GenerateResult } from "../domain/generate-result.ts";

/** The key was used for a request that differs from this one. */
export const keyConflict: GenerateResult = {
  kind: "failed",
  error: {
    reason: "IDEMPOTENCY_CONFLICT",
    message:
      "This idempotency_key was used for a different request. Use a new key for a new request.",
    metadata: { field: "idempotency_key" },
  },
};

/** The same request was sent before, and its result is not there. */
export const outcomeUnknown: GenerateResult = {
  kind: "failed",
  error: {
    reason: "AMBIGUOUS_OUTCOME",
    message:
      "A request with this idempotency_key was sent before and may have been billed; its result is not here. Look at the provider's bill, then use a new key to buy again.",
    metadata: { field: "idempotency_key" },
  },
};

/** The caller left while the work goes on. */
export const callerLeft: GenerateResult = {
  kind: "failed",
  error: {
    reason: "CANCELLED",
    message: "The caller left before the result was there.",
    metadata: {},
  },
};

/** The caller's deadline passed while the work goes on. */
export const callerLate: GenerateResult = {
  kind: "failed",
  error: {
    reason: "DEADLINE",
    message:
      "The caller's deadline passed before the result was there. What was sent goes on: ask again with the same idempotency_key.",
    metadata: {},
  },
};
