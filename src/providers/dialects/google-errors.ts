import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { Reply, StreamEvent } from "../reply.ts";
import { classOfStatus, httpFailure, streamFailure } from "./http-failure.ts";
import { asArray, asNumber, asObject, asText, at } from "./read-json.ts";
import { durationMs } from "./retry-after.ts";

/**
 * What an answer of a Google API outside 2xx means: a google.rpc.Status as JSON,
 * by itself or in a list of one, or a page of HTML (AIP-193; ai.google.dev, 2026-11-21).
 */
export function googleFailure(reply: Reply): Failure {
  const error = reply.body.kind === "json" ? errorIn(reply.body.value) : undefined;
  return httpFailure(reply, cause(reply.status, error));
}

/**
 * The failure that an event inside a stream or a body of a 2xx answer tells of.
 * Undefined when it tells of none. Besides `{"error": …}` such events were seen to
 * come in a list, as JSON inside a string, and as plain text.
 */
export function googleEventFailure(event: StreamEvent, requestId?: unknown): Failure | undefined {
  const value = event.data === undefined ? parsed(event.text) : unquoted(event.data);
  const error = errorIn(value);
  if (error === undefined) {
    if (asObject(value) !== undefined) return undefined;
    return streamFailure({
      class: "server_fault",
      message: "The provider's stream has an event that is not part of an answer",
      requestId,
      detail: event.text ?? event.data,
    });
  }
  const status = asNumber(error["code"]) ?? statusOf[asText(error["status"]) ?? ""] ?? 500;
  return streamFailure({ ...cause(status, error), requestId });
}

function errorIn(body: JsonValue | undefined): JsonObject | undefined {
  const error = at(Array.isArray(body) ? body[0] : body, "error");
  const message = asText(error);
  return message === undefined ? asObject(error) : { message };
}

function unquoted(data: JsonValue): JsonValue | undefined {
  return typeof data === "string" ? parsed(data) : data;
}

function parsed(text: string | undefined): JsonValue | undefined {
  try {
    return JSON.parse(text ?? "") as JsonValue;
  } catch {
    return undefined;
  }
}

function cause(status: number, error: JsonObject | undefined) {
  const details = asArray(error?.["details"]);
  const message = asText(error?.["message"]) ?? "";
  const reason = asText(detail(details, "ErrorInfo")?.["reason"]);
  const found: FailureClass = classify(status, { reason, message, details, error });
  return {
    class: found,
    code: reason ?? error?.["status"] ?? error?.["code"],
    // After a daily quota the wait that is named is one of seconds, and does not help.
    retryAfterMs: found === "quota" ? undefined : waitMs(details, message),
    detail: message,
  };
}

interface GoogleError {
  readonly reason: string | undefined;
  readonly message: string;
  readonly details: readonly JsonValue[];
  readonly error: JsonObject | undefined;
}

function classify(status: number, { reason, message, details, error }: GoogleError): FailureClass {
  if (reason === "BILLING_DISABLED") return "quota";
  // What the operator has named can hold any word, as in "projects/file-server/locations/global".
  const words = message.replace(/\S*(?:projects|models)\/\S+/gi, "");
  // A file that the caller names and that is not there says nothing about key or model.
  const isOfFile = reason === undefined && /\bfiles?\b/i.test(words);
  if (isOfFile && (status === 403 || status === 404)) return "caller_fault";
  switch (status) {
    case 400:
      if (reason?.startsWith("API_KEY_") || /api key (?:not valid|expired)/i.test(message)) {
        return "credential";
      }
      if (isFiltered(details, message)) return "refused";
      if (error?.["status"] === "FAILED_PRECONDITION") return classOfPrecondition(words);
      if (/modalit/i.test(message) && /support/i.test(message)) return "unsupported_here";
      return "caller_fault";
    case 429:
      return isUsedUp(details, message) ? "quota" : "overloaded";
    case 499:
      return "server_fault";
    default:
      return classOfStatus(status);
  }
}

/** Vertex AI's filters have codes for its support, in the message or in what it tells developers. */
function isFiltered(details: readonly JsonValue[], message: string): boolean {
  const inside = asText(detail(details, "DebugInfo")?.["detail"]) ?? "";
  return /support codes?:/i.test(message) || /support codes?:/i.test(inside);
}

/**
 * The account may not from here, or has not paid: another key or another provider
 * helps. Any other precondition can be of the caller's making, so it must not put
 * a key out.
 */
function classOfPrecondition(words: string): FailureClass {
  if (/location/i.test(words)) return "credential";
  return /billing|free tier|credit/i.test(words) ? "quota" : "unknown";
}

/** Whether it is a quota of a day, or one of nothing, in place of one of a minute. */
function isUsedUp(details: readonly JsonValue[], message: string): boolean {
  if (/\blimit: 0\b|credits? (?:is|are) depleted|prepa(?:id|yment)/i.test(message)) return true;
  return asArray(detail(details, "QuotaFailure")?.["violations"]).some((violation) => {
    const id = asText(at(violation, "quotaId"));
    const value = at(violation, "quotaValue");
    return id?.includes("PerDay") === true || value === "0" || value === 0;
  });
}

function waitMs(details: readonly JsonValue[], message: string): number | undefined {
  const told = asText(detail(details, "RetryInfo")?.["retryDelay"]);
  const wait = told ?? /retry in ((?:[\d.]+(?:ms|[hms]))+)/i.exec(message)?.[1];
  return wait === undefined ? undefined : durationMs(wait);
}

function detail(details: readonly JsonValue[], type: string): JsonObject | undefined {
  for (const entry of details) {
    if (asText(at(entry, "@type"))?.endsWith(`google.rpc.${type}`)) return asObject(entry);
  }
  return undefined;
}

/** google.rpc.Code as HTTP, for events that leave out the number (google/rpc/code.proto). */
const statusOf: Readonly<Record<string, number | undefined>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNKNOWN: 500,
  DATA_LOSS: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};
