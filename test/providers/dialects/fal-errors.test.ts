import { describe, expect, it } from "vitest";
import type { Failure } from "../../../src/domain/failure.ts";
import type { JsonObject, JsonValue } from "../../../src/domain/json.ts";
import {
  falFailure,
  falResultFailure,
  falStatusFailure,
} from "../../../src/providers/dialects/fal-errors.ts";
import type { Reply } from "../../../src/providers/reply.ts";

const locked =
  "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";

describe("an answer of fal outside 2xx", () => {
  it.each<[number, JsonValue, string]>([
    [400, { detail: "…", error_type: "bad_request" }, "caller_fault"],
    [400, { detail: "Request is still in progress" }, "server_fault"],
    [401, { detail: "No user found for Key ID and Secret" }, "credential"],
    [401, { detail: "Authentication is required to access this application." }, "credential"],
    [402, { detail: "…" }, "quota"],
    [403, { detail: locked }, "quota"],
    [403, { detail: "User is locked." }, "quota"],
    [403, { detail: "Not enough balance" }, "quota"],
    [403, { detail: "The key lacks the scope" }, "credential"],
    [403, { detail: "Blocked by our content policy" }, "refused"],
    [404, { detail: 'Application "xyz" not found' }, "model_gone"],
    [404, { detail: "Path /foo not found" }, "model_gone"],
    [405, { detail: "Method Not Allowed" }, "model_gone"],
    [408, { detail: "…" }, "server_fault"],
    [409, { detail: "…" }, "server_fault"],
    [413, { detail: "…" }, "caller_fault"],
    [422, { detail: "The image is broken" }, "caller_fault"],
    [422, { detail: "It was flagged by a content checker." }, "refused"],
    [429, { detail: "…", type: "concurrent_requests_limit" }, "overloaded"],
    [429, { detail: "Too many requests" }, "overloaded"],
    [499, { detail: "…", error_type: "client_disconnected" }, "timeout"],
    [499, { detail: "…", error_type: "client_cancelled" }, "timeout"],
    [500, { detail: "…", error_type: "runner_server_error" }, "server_fault"],
    [500, { detail: "…", error_type: "internal_error" }, "server_fault"],
    [500, { message: "…" }, "server_fault"],
    [500, { error: { message: "…", code: 500 } }, "server_fault"],
    [502, { detail: "…", error_type: "runner_incomplete_response" }, "server_fault"],
    [503, { detail: "…", error_type: "runner_scheduling_failure" }, "overloaded"],
    [503, { detail: "…", error_type: "runner_connection_timeout" }, "server_fault"],
    [503, { detail: "…", error_type: "runner_disconnected" }, "server_fault"],
    [503, { detail: "…", error_type: "runner_connection_refused" }, "server_fault"],
    [503, { detail: "…", error_type: "runner_connection_error" }, "server_fault"],
    [503, { detail: "…" }, "overloaded"],
    [504, { detail: "…", error_type: "request_timeout" }, "timeout"],
    [504, { detail: "…", error_type: "startup_timeout" }, "timeout"],
    [504, { detail: "…", error_type: "generation_timeout" }, "timeout"],
    [504, { detail: "…" }, "server_fault"],
  ])("with %i and %j is %s", (status, body, expected) => {
    expect(failureOf(status, body)).toMatchObject({ class: expected, httpStatus: status });
  });

  it.each([
    [500, "internal_server_error", "server_fault"],
    [504, "generation_timeout", "timeout"],
    [400, "downstream_service_error", "server_fault"],
    [500, "downstream_service_unavailable", "server_fault"],
    [422, "content_policy_violation", "refused"],
    [422, "no_media_generated", "unsupported_here"],
    [422, "feature_not_supported", "unsupported_here"],
    [422, "image_too_small", "caller_fault"],
    [422, "image_too_large", "caller_fault"],
    [422, "image_load_error", "caller_fault"],
    [422, "file_download_error", "caller_fault"],
    [422, "face_detection_error", "caller_fault"],
    [422, "file_too_large", "caller_fault"],
    [422, "greater_than", "caller_fault"],
    [422, "greater_than_equal", "caller_fault"],
    [422, "less_than", "caller_fault"],
    [422, "less_than_equal", "caller_fault"],
    [422, "multiple_of", "caller_fault"],
    [422, "sequence_too_short", "caller_fault"],
    [422, "sequence_too_long", "caller_fault"],
    [422, "one_of", "caller_fault"],
    [422, "invalid_archive", "caller_fault"],
    [422, "unsupported_image_format", "caller_fault"],
    [422, "missing", "caller_fault"],
    [422, "value_error", "caller_fault"],
    [422, "value_error.missing", "caller_fault"],
    [422, "string_type", "caller_fault"],
    [422, "int_parsing", "caller_fault"],
    [422, "enum", "caller_fault"],
    [422, "string_too_long", "caller_fault"],
    [422, "archive_file_count_below_minimum", "caller_fault"],
    [422, "literal_error", "caller_fault"],
    [422, "json_invalid", "caller_fault"],
  ])("with %i and the model's error %s is %s", (status, type, expected) => {
    const failure = failureOf(status, { detail: [{ loc: ["body", "x", 0], msg: "m", type }] });
    expect(failure).toMatchObject({
      class: expected,
      upstreamCode: type,
      detail: "m",
    });
  });

  it("goes by the error that says most, where there are several", () => {
    const detail = [
      { loc: ["body"], msg: "a", type: "missing" },
      { loc: ["body"], msg: "b", type: "content_policy_violation" },
    ];
    expect(failureOf(422, { detail })).toMatchObject({ class: "refused", detail: "b" });
  });

  it("is not begun in time when our own limit says so, whatever else it says", () => {
    const headers = { "x-fal-request-timeout-type": "user" };
    expect(failureOf(504, { detail: "…" }, headers).class).toBe("timeout");
    expect(failureOf(503, { detail: "…" }, headers).class).toBe("overloaded");
  });

  it("has its type in a header where the body has none", () => {
    const headers = { "x-fal-error-type": "runner_scheduling_failure", "x-fal-request-id": "r-1" };
    expect(failureOf(503, { detail: "…" }, headers)).toMatchObject({
      class: "overloaded",
      upstreamCode: "runner_scheduling_failure",
      upstreamRequestId: "r-1",
    });
  });

  it("is fal's fault, and not tried there again when fal says that it would fail again", () => {
    const detail = [{ loc: [], msg: "m", type: "internal_server_error" }];
    const told = (retryable: string): Failure =>
      failureOf(500, { detail }, { "x-fal-retryable": retryable });
    expect(told("false")).toMatchObject({ class: "server_fault", permanent: true });
    expect(told("true")).toMatchObject({ class: "server_fault", permanent: undefined });
  });

  it("is not billed from 500 on", () => {
    expect(failureOf(500, { detail: "…" }).billed).toBe(false);
    expect(failureOf(422, { detail: "…" }).billed).toBeUndefined();
  });

  it.each([
    [502, {}, "ambiguous", undefined],
    [504, {}, "ambiguous", undefined],
    [503, {}, "sent", false],
    [502, { "x-fal-request-id": "r-1" }, "sent", false],
  ])("that is a page with %i and %j is %s, billed %s", (status, headers, delivery, billed) => {
    const page = { status, headers, body: { kind: "text", text: "<html>" } } as const;
    const failure = falFailure(page);
    expect([failure.delivery, failure.billed]).toEqual([delivery, billed]);
  });
});

describe("an answer in place of a result", () => {
  it.each<[number, JsonValue, boolean]>([
    [422, { detail: [{ loc: [], msg: "m", type: "missing" }] }, true],
    [400, { detail: [{ loc: [], msg: "m", type: "downstream_service_error" }] }, true],
    [503, { detail: "…", error_type: "runner_disconnected" }, true],
    [500, { detail: "Internal Server Error" }, true],
    [422, { detail: "The image is broken" }, true],
    [503, { detail: "…" }, false],
    [429, { detail: "…" }, false],
    [404, { detail: "…" }, false],
    [400, { detail: "Request is still in progress" }, false],
  ])("with %i and %j says that the job failed: %s", (status, body, expected) => {
    const failure = falResultFailure(reply(status, body));
    expect(failure).toEqual({ ...failureOf(status, body), ofJob: expected });
  });

  it("that is a page says nothing of the job", () => {
    const page = { status: 500, headers: {}, body: { kind: "text", text: "<html>" } } as const;
    expect(falResultFailure(page).ofJob).toBe(false);
  });
});

describe("a status that is completed", () => {
  it.each([
    ["request_timeout", "timeout", false],
    ["startup_timeout", "timeout", false],
    ["generation_timeout", "timeout", false],
    ["runner_scheduling_failure", "overloaded", false],
    ["runner_connection_timeout", "server_fault", false],
    ["runner_disconnected", "server_fault", false],
    ["runner_connection_refused", "server_fault", false],
    ["runner_connection_error", "server_fault", false],
    ["runner_incomplete_response", "server_fault", false],
    ["runner_server_error", "server_fault", false],
    ["internal_error", "server_fault", false],
    ["client_disconnected", "timeout", undefined],
    ["client_cancelled", "timeout", undefined],
    ["bad_request", "caller_fault", undefined],
  ])("with %s is %s", (error_type, expected, billed) => {
    const status: JsonObject = { status: "COMPLETED", error: "words", error_type };
    const failure = falStatusFailure(reply(200, status), status, "r-1");
    expect(failure).toMatchObject({
      class: expected,
      upstreamCode: error_type,
      upstreamRequestId: "r-1",
      detail: "words",
    });
    expect(failure?.billed).toBe(billed);
  });

  it.each([{}, { error: "Invalid status code: 422" }, { error: "x", error_type: "new_type" }])(
    "with %j leaves the reason to the result",
    (status) => {
      expect(falStatusFailure(reply(200, status), status, "r-1")).toBeUndefined();
    },
  );
});

function failureOf(status: number, body: JsonValue, headers = {}): Failure {
  return falFailure(reply(status, body, headers));
}

function reply(status: number, value: JsonValue, headers = {}): Reply {
  return { status, headers, body: { kind: "json", value } };
}
