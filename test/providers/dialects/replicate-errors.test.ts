import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/domain/json.ts";
import {
  replicateFailure,
  replicatePredictionFailure,
} from "../../../src/providers/dialects/replicate-errors.ts";

describe("a problem of Replicate", () => {
  it.each([
    [400, { title: "Bad request", detail: "…" }, "caller_fault"],
    [401, { title: "Unauthenticated", detail: "…" }, "credential"],
    [402, { title: "Insufficient credit", detail: "…" }, "quota"],
    [403, { title: "Forbidden", detail: "…" }, "model_gone"],
    [404, { detail: "The requested resource could not be found." }, "model_gone"],
    [409, { detail: "…" }, "server_fault"],
    [413, { detail: "…" }, "caller_fault"],
    [
      422,
      { title: "Input validation failed", detail: "- input: prompt is required" },
      "caller_fault",
    ],
    [422, { title: "Invalid version or not permitted", detail: "…" }, "model_gone"],
    [422, { detail: "The specified version does not exist" }, "model_gone"],
    [422, { detail: "- version is required\n" }, "model_gone"],
    [
      422,
      {
        detail: "- input.version: version is required",
        invalid_fields: [{ type: "required", field: "input.version" }],
      },
      "caller_fault",
    ],
    [422, { detail: [{ msg: "field required" }] }, "caller_fault"],
    [500, { title: "Internal server error", detail: "…" }, "server_fault"],
    [503, { detail: "…" }, "overloaded"],
    [504, { detail: "…" }, "server_fault"],
  ])("with %i and %j is %s", (status, value, expected) => {
    expect(failureOf(status, value)).toMatchObject({ class: expected, httpStatus: status });
  });

  it.each([
    ["its header", { detail: "resets in ~9s.", retry_after: 8 }, { "retry-after": "7" }, 7000],
    ["its field", { detail: "resets in ~9s.", retry_after: 8 }, {}, 8000],
    ["its words", { detail: "Your rate limit resets in ~9s." }, {}, 9000],
    ["its older words", { detail: "Expected available in 1 second." }, {}, 1000],
    ["nothing", { detail: "Request was throttled." }, {}, undefined],
  ])("takes the wait from %s", (_place, value, headers, expected) => {
    const failure = failureOf(429, value, headers as Record<string, string>);
    expect(failure.class).toBe("overloaded");
    expect(failure.retryAfterMs).toBe(expected);
  });

  it("names what is wrong with the input, and the ray of the edge", () => {
    const invalid_fields = [{ type: "number_lte", field: "input.num_outputs" }];
    const headers = { "cf-ray": "8e1f2a3b-FRA" };
    expect(failureOf(422, { detail: "…", invalid_fields }, headers)).toMatchObject({
      upstreamCode: "number_lte",
      upstreamRequestId: "8e1f2a3b-FRA",
    });
  });
});

describe("a page of Replicate's edge", () => {
  it.each([
    [502, "server_fault", "ambiguous"],
    [504, "server_fault", "ambiguous"],
    [520, "server_fault", "ambiguous"],
    [524, "server_fault", "ambiguous"],
    [500, "server_fault", "sent"],
    [503, "overloaded", "sent"],
  ])("with %i is %s, and the prediction is %s", (status, name, delivery) => {
    const page = { status, headers: {}, body: { kind: "text", text: "<html>" } } as const;
    expect(replicateFailure(page)).toMatchObject({ class: name, delivery });
  });

  it("is none when it is a problem of Replicate's own", () => {
    expect(failureOf(502, { detail: "…" }).delivery).toBe("sent");
  });
});

describe("the words of a failed prediction", () => {
  it.each([
    ["NSFW content detected. Try running it again, or try a different prompt.", "refused"],
    [
      "Prediction failed: Async prediction failed: ModelError: The input or output was flagged as sensitive. Please try again with different inputs. (E005) (abcDEF)",
      "refused",
      "E005",
    ],
    ["Your request was rejected by the safety system", "refused"],
    ["Request Moderated", "refused"],
    ["violates our content policy", "refused"],
    ["The prompt is blocked", "refused"],
    ["Director: unexpected error handling prediction (E6716)", "server_fault", "E6716"],
    ["Director: unexpected error handling prediction (E1000)", "server_fault", "E1000"],
    ["Director: health check failed (E8765)", "server_fault", "E8765"],
    ["Director: unexpected error handling prediction (E9828)", "server_fault", "E9828"],
    ["Stopped by the platform (E8367)", "server_fault", "E8367"],
    ["Director: upload failed (E9243)", "server_fault", "E9243"],
    ["failed to upload output: 404 Client Error (E9825)", "server_fault", "E9825"],
    ["Input validation error in the director: timed out (E1000)", "server_fault", "E1000"],
    ["rate limit of the director (E8765)", "server_fault", "E8765"],
    ["prohibited material (E9828)", "refused", "E9828"],
    ["CUDA out of memory. Tried to allocate 2.00 GiB", "unsupported_here"],
    ["Director: out of memory (E1001)", "unsupported_here", "E1001"],
    ["the worker met OOM", "unsupported_here"],
    ["webhook is an empty string (E4875)", "caller_fault", "E4875"],
    ["Prediction interrupted; please retry (code: PA)", "server_fault", "PA"],
    ["Service is currently unavailable due to high demand. (E003) (xyz)", "overloaded", "E003"],
    ["The service is busy. (E004) (xyz)", "overloaded", "E004"],
    ["Error code: 429 - too many requests", "overloaded"],
    ["Rate limit reached", "overloaded"],
    ["Input validation error: width is too large", "caller_fault"],
    ["cannot identify image file <_io.BytesIO object>", "caller_fault"],
    ["404 Client Error: Not Found for url", "caller_fault"],
    ["Failed to download the image", "caller_fault"],
    ["The input is invalid. (E006) (xyz)", "caller_fault", "E006"],
    ["The request timed out", "timeout"],
    ["Read timeout", "timeout"],
    ["'NoneType' object is not subscriptable", "unknown"],
    ["", "unknown"],
  ])("'%s' mean %s", (text, expected, code?: string) => {
    const failure = replicatePredictionFailure(reply({}), "p1", text);
    expect(failure).toMatchObject({ class: expected, upstreamRequestId: "p1", httpStatus: 200 });
    expect(failure.upstreamCode).toBe(code);
    expect(failure.detail).toBe(text || undefined);
  });

  it("are found in an error that is an object", () => {
    const failure = replicatePredictionFailure(reply({}), "p1", { message: "NSFW content" });
    expect(failure.class).toBe("refused");
  });

  it("are missed where there are none", () => {
    expect(replicatePredictionFailure(reply({}), "p1", null).class).toBe("unknown");
  });
});

function failureOf(status: number, value: JsonValue, headers = {}) {
  return replicateFailure({ ...reply(headers), status, body: { kind: "json", value } });
}

function reply(headers: Readonly<Record<string, string>>) {
  return { status: 200, headers, body: { kind: "empty" } } as const;
}
