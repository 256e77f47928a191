import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonValue } from "../../domain/json.ts";
import { type FailedReply, httpFailure } from "./http-failure.ts";
import { classOfError, type OpenAiError, readError } from "./openai-errors.ts";
import { asNumber, asObject, asText } from "./read-json.ts";

/** The failure of an answer outside 2xx, whatever its body. */
export function openRouterReplyFailure(reply: FailedReply): Failure {
  const body = reply.body?.kind === "json" ? reply.body.value : undefined;
  return openRouterFailure(reply, readError(body));
}

/**
 * What an error of OpenRouter's means: by its `availability` code, then by whether
 * it refuses or cannot route the request, then its `error_type`, then what the
 * provider behind it said, then the status, which under 200 is `error.code` (OpenAPI
 * document and documentation, 2026-11-21).
 */
export function openRouterFailure(reply: FailedReply, error: OpenAiError): Failure {
  const { fields } = error;
  const metadata = asObject(fields["metadata"]);
  const errorType = asText(metadata?.["error_type"]) ?? asText(fields["error_type"]);
  const availability = asObject(fields["availability"]);
  const availabilityCode = asText(availability?.["code"]);
  const status = reply.status >= 300 ? reply.status : (embeddedStatus(error) ?? 0);
  const upstream = upstreamError(metadata?.["raw"]);
  const flagged = isFlagged(status, error);
  const refused = flagged || isRefusedBehind(status, upstream);
  return httpFailure(reply, {
    class:
      classes.get(availabilityCode ?? "") ??
      (refused ? "refused" : undefined) ??
      (isUnfit(status, error) ? "unsupported_here" : classes.get(errorType ?? "")) ??
      (status === 412 ? "unsupported_here" : classOfError(status, error)),
    code:
      availabilityCode ??
      errorType ??
      upstream?.code ??
      // Its own moderation has no code but the status, which says nothing of it.
      (flagged ? "moderation" : (error.code ?? error.status)),
    retryAfterMs: seconds(availability?.["retry_after"]),
    requestId: reply.headers["x-generation-id"],
    // Errors are not charged; what the provider behind bills to a key of one's own is not known.
    billed: metadata?.["is_byok"] === true ? undefined : false,
    detail: asText(metadata?.["raw"]) ?? error.message,
  });
}

function embeddedStatus(error: OpenAiError): number | undefined {
  return error.status ?? asNumber(error.fields["http_status"]);
}

/** Whether OpenRouter's own moderation, or a guardrail of the account, refuses the content. */
function isFlagged(status: number, { fields, message }: OpenAiError): boolean {
  const metadata = asObject(fields["metadata"]);
  return (
    status === 403 &&
    (Array.isArray(metadata?.["reasons"]) ||
      metadata?.["flagged_input"] !== undefined ||
      metadata?.["patterns"] !== undefined ||
      /\bflagged\b|\bmoderation\b|\bguardrail\b/i.test(message ?? ""))
  );
}

/** Whether the model is there, and none of its endpoints takes what this request asks of it. */
function isUnfit(status: number, { fields, message }: OpenAiError): boolean {
  const metadata = asObject(fields["metadata"]);
  return (
    status === 404 &&
    (metadata?.["routing_funnel"] !== undefined ||
      metadata?.["failed_routing_step"] !== undefined ||
      /^No endpoints found that (?:support|can handle)\b/i.test(message ?? ""))
  );
}

/** Whether the provider behind refuses the content. */
function isRefusedBehind(status: number, upstream: OpenAiError | undefined): boolean {
  if (upstream === undefined || (status !== 400 && status !== 403)) return false;
  return classOfError(status, upstream) === "refused";
}

/** `metadata.raw` is what the provider behind answered: mostly JSON as text, or an object, or plain text. */
function upstreamError(raw: JsonValue | undefined): OpenAiError | undefined {
  if (asObject(raw) !== undefined) return readError(raw);
  const text = asText(raw);
  if (text === undefined) return undefined;
  try {
    return readError(JSON.parse(text));
  } catch {
    return { message: text, fields: {} };
  }
}

function seconds(value: JsonValue | undefined): number | undefined {
  const given = asNumber(value);
  return given === undefined || given < 0 ? undefined : Math.ceil(given * 1000);
}

/** `metadata.error_type` and `error.availability.code`, as far as they say more than the status. */
const classes: ReadonlyMap<string, FailureClass> = new Map([
  ["content_policy_violation", "refused"],
  ["refusal", "refused"],
  ["invalid_request", "caller_fault"],
  ["invalid_prompt", "caller_fault"],
  ["context_length_exceeded", "caller_fault"],
  ["max_tokens_exceeded", "caller_fault"],
  ["token_limit_exceeded", "caller_fault"],
  ["string_too_long", "caller_fault"],
  ["invalid_image", "caller_fault"],
  ["image_too_large", "caller_fault"],
  ["image_too_small", "caller_fault"],
  ["unsupported_image_format", "caller_fault"],
  ["image_download_failed", "caller_fault"],
  ["image_not_found", "caller_fault"],
  ["payload_too_large", "caller_fault"],
  ["unprocessable", "caller_fault"],
  ["authentication", "credential"],
  ["payment_required", "quota"],
  ["not_found", "model_gone"],
  ["precondition_failed", "unsupported_here"],
  ["rate_limit_exceeded", "overloaded"],
  ["provider_overloaded", "overloaded"],
  ["server", "server_fault"],
  ["unmapped", "server_fault"],
  ["provider_unavailable", "server_fault"],
  ["timeout", "server_fault"],
  ["model_not_found", "model_gone"],
  ["no_endpoints", "model_gone"],
  ["model_deprecated", "model_gone"],
  ["model_unavailable_upstream", "model_gone"],
  ["free_variant_ended", "model_gone"],
  ["privacy_restricted", "model_gone"],
  // The key is good; it is the model that is not to be had from here.
  ["region_restricted", "model_gone"],
  ["wrong_endpoint", "unsupported_here"],
  ["constraint_filtered", "unsupported_here"],
  ["capacity_exhausted", "overloaded"],
  ["temporarily_unavailable", "overloaded"],
  ["permission_denied", "credential"],
]);
