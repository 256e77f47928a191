import type { Attempt } from "../domain/attempt.ts";
import type { Failure } from "../domain/failure.ts";
import type { ErrorReason, FieldViolation, GatewayError } from "../domain/gateway-error.ts";
import type { Candidate } from "../router/plan.ts";
import type { ExecuteInput } from "./execute-input.ts";
import { failureTable } from "./failure-table.ts";

/** What a request failed of in the end. */
export type LastWord =
  | {
      readonly kind: "failure";
      readonly failure: Failure;
      /** Undefined when no target was asked before it. */
      readonly candidate: Candidate | undefined;
      /** Whether it is the end because the same work could be paid twice. */
      readonly ambiguous: boolean;
    }
  /** The target had as much to do as it may, and nobody else was left. */
  | {
      readonly kind: "at_limit";
      readonly candidate: Candidate;
      /** When there may be a place, in milliseconds from now. */
      readonly retryAfterMs: number;
    }
  /** What was left to try would have cost too much. */
  | { readonly kind: "cost_limit" }
  /** An image that the caller supplied is of no use. */
  | { readonly kind: "unusable_input"; readonly violation: FieldViolation }
  /** The plan had no target. */
  | { readonly kind: "no_candidate" };

/** Words a request's failure for its caller. The last word decides, whatever came before it. */
export function describeError(
  lastWord: LastWord,
  input: ExecuteInput,
  attempts: readonly Attempt[],
): GatewayError {
  const reason = reasonOf(lastWord);
  return {
    reason,
    message:
      lastWord.kind === "unusable_input"
        ? `${lastWord.violation.field} ${lastWord.violation.description}.`
        : messageOf(reason, lastWord, input, attempts),
    metadata: metadataOf(lastWord, input),
    retryAfterMs: retryAfterOf(reason, lastWord, attempts),
    attempts: attempts.length > 0 ? attempts : undefined,
    fieldViolations: lastWord.kind === "unusable_input" ? [lastWord.violation] : undefined,
  };
}

/** Why a target that has as much to do as it may is passed over, in one sentence. */
export function atLimit({ endpoint }: Candidate): string {
  return `${endpoint.slug} runs as many attempts as its max_concurrent allows.`;
}

function retryAfterOf(
  reason: ErrorReason,
  lastWord: LastWord,
  attempts: readonly Attempt[],
): number | undefined {
  if (lastWord.kind === "at_limit") return lastWord.retryAfterMs;
  if (reason !== "ALL_PROVIDERS_EXHAUSTED") return undefined;
  const waits = attempts.map(({ retryAfterMs }) => retryAfterMs).filter((ms) => ms !== undefined);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

function reasonOf(lastWord: LastWord): ErrorReason {
  switch (lastWord.kind) {
    case "at_limit":
      return "OVERLOADED";
    case "cost_limit":
      return "COST_LIMIT";
    case "unusable_input":
      return "INVALID_REQUEST";
    case "no_candidate":
      return "NO_CAPABLE_PROVIDER";
    case "failure":
      return lastWord.ambiguous ? "AMBIGUOUS_OUTCOME" : failureTable[lastWord.failure.class].reason;
  }
}

function messageOf(
  reason: ErrorReason,
  lastWord: LastWord,
  input: ExecuteInput,
  attempts: readonly Attempt[],
): string {
  const { plan, request, callerDeadline } = input;
  const model = `"${plan.model}"`;
  const last = lastWord.kind === "failure" ? lastWord : undefined;
  const provider = last?.candidate?.endpoint.slug ?? "The provider";
  const what = last?.failure.message ?? "";
  if (lastWord.kind === "at_limit") {
    return `${atLimit(lastWord.candidate)} No other provider is left for ${model}. Ask again after the delay given with this error.`;
  }
  switch (reason) {
    case "COST_LIMIT":
      return `What is left to try for ${model} would pass max_cost_micros ${request.routing.maxCostMicros}. Raise the limit, or allow cheaper providers.`;
    case "CANCELLED":
      return "The caller left before the result was there.";
    case "DEADLINE":
      return callerDeadline
        ? `The caller's deadline passed before ${model} gave a result. Allow more time.`
        : `The time that the route allows passed before ${model} gave a result. Set a deadline of your own, or raise the route's timeout.`;
    case "AMBIGUOUS_OUTCOME":
      return `${provider} may have done and billed the work, and duplicate_spend forbids paying for it twice. ${what}`;
    case "CONTENT_REFUSED":
      return `${provider} refused the content. Change it, or let other providers judge it with routing.on_refusal. ${what}`;
    case "UPSTREAM_REJECTED":
      return `${provider} says that the request is wrong. Change it. ${what}`;
    case "NO_CAPABLE_PROVIDER":
      return last === undefined
        ? `No provider can serve ${model} as it was asked.`
        : `${provider} cannot do what was asked of ${model}, and no other provider is left. ${what}`;
    default: {
      const asked = attempts.filter(({ outcome }) => outcome !== "skipped").length;
      return `Every attempt for ${model} failed: ${asked} made, the last at ${provider} (${last?.failure.class}). ${what}`;
    }
  }
}

function metadataOf(lastWord: LastWord, input: ExecuteInput): Record<string, string> {
  const metadata: Record<string, string> = { model: input.plan.model };
  if (lastWord.kind === "cost_limit") {
    metadata["max_cost_micros"] = String(input.request.routing.maxCostMicros);
  }
  if (lastWord.kind === "unusable_input") metadata["field"] = lastWord.violation.field;
  const candidate = "candidate" in lastWord ? lastWord.candidate : undefined;
  if (candidate !== undefined) {
    metadata["provider"] = candidate.endpoint.slug;
    metadata["upstream_model"] = candidate.upstreamModel;
  }
  if (lastWord.kind !== "failure") return metadata;
  const { failure } = lastWord;
  metadata["failure"] = failure.class;
  if (failure.upstreamCode !== undefined) metadata["upstream_code"] = failure.upstreamCode;
  if (failure.httpStatus !== undefined) metadata["http_status"] = String(failure.httpStatus);
  return metadata;
}
