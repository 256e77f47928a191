import { openaiChat } from "./openai-chat.ts";
import { envelope, openaiError, openaiWords } from "./openai-errors.ts";
import { openaiEdits, openaiImages } from "./openai-images.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * OpenAI: images, edits and chat completions, unary and streamed, and the list of
 * models, as its OpenAPI document of August 2026 and npm `openai` 7.57.0 have
 * them. Any key is good unless it contains "invalid"; any model exists unless
 * its name contains "unknown" or "missing".
 */
export function openai(context: VendorContext): Vendor {
  const headers = (): Record<string, string> => ({
    "x-request-id": `req_${context.newId(32)}`,
    "openai-processing-ms": "12",
    "openai-version": "2020-10-01",
    "openai-organization": "sandbox",
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-reset-requests": "120ms",
  });
  const fail: Vendor["fail"] = (status, _visit, message) => {
    const words = openaiWords(status);
    return openaiError(status, { ...words, message: message ?? words.message }, headers());
  };

  return {
    slug: "openai",
    basePath: "/openai/v1",
    buys: ({ method, path }) => method === "POST" && sold.has(path),
    fail,
    throttle: (waitMs) => throttle(waitMs, headers()),
    answer(visit) {
      const refused = checkKey(visit, headers());
      if (refused !== undefined) return refused;
      switch (`${visit.method} ${visit.path}`) {
        case "POST /images/generations":
          return openaiImages(context, visit, headers(), fail);
        case "POST /images/edits":
          return openaiEdits(context, visit, headers(), fail);
        case "POST /chat/completions":
          return openaiChat(context, visit, headers(), fail);
        case "GET /models":
          return { kind: "json", status: 200, headers: headers(), value: models };
        default: {
          const message = `Invalid URL (${visit.method} /v1${visit.path})`;
          return openaiError(404, { message, type: "invalid_request_error" }, headers());
        }
      }
    },
  };
}

const sold: ReadonlySet<string> = new Set([
  "/images/generations",
  "/images/edits",
  "/chat/completions",
]);

function checkKey(visit: Visit, headers: Record<string, string>): Answer | undefined {
  const key = /^Bearer (\S+)$/.exec(visit.header("authorization") ?? "")?.[1];
  if (key === undefined) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
    return openaiError(401, { message, type: "invalid_request_error" }, headers);
  }
  if (!key.includes("invalid")) return undefined;
  return openaiError(401, openaiWords(401), headers);
}

/** OpenAI says when to come back three times: in milliseconds, in seconds, and in the message. */
function throttle(waitMs: number, headers: Record<string, string>): Answer {
  return {
    kind: "json",
    status: 429,
    headers: {
      ...headers,
      "retry-after-ms": String(waitMs),
      "retry-after": String(Math.ceil(waitMs / 1000)),
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": `${waitMs}ms`,
    },
    value: {
      error: envelope({
        message: `Rate limit reached for requests: Limit 500, Used 500, Requested 1. Please try again in ${waitMs}ms.`,
        type: "requests",
        code: "rate_limit_exceeded",
      }),
    },
  };
}

const models = {
  object: "list",
  data: ["gpt-image-2", "gpt-image-1.5", "gpt-image-1-mini", "gpt-5.4", "gpt-5.4-mini"].map(
    (id) => ({ id, object: "model", created: 1776700800, owned_by: "system" }),
  ),
};
