import type { Act } from "../support/fake-upstream.ts";
import { chatRequest, chatWithPhoto, type imageRequest } from "../support/requests.ts";
import {
  body,
  drip,
  error,
  json,
  page,
  providersWords,
  resetAfterBody,
  resetBeforeBody,
  silence,
  truncated,
} from "../support/upstream-acts.ts";

/** One way to fail, and all that follows from it. */
export interface FailureRow {
  readonly name: string;
  /** What the first target does. Undefined: nobody listens there. */
  readonly act: Act | undefined;
  /** What its attempt amounts to: class, delivery, HTTP status. */
  readonly failure: string;
  /** Whether the same target is asked once more. */
  readonly again?: boolean;
  /** Whether the next target is asked. Default true. */
  readonly moves?: boolean;
  /** Code and reason when it is the last word. Default UNAVAILABLE ALL_PROVIDERS_EXHAUSTED. */
  readonly told?: string;
  /** Whether it may have been billed, so that FORBID ends the request with it. */
  readonly forbidden?: boolean;
  readonly retryAfterMs?: number;
  readonly upstreamCode?: string;
  readonly request?: typeof imageRequest;
  /** The time of one attempt. Default 5 s. */
  readonly timeout?: string;
}

/** Every class of failure that a provider can show, in the order of the failure table. */
export const failureRows: readonly FailureRow[] = [
  {
    name: "a port where nobody listens",
    act: undefined,
    failure: "NEVER_SENT NOT_SENT -",
    again: true,
  },
  {
    name: "a reset before the body was read",
    act: resetBeforeBody,
    request: chatWithPhoto,
    failure: "NEVER_SENT NOT_SENT -",
    again: true,
  },
  {
    name: "a reset after the body",
    act: resetAfterBody,
    failure: "AMBIGUOUS AMBIGUOUS -",
    forbidden: true,
  },
  {
    name: "429 with Retry-After",
    act: error(429, { code: "rate_limit_exceeded" }, { "retry-after": "30" }),
    failure: "OVERLOADED SENT 429",
    retryAfterMs: 30_000,
    upstreamCode: "rate_limit_exceeded",
  },
  { name: "429 without more", act: error(429, {}), failure: "OVERLOADED SENT 429" },
  { name: "503", act: error(503, {}), failure: "OVERLOADED SENT 503" },
  { name: "529", act: error(529, {}), failure: "OVERLOADED SENT 529" },
  { name: "500", act: error(500, {}), failure: "SERVER_FAULT SENT 500", again: true },
  {
    name: "a redirection, which a key must not follow",
    act: body(302, "", { location: "http://127.0.0.1:1/" }),
    failure: "SERVER_FAULT SENT 302",
    again: true,
  },
  {
    name: "nothing under 204",
    act: body(204, "", {}),
    failure: "SERVER_FAULT SENT 204",
    again: true,
    forbidden: true,
  },
  {
    name: "a page under 200",
    act: page(200),
    failure: "SERVER_FAULT SENT 200",
    again: true,
    forbidden: true,
  },
  { name: "a page under 502", act: page(502), failure: "SERVER_FAULT SENT 502", again: true },
  {
    name: "JSON that breaks off with its connection",
    act: truncated,
    failure: "SERVER_FAULT SENT 200",
    again: true,
    forbidden: true,
  },
  {
    name: "JSON that is not whole",
    act: body(200, '{"data":[{"b64_json":"iVBO', { "content-type": "application/json" }),
    failure: "SERVER_FAULT SENT 200",
    again: true,
    forbidden: true,
  },
  {
    name: "a success without an image",
    act: json(200, { created: 1, data: [] }),
    failure: "SERVER_FAULT SENT 200",
    again: true,
    forbidden: true,
  },
  {
    name: "bytes that are no image",
    act: json(200, { data: [{ b64_json: Buffer.from("no image").toString("base64") }] }),
    failure: "SERVER_FAULT SENT 200",
    again: true,
    forbidden: true,
  },
  {
    name: "silence until the time is up",
    act: silence,
    timeout: "250ms",
    failure: "TIMEOUT AMBIGUOUS -",
    forbidden: true,
  },
  {
    name: "a body that comes too slowly",
    act: drip({ data: [{ b64_json: "A".repeat(4000) }] }, 5),
    timeout: "250ms",
    failure: "TIMEOUT AMBIGUOUS 200",
    forbidden: true,
  },
  { name: "402", act: error(402, {}), failure: "QUOTA SENT 402" },
  {
    name: "an exhausted quota under 429",
    act: error(429, { code: "insufficient_quota", type: "insufficient_quota" }),
    failure: "QUOTA SENT 429",
    upstreamCode: "insufficient_quota",
  },
  { name: "401", act: error(401, {}), failure: "CREDENTIAL SENT 401" },
  { name: "403", act: error(403, {}), failure: "CREDENTIAL SENT 403" },
  {
    name: "404 on the model",
    act: error(404, { code: "model_not_found" }),
    failure: "MODEL_GONE SENT 404",
    upstreamCode: "model_not_found",
  },
  { name: "410", act: error(410, {}), failure: "MODEL_GONE SENT 410" },
  ...[400, 413, 422].map(
    (status): FailureRow => ({
      name: `${status} that blames the request`,
      act: error(status, { type: "invalid_request_error" }),
      failure: `CALLER_FAULT SENT ${status}`,
      moves: false,
      told: "INVALID_ARGUMENT UPSTREAM_REJECTED",
      upstreamCode: "invalid_request_error",
    }),
  ),
  {
    name: "a refusal under 400",
    act: error(400, { code: "content_policy_violation" }),
    failure: "REFUSED SENT 400",
    moves: false,
    told: "FAILED_PRECONDITION CONTENT_REFUSED",
    upstreamCode: "content_policy_violation",
  },
  {
    name: "a refusal under 200",
    act: error(200, { code: "moderation_blocked" }),
    upstreamCode: "moderation_blocked",
    failure: "REFUSED SENT 200",
    moves: false,
    told: "FAILED_PRECONDITION CONTENT_REFUSED",
  },
  {
    name: "a chat's refusal under 200",
    act: json(200, {
      choices: [{ message: { content: null, refusal: providersWords }, finish_reason: "stop" }],
    }),
    request: chatRequest,
    failure: "REFUSED SENT 200",
    moves: false,
    told: "FAILED_PRECONDITION CONTENT_REFUSED",
  },
  { name: "418", act: error(418, {}), failure: "UNKNOWN SENT 418" },
];
