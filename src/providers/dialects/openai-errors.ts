import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { classOfStatus, type FailedReply, httpFailure } from "./http-failure.ts";
import { asNumber, asObject, asText, at } from "./read-json.ts";
import { durationMs } from "./retry-after.ts";

/** An error as OpenAI and those who imitate it word it. */
export interface OpenAiError {
  readonly message?: string | undefined;
  readonly type?: string | undefined;
  readonly param?: string | undefined;
  readonly code?: string | undefined;
  /** A code that is a number: the HTTP status as the server means it. */
  readonly status?: number | undefined;
  /** The object that the error was in. Empty when it was only a text. */
  readonly fields: JsonObject;
}

/**
 * Reads the error of an answer outside 2xx, in every form that the compatible
 * servers use (2026-11-21): `{error: {…}}`, `{error: "…"}`, `{object: "error", …}`,
 * `{message}`, `{msg}`, `{detail: "…"}` and FastAPI's `{detail: [{msg}]}`.
 */
export function readError(body: JsonValue | undefined): OpenAiError {
  const value = Array.isArray(body) ? body[0] : body;
  const outer = asObject(value);
  const inner = asObject(outer?.["error"]);
  const fields = inner ?? outer ?? {};
  const code = fields["code"];
  return {
    message:
      asText(fields["message"]) ??
      asText(fields["error"]) ??
      asText(fields["msg"]) ??
      asText(fields["detail"]) ??
      asText(at(fields, "detail", 0, "msg")),
    type: asText(fields["type"]) ?? asText(fields["error_type"]),
    param: asText(fields["param"]),
    code: asText(code),
    status: asNumber(code),
    fields,
  };
}

/** The error inside an answer or event that claims to be a success. Undefined when there is none. */
export function readEmbeddedError(body: JsonObject): OpenAiError | undefined {
  const { error } = body;
  const present = (typeof error === "object" && error !== null) || asText(error) !== undefined;
  return present || body["object"] === "error" ? readError(body) : undefined;
}

/** What an error means: its failure, by its code, then the status, then its words. */
export function openAiFailure(reply: FailedReply, error: OpenAiError): Failure {
  const failure = httpFailure(reply, {
    class: classOfError(reply.status, error),
    code: error.code ?? error.type ?? error.status,
    retryAfterMs: waitInWords(error.message),
    requestId: reply.headers["x-request-id"] ?? reply.headers["x-correlation-id"],
    detail: error.message,
    // What was refused after it was made may be on the bill: it is taken to be.
    billed: at(error.fields, "moderation_details", "moderation_stage") === "output" || undefined,
  });
  // Its own clients obey this header before they look at the status (openai 7.57.0).
  return { ...failure, permanent: reply.headers["x-should-retry"] === "false" || undefined };
}

/** The failure of an answer outside 2xx, whatever its body. */
export function openAiReplyFailure(reply: FailedReply): Failure {
  return openAiFailure(reply, readReplyError(reply));
}

/** The error of an answer outside 2xx, whose body can be a plain text or a page, too. */
export function readReplyError({ body }: FailedReply): OpenAiError {
  if (body?.kind === "text") return { message: wordsOf(body.text), fields: {} };
  return readError(body?.kind === "json" ? body.value : undefined);
}

/** The first 200 characters that a reader of the page would see. */
function wordsOf(page: string): string | undefined {
  const words = page.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  return words.trim().slice(0, 200) || undefined;
}

/** The failure that an answer or event of 2xx tells of all the same. Undefined when it tells of none. */
export function openAiEmbeddedFailure(body: JsonObject, reply: FailedReply): Failure | undefined {
  const error = readEmbeddedError(body);
  return error && openAiFailure(reply, error);
}

/** What class an error is of. A status of 2xx means that it was embedded, so that only its own words count. */
export function classOfError(status: number, error: OpenAiError): FailureClass {
  const byCode = classesOfCodes.get(error.code ?? "");
  if (byCode !== undefined) return byCode;
  if (error.code === "unsupported_value" && error.param === "stream") return "unsupported_here";
  const meant = status >= 300 ? status : (error.status ?? 0);
  if ((meant === 400 || meant === 403) && speaksOfPolicy(error)) return "refused";
  if (error.type === "insufficient_quota") return "quota";
  // The key is good for every model that needs no verified organization.
  if (meant === 403 && /must be verified/i.test(error.message ?? "")) return "model_gone";
  if (meant >= 400) return classOfStatus(meant);
  const byType = classesOfTypes.get(error.type ?? "") ?? "server_fault";
  return byType !== "overloaded" && speaksOfPolicy(error) ? "refused" : byType;
}

/** Codes that mean the same whatever the status (OpenAI, 2026-11-21; `content_filter` is Azure's). */
const classesOfCodes: ReadonlyMap<string, FailureClass> = new Map([
  ["moderation_blocked", "refused"],
  ["content_policy_violation", "refused"],
  ["image_content_policy_violation", "refused"],
  ["content_filter", "refused"],
  ["bio_policy", "refused"],
  ["misalignment_policy_violation", "refused"],
  ["insufficient_quota", "quota"],
  ["credit_balance_exhausted", "quota"],
  ["organization_spend_limit_exceeded", "quota"],
  ["project_spend_limit_exceeded", "quota"],
  ["organization_usage_limit_exceeded", "quota"],
  ["billing_not_active", "quota"],
  ["billing_hard_limit_reached", "quota"],
  ["rate_limit_exceeded", "overloaded"],
  ["slow_down", "overloaded"],
  ["resource_unavailable", "overloaded"],
  ["server_is_overloaded", "overloaded"],
  ["invalid_api_key", "credential"],
  ["unsupported_country_region_territory", "credential"],
  ["model_not_found", "model_gone"],
  ["server_error", "server_fault"],
]);

/** Types tell something only where there is no status: under 401, 403 and 404 they say "invalid_request_error" too. */
const classesOfTypes: ReadonlyMap<string, FailureClass> = new Map([
  ["image_generation_user_error", "caller_fault"],
  ["invalid_request_error", "caller_fault"],
  ["BadRequestError", "caller_fault"],
  ["not_found_error", "model_gone"],
  ["NotFoundError", "model_gone"],
  ["authentication_error", "credential"],
  ["permission_error", "credential"],
  ["rate_limit_error", "overloaded"],
  ["requests", "overloaded"],
  ["tokens", "overloaded"],
  ["input-images", "overloaded"],
  ["service_unavailable_error", "overloaded"],
  ["overloaded_error", "overloaded"],
]);

/** An error about the parameter `moderation` or `safety_identifier` names it: that is no refusal. */
function speaksOfPolicy({ message, param, code }: OpenAiError): boolean {
  if (message === undefined || /safety|moderation/i.test(param ?? "")) return false;
  if (parameterCodes.has(code ?? "")) return false;
  return /content[_ -]?(?:policy|filter)|\bsafety\b|\bmoderation\b|\bnsfw\b/i.test(message);
}

/** Codes with which a parameter is to blame, whatever words its name or its value brings in. */
const parameterCodes: ReadonlySet<string> = new Set([
  "unknown_parameter",
  "unsupported_parameter",
  "unsupported_value",
  "invalid_value",
  "missing_required_parameter",
]);

/** OpenAI's 429 on images often says only in words how long to wait: "Please try again in 12s." */
function waitInWords(message: string | undefined): number | undefined {
  const wait = /try again in ([\d.]+(?:ms|[hms])(?:[\d.]+(?:ms|[hms]))*)/i.exec(message ?? "");
  return wait?.[1] === undefined ? undefined : durationMs(wait[1]);
}
