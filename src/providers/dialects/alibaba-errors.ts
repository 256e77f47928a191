import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { classOfStatus, type FailedReply, httpFailure } from "./http-failure.ts";
import { asObject, asText } from "./read-json.ts";

/** An error as Model Studio words it. */
export interface AlibabaError {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  /** The id of the call, as the body has it. */
  readonly requestId?: string | undefined;
}

/** What an answer outside 2xx means, from the native API or from the OpenAI-compatible one. */
export function alibabaReplyFailure(reply: FailedReply): Failure {
  const body = reply.body?.kind === "json" ? asObject(reply.body.value) : undefined;
  // A gateway gave up waiting; whether the model did, nobody says.
  const lost = reply.status === 504 && body === undefined;
  return alibabaFailure(reply, readAlibabaError(body), lost || undefined);
}

/** The failure inside a native answer that says 2xx. Undefined when there is none. */
export function alibabaEmbeddedFailure(body: JsonObject, reply: FailedReply): Failure | undefined {
  const error = readAlibabaError(body);
  return error.code === undefined ? undefined : alibabaFailure(reply, error, false);
}

/** The failure inside a chat answer, or an event of one. Undefined when there is none. */
export function alibabaChatFailure(body: JsonObject, reply: FailedReply): Failure | undefined {
  const error = readAlibabaError(body);
  const told = (body["error"] ?? undefined) !== undefined || error.code !== undefined;
  return told ? alibabaFailure(reply, error) : undefined;
}

/**
 * What an error means: by its code, exactly, since DataInspectionFailed is a refusal
 * and InvalidParameter.DataInspection a file that could not be read; then by what its
 * code begins with; then by the status (Model Studio's error list and issue threads,
 * 2026-11-21). Inside 2xx only the code counts.
 */
export function alibabaFailure(
  reply: FailedReply,
  error: AlibabaError,
  billed?: boolean | undefined,
): Failure {
  return httpFailure(reply, {
    class: classOfAlibabaError(reply.status, error),
    code: error.code,
    requestId: error.requestId ?? reply.headers["x-request-id"],
    detail: error.message,
    billed,
  });
}

/** Reads `{code, message, request_id}` and `{error: {code, type, message}, request_id}`. */
export function readAlibabaError(body: JsonValue | undefined): AlibabaError {
  const outer = asObject(body);
  const fields = asObject(outer?.["error"]) ?? outer;
  return {
    code: asText(fields?.["code"]) ?? (fields === outer ? undefined : asText(fields?.["type"])),
    message: asText(fields?.["message"]),
    requestId: asText(outer?.["request_id"]) ?? asText(fields?.["request_id"]),
  };
}

function classOfAlibabaError(status: number, { code = "", message = "" }: AlibabaError) {
  return (
    byWords.find(([name, words]) => name.test(code) && words.test(message))?.[2] ??
    byCode.get(code) ??
    byBeginning.find(([beginning]) => code.startsWith(beginning))?.[1] ??
    // A type of OpenAI's that stands in for a code with a wrong key and a missing model, too.
    (status < 300 && code === "invalid_request_error" ? "caller_fault" : classOfStatus(status))
  );
}

/** Codes that mean one thing or another. */
const byWords: readonly (readonly [code: RegExp, message: RegExp, FailureClass])[] = [
  // The way to ask does not go with the model, or the model does not exist.
  [/^(?:InvalidParameter|invalid_parameter_error)$/, /url error|model not exist/i, "model_gone"],
  // Most of the time this is the limit of a minute; what is free is free once only.
  [
    /^(?:Throttling\.AllocationQuota|insufficient_quota)$/,
    /free (?:allocated quota|quota|tier)/i,
    "quota",
  ],
];

const byCode: ReadonlyMap<string, FailureClass> = new Map([
  ["DataInspectionFailed", "refused"],
  ["data_inspection_failed", "refused"],
  ["IPInfringementSuspect", "refused"],
  ["CustomRoleBlocked", "refused"],
  ["FaqRuleBlocked", "refused"],

  ["InvalidParameter", "caller_fault"],
  ["invalid_parameter_error", "caller_fault"],
  ["InvalidParameter.DataInspection", "caller_fault"],
  ["UnsupportedOperation", "caller_fault"],
  ["Conflict", "caller_fault"],
  // It is we who are said to have left, and we have not.
  ["ClientDisconnect", "unknown"],

  ["Arrearage", "quota"],
  ["AllocationQuota.FreeTierOnly", "quota"],
  ["AccessDenied.Unpurchased", "quota"],
  ["CommodityNotPurchased", "quota"],
  ["PrepaidBillOverdue", "quota"],
  ["PostpaidBillOverdue", "quota"],

  ["InvalidApiKey", "credential"],
  ["invalid_api_key", "credential"],
  ["NOT AUTHORIZED", "credential"],
  ["App.AccessDenied", "credential"],
  ["Workspace.AccessDenied", "credential"],
  ["WorkSpaceNotFound", "credential"],

  // No right to the model, or not in this way. The key is good for others.
  ["AccessDenied", "model_gone"],
  ["access_denied", "model_gone"],
  ["Model.AccessDenied", "model_gone"],
  ["Endpoint.AccessDenied", "model_gone"],
  ["ModelNotFound", "model_gone"],
  ["model_not_found", "model_gone"],
  ["model_not_supported", "model_gone"],
  ["NotFound", "model_gone"],

  ["insufficient_quota", "overloaded"],
  ["LimitRequests", "overloaded"],
  ["limit_requests", "overloaded"],
  ["limit_burst_rate", "overloaded"],
  ["ModelServingError", "overloaded"],
  ["ModelUnavailable", "overloaded"],
  ["ServiceUnavailable", "overloaded"],

  ["RequestTimeOut", "server_fault"],
  ["internal_error", "server_fault"],
  ["SystemError", "server_fault"],
  ["ModelServiceFailed", "server_fault"],
  ["RewriteFailed", "server_fault"],
]);

const byBeginning: readonly (readonly [string, FailureClass])[] = [
  ["Throttling", "overloaded"],
  ["InternalError", "server_fault"],
  ["BadRequest.", "caller_fault"],
  ["InvalidParameter.", "caller_fault"],
  ["InvalidURL", "caller_fault"],
  ["InvalidImage", "caller_fault"],
  ["InvalidFile", "caller_fault"],
];
