import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../../src/domain/failure.ts";
import {
  openAiReplyFailure,
  readEmbeddedError,
  readError,
} from "../../../src/providers/dialects/openai-errors.ts";

function failureOf(status: number, error: Record<string, unknown>, headers = {}) {
  const value = { error: { message: "words", param: null, code: null, ...error } };
  return openAiReplyFailure({ status, headers, body: { kind: "json", value } as never });
}

describe("openAiReplyFailure", () => {
  const rows: [number, string, string | null, string | null, FailureClass][] = [
    [400, "invalid_request_error", "unknown_parameter", "response_format", "caller_fault"],
    [400, "invalid_request_error", "unsupported_parameter", "max_tokens", "caller_fault"],
    [400, "invalid_request_error", "unsupported_value", "quality", "caller_fault"],
    [400, "invalid_request_error", "unsupported_value", "stream", "unsupported_here"],
    [400, "invalid_request_error", "missing_required_parameter", "prompt", "caller_fault"],
    [400, "invalid_request_error", "string_above_max_length", "prompt", "caller_fault"],
    [400, "invalid_request_error", "context_length_exceeded", "messages", "caller_fault"],
    [400, "invalid_request_error", null, null, "caller_fault"],
    [400, "image_generation_user_error", "moderation_blocked", null, "refused"],
    [400, "image_generation_user_error", null, null, "caller_fault"],
    [400, "invalid_request_error", "content_policy_violation", null, "refused"],
    [400, "invalid_request_error", "billing_hard_limit_reached", null, "quota"],
    [401, "invalid_request_error", "invalid_api_key", null, "credential"],
    [401, "invalid_request_error", null, null, "credential"],
    [403, "invalid_request_error", null, null, "credential"],
    [403, "request_forbidden", "unsupported_country_region_territory", null, "credential"],
    [404, "invalid_request_error", "model_not_found", "model", "model_gone"],
    [408, "invalid_request_error", null, null, "server_fault"],
    [409, "invalid_request_error", null, null, "server_fault"],
    [413, "invalid_request_error", null, null, "caller_fault"],
    [415, "invalid_request_error", null, null, "caller_fault"],
    [422, "invalid_request_error", null, null, "caller_fault"],
    [429, "requests", "rate_limit_exceeded", null, "overloaded"],
    [429, "tokens", "rate_limit_exceeded", null, "overloaded"],
    [429, "input-images", "rate_limit_exceeded", null, "overloaded"],
    [429, "rate_limit_error", "slow_down", null, "overloaded"],
    [503, "service_unavailable_error", "slow_down", null, "overloaded"],
    [429, "insufficient_quota", "insufficient_quota", null, "quota"],
    [429, "insufficient_quota", null, null, "quota"],
    [429, "insufficient_quota", "credit_balance_exhausted", null, "quota"],
    [429, "insufficient_quota", "organization_spend_limit_exceeded", null, "quota"],
    [429, "insufficient_quota", "project_spend_limit_exceeded", null, "quota"],
    [429, "insufficient_quota", "organization_usage_limit_exceeded", null, "quota"],
    [429, "insufficient_quota", "billing_not_active", null, "quota"],
    [429, "requests", "resource_unavailable", null, "overloaded"],
    [500, "server_error", null, null, "server_fault"],
    [500, "server_error", "server_error", null, "server_fault"],
    [503, "service_unavailable_error", "server_is_overloaded", null, "overloaded"],
  ];

  it.each(rows)("takes %i %s %s %s for %5$s", (status, type, code, param, expected) => {
    const failure = failureOf(status, { type, code, param });
    expect(failure.class).toBe(expected);
    expect(failure.upstreamCode).toBe(code ?? type);
    expect(failure.detail).toBe("words");
  });

  it.each([
    "Your request was rejected as a result of our safety system.",
    "This violates the content_policy.",
    "The content filter was triggered.",
    "NSFW content",
  ])("takes a 400 and a 403 that say %j for a refusal", (message) => {
    expect(failureOf(400, { message }).class).toBe("refused");
    expect(failureOf(403, { message }).class).toBe("refused");
    expect(failureOf(500, { message }).class).toBe("server_fault");
  });

  it("does not take an error about a parameter for a refusal because of its name", () => {
    const message = "Unknown parameter: 'moderation'.";
    expect(failureOf(400, { message, param: "moderation" }).class).toBe("caller_fault");
  });

  it.each(["prompt", "messages", "input"])(
    "takes an error about the parameter %s that speaks of the policy for a refusal",
    (param) => {
      const body = { object: "error", message: "content_policy", param, code: 400 };
      const reply = { status: 400, headers: {}, body: { kind: "json", value: body } } as const;
      expect(openAiReplyFailure(reply).class).toBe("refused");
    },
  );

  it("does not take a value that cannot be for a refusal because of its words", () => {
    const message = "Invalid value: 'safety'. Supported values are: 'png'.";
    const error = { message, param: "output_format", code: "invalid_value" };
    expect(failureOf(400, error).class).toBe("caller_fault");
  });

  it.each([
    [400, "Blocked by content_policy", "refused"],
    [403, "<html><body><h1>Blocked</h1>\n<p>NSFW&nbsp;content</p></body></html>", "refused"],
    [403, '<html><head><meta name="moderation"></head><body>Forbidden</body></html>', "credential"],
    [403, `${"word ".repeat(50)}moderation`, "credential"],
    [500, "Blocked by content_policy", "server_fault"],
  ] as const)(
    "reads of a %i without JSON what a person sees first: %j is %s",
    (status, text, expected) => {
      const failure = openAiReplyFailure({ status, headers: {}, body: { kind: "text", text } });
      expect(failure.class).toBe(expected);
    },
  );

  it("takes a model for gone, and not the key, when the organization is not verified for it", () => {
    const message = "Your organization must be verified to use the model `gpt-image-2`.";
    expect(failureOf(403, { message, type: "invalid_request_error" }).class).toBe("model_gone");
  });

  it("does not ask the same target again when that is said to be of no use", () => {
    const permanent = (value: string) => failureOf(500, {}, { "x-should-retry": value }).permanent;
    expect(permanent("false")).toBe(true);
    expect(permanent("true")).toBeUndefined();
  });

  it("is not deceived by codes that every JavaScript object has", () => {
    expect(failureOf(500, { code: "constructor" }).class).toBe("server_fault");
    expect(failureOf(500, { type: "__proto__" }).class).toBe("server_fault");
  });

  it.each([
    ["Please try again in 12s.", 12_000],
    ["Please try again in 240ms. Visit the docs.", 240],
    ["Please try again in 6m0s.", 360_000],
    ["Please try again in 1.5s.", 1500],
    ["Please try again in a while.", undefined],
  ])("reads the wait of %j", (message, expected) => {
    expect(failureOf(429, { message }).retryAfterMs).toBe(expected);
  });

  it("prefers the headers' wait to the one in words", () => {
    const message = "Please try again in 12s.";
    expect(failureOf(429, { message }, { "retry-after-ms": "700" }).retryAfterMs).toBe(700);
  });

  it("takes an image that was refused after it was made for billed", () => {
    const refused = (moderation_stage: string) =>
      failureOf(400, { code: "moderation_blocked", moderation_details: { moderation_stage } });
    expect(refused("output").billed).toBe(true);
    expect(refused("input").billed).toBeUndefined();
  });
});

describe("readError", () => {
  it.each([
    [{ error: { message: "words", code: 404 } }],
    [[{ error: { message: "words" } }]],
    [{ object: "error", message: "words", code: 400 }],
    [{ error: "words", error_type: "validation" }],
    [{ detail: "words" }],
    [{ detail: [{ loc: ["body"], msg: "words", type: "missing" }] }],
    [{ message: "words" }],
    [{ code: 1, msg: "words" }],
  ])("finds the words in %j", (body) => {
    expect(readError(body).message).toBe("words");
  });

  it("keeps a code that is a number apart, as a status", () => {
    expect(readError({ error: { code: 404 } })).toMatchObject({ status: 404, code: undefined });
  });
});

describe("readEmbeddedError", () => {
  it("finds errors in answers that claim to be a success", () => {
    expect(readEmbeddedError({ error: { message: "words" } })?.message).toBe("words");
    expect(readEmbeddedError({ error: "words" })?.message).toBe("words");
    expect(readEmbeddedError({ object: "error", message: "words" })?.message).toBe("words");
  });

  it("finds none where the field is there but empty", () => {
    expect(readEmbeddedError({ error: null, data: [] })).toBeUndefined();
    expect(readEmbeddedError({ error: "", message: "words" })).toBeUndefined();
    expect(readEmbeddedError({ object: "chat.completion" })).toBeUndefined();
  });
});
