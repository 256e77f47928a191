import type { JsonObject } from "../domain/json.ts";
import type { Answer } from "./vendor.ts";

/** What Google calls each HTTP status. */
const names: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  409: "ABORTED",
  429: "RESOURCE_EXHAUSTED",
  499: "CANCELLED",
  500: "INTERNAL",
  501: "UNIMPLEMENTED",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const messages: Readonly<Record<number, string>> = {
  400: "Request contains an invalid argument.",
  401: "Request had invalid authentication credentials.",
  403: "The caller does not have permission",
  404: "Requested entity was not found.",
  429: "Resource has been exhausted (e.g. check quota).",
  500: "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
  503: "The model is overloaded. Please try again later.",
  504: "Deadline expired before operation could complete.",
};

/** google.rpc.Status in JSON, as it stands in "error". */
export function googleStatus(
  code: number,
  message?: string,
  details?: readonly JsonObject[],
): JsonObject {
  return {
    code,
    message: message ?? messages[code] ?? "The service is currently unavailable.",
    status: names[code] ?? (code < 500 ? "FAILED_PRECONDITION" : "UNKNOWN"),
    ...(details === undefined ? {} : { details }),
  };
}

/** An answer with Google's error. */
export function googleError(
  status: number,
  message?: string,
  details?: readonly JsonObject[],
): Answer {
  return {
    kind: "json",
    status,
    contentType: "application/json; charset=UTF-8",
    headers: googleHeaders,
    value: { error: googleStatus(status, message, details) },
  };
}

/** The bad request that names a field. */
export function badField(field: string, message: string): Answer {
  return googleError(400, message, [
    detail("BadRequest", { fieldViolations: [{ field, description: message }] }),
  ]);
}

/** One entry of "details". */
export function detail(type: string, value: JsonObject): JsonObject {
  return { "@type": `type.googleapis.com/google.rpc.${type}`, ...value };
}

/** What every answer carries. There is no request id. */
export const googleHeaders: Readonly<Record<string, string>> = {
  server: "scaffolding on HTTPServer2",
  vary: "Origin, X-Origin, Referer",
  "server-timing": "gfet4t7; dur=12",
};

/** What Google's front end says to a path that no service has. */
export function robotPage(): Answer {
  const page =
    "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p><b>404.</b> That's an error.</html>";
  return {
    kind: "bytes",
    status: 404,
    contentType: "text/html; charset=UTF-8",
    bytes: Buffer.from(page),
  };
}
