import type { Answer, Visit } from "./vendor.ts";

/** An error of Model Studio's: bare in its native API, and as OpenAI's in its compatible mode. */
export function alibabaError(
  visit: Pick<Visit, "path">,
  status: number,
  [code, message]: AlibabaWords,
  requestId: string,
): Answer {
  const value = isCompatible(visit)
    ? { error: { message, type: code, param: null, code }, request_id: requestId }
    : { code, message, request_id: requestId };
  return { kind: "json", status, headers: alibabaHeaders(requestId), value };
}

/** An error as the gateway before it words it: no JSON. */
export function alibabaGatewayError(status: number, text: string): Answer {
  return { kind: "bytes", status, contentType: "text/plain", bytes: Buffer.from(text) };
}

/** A code and its words. */
export type AlibabaWords = readonly [code: string, message: string];

/** The usual error of a status, in the words of either API. */
export function alibabaWords(visit: Pick<Visit, "path">, status: number): AlibabaWords {
  const usual = words[status] ?? words[status < 500 ? 400 : 500];
  const [native, compatible, message] = usual ?? ["InternalError", "internal_error", "Error."];
  return [isCompatible(visit) ? compatible : native, message];
}

/** What comes with every answer. */
export function alibabaHeaders(requestId: string): Readonly<Record<string, string>> {
  return {
    "x-request-id": requestId,
    "x-dashscope-call-gateway": "true",
    server: "istio-envoy",
  };
}

function isCompatible({ path }: Pick<Visit, "path">): boolean {
  return path.startsWith("/compatible-mode/");
}

type Usual = readonly [native: string, compatible: string, message: string];

const words: Readonly<Record<number, Usual>> = {
  400: ["InvalidParameter", "invalid_parameter_error", "Required parameter missing or invalid."],
  401: ["InvalidApiKey", "invalid_api_key", "Invalid API-key provided."],
  // Model Studio says 400 itself when an account is overdue.
  402: [
    "Arrearage",
    "Arrearage",
    "Access denied, please make sure your account is in good standing.",
  ],
  403: ["Model.AccessDenied", "Model.AccessDenied", "Model access denied."],
  404: ["ModelNotFound", "model_not_found", "The model does not exist or you have no access."],
  408: ["RequestTimeOut", "RequestTimeOut", "Request timed out, please try again later."],
  409: ["Conflict", "Conflict", "The resource exists already."],
  429: [
    "Throttling.RateQuota",
    "limit_requests",
    "Requests rate limit exceeded, please try again later.",
  ],
  500: ["InternalError", "internal_error", "An internal error has occured, please try again."],
  503: ["ServiceUnavailable", "ServiceUnavailable", "The service is unavailable, try later."],
};
