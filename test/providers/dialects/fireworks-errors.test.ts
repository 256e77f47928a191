import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/domain/json.ts";
import {
  fireworksEmbeddedFailure,
  fireworksReplyFailure,
} from "../../../src/providers/dialects/fireworks-errors.ts";

function failureOf(status: number, value: JsonValue) {
  const body =
    typeof value === "string"
      ? ({ kind: "text", text: value } as const)
      : ({ kind: "json", value } as const);
  return fireworksReplyFailure({ status, headers: { "x-request-id": "r-1" }, body });
}

const error = (code: string | null, message: string) => ({ error: { code, message } });

describe("an error of Fireworks", () => {
  it.each<[number, JsonValue, string]>([
    [400, error(null, "The prompt is too long"), "caller_fault"],
    [400, { detail: "The image could not be read" }, "caller_fault"],
    [401, { error: "unauthorized" }, "credential"],
    [402, error(null, "The spend limit is reached"), "quota"],
    [403, error(null, "The key is not allowed"), "credential"],
    [404, error("NOT_FOUND", "Model not found, inaccessible, and/or not deployed"), "model_gone"],
    [404, "not found", "model_gone"],
    [405, { detail: "Method Not Allowed" }, "unsupported_here"],
    [408, error(null, "timed out"), "server_fault"],
    [412, error("PRECONDITION_FAILED", "Account demo is suspended, …"), "quota"],
    [412, error("PRECONDITION_FAILED", "The LoRA could not be loaded"), "model_gone"],
    [413, "Request Entity Too Large", "caller_fault"],
    [422, { detail: [{ loc: ["body", "seed"], msg: "not an int", type: "int" }] }, "caller_fault"],
    [429, error(null, "Rate limit exceeded"), "overloaded"],
    [500, { error: "…" }, "server_fault"],
    [502, "<html>", "server_fault"],
    [503, error(null, "The model is scaling up"), "overloaded"],
    [504, "upstream request timeout", "server_fault"],
    [520, "", "server_fault"],
  ])("with %i and %j is %s", (status, value, expected) => {
    expect(failureOf(status, value)).toMatchObject({ class: expected, httpStatus: status });
  });

  it("never takes words for a refusal, since no status is one", () => {
    const failure = failureOf(400, error(null, "Unknown field: safety_filter, content_policy"));
    expect(failure.class).toBe("caller_fault");
  });

  it("is read from what the old gateway sends", () => {
    const fault = { faultstring: "Invalid ApiKey", detail: { errorcode: "oauth.v2.Invalid" } };
    expect(failureOf(401, { fault })).toMatchObject({
      upstreamCode: "oauth.v2.Invalid",
      detail: "Invalid ApiKey",
    });
  });

  it("has the id of its body, else that of its headers", () => {
    expect(failureOf(500, { error: "…", request_id: "req-7" }).upstreamRequestId).toBe("req-7");
    expect(failureOf(500, { error: "…" }).upstreamRequestId).toBe("r-1");
  });

  it.each([
    ["NOT_FOUND", "model_gone"],
    ["PRECONDITION_FAILED", "model_gone"],
    [null, "server_fault"],
  ])("with code %s inside a success is %s", (code, expected) => {
    const failure = fireworksEmbeddedFailure(error(code, "…"), { status: 200, headers: {} });
    expect(failure?.class).toBe(expected);
  });
});
