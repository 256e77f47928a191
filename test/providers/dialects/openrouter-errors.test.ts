import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../../src/domain/failure.ts";
import { readError } from "../../../src/providers/dialects/openai-errors.ts";
import {
  openRouterFailure,
  openRouterReplyFailure,
} from "../../../src/providers/dialects/openrouter-errors.ts";

function failureOf(status: number, error: Record<string, unknown>) {
  const value = { error: { message: "words", ...error } };
  return openRouterReplyFailure({ status, headers: {}, body: { kind: "json", value } as never });
}

describe("openRouterReplyFailure", () => {
  const statuses: [number, FailureClass][] = [
    [400, "caller_fault"],
    [401, "credential"],
    [402, "quota"],
    [403, "credential"],
    [404, "model_gone"],
    [408, "server_fault"],
    [412, "unsupported_here"],
    [413, "caller_fault"],
    [422, "caller_fault"],
    [429, "overloaded"],
    [500, "server_fault"],
    [502, "server_fault"],
    [503, "overloaded"],
    [504, "server_fault"],
    [524, "server_fault"],
    [529, "overloaded"],
  ];
  it.each(statuses)("takes %i for %s, and the same under 200", (status, expected) => {
    expect(failureOf(status, { code: status }).class).toBe(expected);
    const error = readError({ error: { code: status, message: "words" } });
    expect(openRouterFailure({ status: 200, headers: {} }, error).class).toBe(expected);
  });

  it.each([
    [{ reasons: ["violence"] }, "moderation"],
    [{ flagged_input: "…" }, "moderation"],
    [{ patterns: ["p"] }, "moderation"],
    [{ reasons: [], error_type: "permission_denied" }, "permission_denied"],
  ])("names the refusal with metadata %j by %s", (metadata, upstreamCode) => {
    expect(failureOf(403, { code: 403, metadata })).toMatchObject({
      class: "refused",
      upstreamCode,
    });
  });

  const errorTypes: [number, string, FailureClass][] = [
    [400, "invalid_request", "caller_fault"],
    [400, "context_length_exceeded", "caller_fault"],
    [400, "content_policy_violation", "refused"],
    [400, "refusal", "refused"],
    [400, "image_download_failed", "caller_fault"],
    [401, "authentication", "credential"],
    [402, "payment_required", "quota"],
    [403, "permission_denied", "credential"],
    [404, "not_found", "model_gone"],
    [404, "image_not_found", "caller_fault"],
    [412, "precondition_failed", "unsupported_here"],
    [413, "payload_too_large", "caller_fault"],
    [422, "unprocessable", "caller_fault"],
    [429, "rate_limit_exceeded", "overloaded"],
    [500, "server", "server_fault"],
    [500, "unmapped", "server_fault"],
    [502, "provider_unavailable", "server_fault"],
    [503, "provider_overloaded", "overloaded"],
    [504, "timeout", "server_fault"],
  ];
  it.each(errorTypes)("takes %i %s for %s", (status, error_type, expected) => {
    const failure = failureOf(status, { metadata: { error_type } });
    expect(failure).toMatchObject({ class: expected, upstreamCode: error_type });
    expect(failureOf(status, { error_type }).class).toBe(expected);
  });

  const availability: [number, string, FailureClass][] = [
    [400, "model_not_found", "model_gone"],
    [400, "wrong_endpoint", "unsupported_here"],
    [404, "no_endpoints", "model_gone"],
    [404, "model_deprecated", "model_gone"],
    [404, "model_unavailable_upstream", "model_gone"],
    [404, "privacy_restricted", "model_gone"],
    [404, "constraint_filtered", "unsupported_here"],
    [404, "free_variant_ended", "model_gone"],
    [403, "region_restricted", "model_gone"],
    [429, "capacity_exhausted", "overloaded"],
    [503, "temporarily_unavailable", "overloaded"],
  ];
  it.each(availability)("takes %i with availability %s for %s", (status, code, expected) => {
    const failure = failureOf(status, { availability: { code, retry_after: 3 } });
    expect(failure).toMatchObject({ class: expected, upstreamCode: code });
    expect(failure.retryAfterMs).toBe(expected === "overloaded" ? 3000 : undefined);
  });

  it.each([
    { metadata: { routing_funnel: [], failed_routing_step: "output_modalities" } },
    { metadata: { failed_routing_step: "supported_parameters" } },
    {
      message: "No endpoints found that support the requested output modalities: image, text",
    },
    { message: "No endpoints found that can handle the requested parameters." },
  ])("takes a 404 for what is asked of a model for no fault of the model's: %j", (error) => {
    const named = { ...error, error_type: "not_found" };
    expect(failureOf(404, { code: 404, ...named }).class).toBe("unsupported_here");
    expect(failureOf(502, { code: 502, ...error }).class).toBe("server_fault");
  });

  it("takes a 404 for a model that nobody serves for one of the model's", () => {
    const message = "No endpoints found for google/gemini-9.";
    expect(failureOf(404, { code: 404, message }).class).toBe("model_gone");
  });

  it("tells moderation and guardrails from a key that may not", () => {
    expect(failureOf(403, { metadata: { reasons: ["violence"] } }).class).toBe("refused");
    expect(failureOf(403, { metadata: { patterns: ["x"] } }).class).toBe("refused");
    expect(failureOf(403, { message: "Input was flagged" }).class).toBe("refused");
    expect(failureOf(403, { message: "Key lacks permission" }).class).toBe("credential");
  });

  it("looks at what the provider behind said: as text, as an object, as words", () => {
    const behind = { error: { code: "moderation_blocked", message: "no" } };
    for (const raw of [JSON.stringify(behind), behind, "rejected by the safety system"]) {
      expect(failureOf(400, { metadata: { raw, provider_name: "OpenAI" } }).class).toBe("refused");
    }
    expect(failureOf(400, { metadata: { raw: "bad size" } }).class).toBe("caller_fault");
  });

  it("does not take the quota of the provider behind for the account's", () => {
    const raw = '{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}';
    expect(failureOf(429, { code: 429, metadata: { raw } }).class).toBe("overloaded");
  });

  it("charges nothing for an error, unless a provider behind bills a key of one's own", () => {
    const under200 = (metadata: Record<string, unknown>) =>
      openRouterFailure(
        { status: 200, headers: {} },
        readError({ error: { code: 502, message: "words", metadata: metadata as never } }),
      );
    expect(under200({}).billed).toBe(false);
    expect(under200({ is_byok: false }).billed).toBe(false);
    expect(under200({ is_byok: true }).billed).toBeUndefined();
  });

  it("takes codes that are words, too", () => {
    const error = readError({ error: { code: "server_error", message: "words" } });
    expect(openRouterFailure({ status: 200, headers: {} }, error)).toMatchObject({
      class: "server_fault",
      upstreamCode: "server_error",
    });
  });
});
