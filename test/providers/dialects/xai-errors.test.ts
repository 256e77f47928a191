import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/domain/json.ts";
import {
  xaiCost,
  xaiEmbeddedFailure,
  xaiReplyFailure,
} from "../../../src/providers/dialects/xai-errors.ts";

function failureOf(status: number, value: JsonValue) {
  const body =
    typeof value === "string"
      ? ({ kind: "text", text: value } as const)
      : ({ kind: "json", value } as const);
  return xaiReplyFailure({ status, headers: { "x-request-id": "r-1" }, body });
}

const invalid = "Client specified an invalid argument";
const forbidden = "The caller does not have permission to execute the specified operation";
const exhausted = "Some resource has been exhausted";

describe("an error of xAI", () => {
  it.each<[number, JsonValue, string]>([
    [400, { code: invalid, error: "Argument not supported: size" }, "caller_fault"],
    [400, { code: "invalid-argument", error: "Not served at this endpoint." }, "caller_fault"],
    [400, { code: invalid, error: "Incorrect API key provided: xa***34." }, "credential"],
    [400, { error: { message: "Incorrect API key provided: xa***34." } }, "credential"],
    [400, { code: "imagine:content-moderated", error: "…" }, "refused"],
    [400, { code: invalid, error: "Generated image rejected by content moderation." }, "refused"],
    [401, { error: "No API key." }, "credential"],
    [402, { error: "…" }, "quota"],
    [403, { code: forbidden, error: "Your team doesn't have any credits yet." }, "quota"],
    [403, { code: "permission-denied", error: "Reached its monthly spending limit" }, "quota"],
    [403, { code: "personal-team-blocked:spending-limit", error: "…" }, "quota"],
    [403, { code: "permission-denied", error: "The key is blocked." }, "credential"],
    [403, { code: forbidden, error: "Content violates usage guidelines." }, "refused"],
    [403, { code: forbidden, error: "Failed check: SAFETY_CHECK_TYPE_BIO" }, "refused"],
    [404, { error: "The model does not exist." }, "model_gone"],
    [405, "Method Not Allowed", "caller_fault"],
    [415, "Unsupported Media Type", "caller_fault"],
    [422, "Failed to deserialize the JSON body into the target type", "caller_fault"],
    [429, { code: exhausted, error: "Too many tokens (actual/limit): 65605/16000" }, "overloaded"],
    [429, { code: exhausted, error: "Your team used all available credits" }, "quota"],
    [500, { error: "…" }, "server_fault"],
    [502, "<html>", "server_fault"],
    [503, { code: "The service is currently unavailable", error: "…" }, "overloaded"],
    [504, "", "server_fault"],
  ])("with %i and %j is %s", (status, value, expected) => {
    expect(failureOf(status, value)).toMatchObject({
      class: expected,
      httpStatus: status,
      upstreamRequestId: "r-1",
    });
  });

  it("keeps a code that is one, and no phrase", () => {
    expect(failureOf(400, { code: "400", error: "…" }).upstreamCode).toBe("400");
    expect(failureOf(400, { code: invalid, error: "…" }).upstreamCode).toBeUndefined();
  });

  it("takes no wrong field that speaks of credits for an empty account", () => {
    const failure = failureOf(400, { code: invalid, error: "Unknown field: credits" });
    expect(failure.class).toBe("caller_fault");
  });

  it("is billed when it says what it costs, and only then", () => {
    const error = { code: "imagine:content-moderated", error: "…" };
    const billed = failureOf(400, { ...error, usage: { cost_in_usd_ticks: 200_000_000 } });
    expect(billed).toMatchObject({ billed: true, cost: { basis: "reported", micros: 20_000 } });
    expect(failureOf(400, error)).toMatchObject({ billed: undefined, cost: undefined });
  });
});

describe("an answer of xAI's that claims to be a success", () => {
  const reply = { status: 200, headers: {} };

  it.each([
    [{ code: "The service is currently unavailable", error: "Timed out" }, "overloaded"],
    [{ code: "Internal error", error: "The engine failed." }, "server_fault"],
    [{ error: "Content violates usage guidelines." }, "refused"],
  ])("is a failure with %j inside: %s", (body, expected) => {
    expect(xaiEmbeddedFailure(body, reply)?.class).toBe(expected);
  });

  it("is none without an error inside", () => {
    expect(xaiEmbeddedFailure({ choices: [], error: null }, reply)).toBeUndefined();
  });
});

describe("a cost in ticks", () => {
  it.each([
    [10_000_000_000, 1_000_000],
    [812_500, 81],
    [0, 0],
  ])("of %i is %i millionths of a dollar", (ticks, micros) => {
    expect(xaiCost({ cost_in_usd_ticks: ticks })).toMatchObject({ basis: "reported", micros });
  });

  it("is not known when it is missing or makes no sense", () => {
    expect(xaiCost({})).toBeUndefined();
    expect(xaiCost({ cost_in_usd_ticks: -1 })).toBeUndefined();
    expect(xaiCost({ cost_in_usd_ticks: "5" })).toBeUndefined();
  });
});
