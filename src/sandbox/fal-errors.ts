import type { JsonValue } from "../domain/json.ts";
import type { Answer } from "./vendor.ts";

/** One error of a model, as pydantic words it. */
export interface FalProblem {
  /** Where: keys, and places in lists. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly ctx?: { readonly [name: string]: JsonValue } | undefined;
  readonly input?: JsonValue | undefined;
}

/** The answer with which a model says that it could not. */
export function falModelError(
  status: number,
  problems: readonly FalProblem[],
  requestId?: string,
): Answer {
  return {
    kind: "json",
    status,
    headers: { ...idHeader(requestId), "x-fal-retryable": String(status >= 500) },
    value: {
      detail: problems.map(({ loc, msg, type, ctx, input }) => ({
        loc: ["body", ...loc],
        msg,
        type,
        url: `https://docs.fal.ai/errors#${type}`,
        ...(ctx === undefined ? {} : { ctx }),
        ...(input === undefined ? {} : { input }),
      })),
    },
  };
}

/** What a model says of material that its checker flags. `input` repeats it, as the real one does. */
export function flaggedPrompt(prompt: JsonValue | undefined): FalProblem {
  return {
    loc: ["prompt"],
    msg: "The content could not be processed because it was flagged by a content checker.",
    type: "content_policy_violation",
    ctx: { extra_info: { reason: "partner_validation_failed" } },
    input: { prompt: prompt ?? null },
  };
}

/** The answer with which the platform says that it could not: in words, mostly with a type. */
export function falError(status: number, detail?: string, requestId?: string): Answer {
  if (detail === undefined && (status === 502 || status === 504)) return edgePage(status);
  const usual = platformErrors[status] ?? platformErrors[status < 500 ? 400 : 500];
  const type = usual?.type;
  return {
    kind: "json",
    status,
    headers: {
      ...idHeader(requestId),
      ...(type === undefined ? {} : { "x-fal-error-type": type }),
    },
    value: {
      detail: detail ?? usual?.detail ?? "",
      ...(type === undefined ? {} : { error_type: type }),
    },
  };
}

/** The answer to one call too many at a time. */
export function falThrottled(waitMs: number): Answer {
  return {
    kind: "json",
    status: 429,
    headers: {
      "x-fal-needs-retry": "1",
      "retry-after": String(Math.ceil(waitMs / 1000)),
    },
    value: {
      detail: "Reached concurrent requests limit of 2",
      type: "concurrent_requests_limit",
      data: { limit: 2 },
    },
  };
}

/** What the platform says of a runner that went away. */
export const lostRunner = {
  error: "Runner was disconnected while processing",
  error_type: "runner_disconnected",
} as const;

/** What the platform says of a request that was cancelled. */
export const cancelledByClient = {
  error: "Request was cancelled by the client",
  error_type: "client_cancelled",
} as const;

/** What the platform says of a request that had to wait longer than it was told to. */
export const notBegun = { error: "Request timed out", error_type: "request_timeout" } as const;

/** The answer in place of the result of such a request. */
export function neverBegun(requestId: string): Answer {
  const { error: detail, error_type } = notBegun;
  return {
    kind: "json",
    status: 504,
    headers: {
      ...idHeader(requestId),
      "x-fal-error-type": error_type,
      "x-fal-request-timeout-type": "user",
    },
    value: { detail, error_type },
  };
}

/** The edge in front of fal answers in its own way, without a request id. */
function edgePage(status: 502 | 504): Answer {
  const title = status === 502 ? "502 Bad Gateway" : "504 Gateway Time-out";
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { kind: "bytes", status, contentType: "text/html", bytes: Buffer.from(page) };
}

function idHeader(requestId: string | undefined): Readonly<Record<string, string>> {
  return requestId === undefined ? {} : { "x-fal-request-id": requestId };
}

const platformErrors: Readonly<Record<number, { detail: string; type?: string }>> = {
  400: { detail: "The request is invalid", type: "bad_request" },
  401: { detail: "No user found for Key ID and Secret" },
  402: { detail: "Payment required" },
  403: {
    detail:
      "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
  },
  404: { detail: 'Application "unknown" not found' },
  405: { detail: "Method Not Allowed" },
  413: { detail: "Request body too large" },
  422: { detail: "The request could not be processed" },
  429: { detail: "Too many requests" },
  500: { detail: "Internal server error", type: "internal_error" },
  503: { detail: "No runner could be scheduled", type: "runner_scheduling_failure" },
};
