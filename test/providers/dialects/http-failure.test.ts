import { describe, expect, it } from "vitest";
import { failureClasses } from "../../../src/domain/failure.ts";
import {
  classOfStatus,
  httpFailure,
  malformedReply,
  streamFailure,
  unfinishedStream,
} from "../../../src/providers/dialects/http-failure.ts";

describe("httpFailure", () => {
  it("words every class without anything of the provider's", () => {
    for (const name of failureClasses) {
      const failure = httpFailure(
        { status: 418, headers: {}, body: { kind: "text", text: "their words" } },
        { class: name, code: "not an identifier", requestId: "nor\nthis" },
      );
      expect(failure).toMatchObject({ class: name, delivery: "sent", httpStatus: 418 });
      expect(failure.message).toMatch(/^The .* \(HTTP 418\)\.$/);
      expect(failure.upstreamCode).toBeUndefined();
      expect(failure.upstreamRequestId).toBeUndefined();
      expect(failure.detail).toBe("their words");
    }
  });

  it("keeps codes and ids that are identifiers", () => {
    expect(
      httpFailure(
        { status: 429, headers: {} },
        { class: "overloaded", code: "slow_down", requestId: "req_1" },
      ),
    ).toMatchObject({ upstreamCode: "slow_down", upstreamRequestId: "req_1" });
  });

  it("prefers a wait in the headers to one in the body", () => {
    const cause = { class: "overloaded", retryAfterMs: 9000 } as const;
    const headers = { "retry-after": "2" };
    expect(httpFailure({ status: 429, headers }, cause).retryAfterMs).toBe(2000);
    expect(httpFailure({ status: 429, headers: {} }, cause).retryAfterMs).toBe(9000);
  });

  it("asks for no wait where none helps", () => {
    const headers = { "retry-after": "2" };
    const failure = httpFailure({ status: 400, headers }, { class: "caller_fault" });
    expect(failure.retryAfterMs).toBeUndefined();
  });

  it("keeps at most 1,000 characters of the provider's words", () => {
    const failure = streamFailure({ class: "server_fault", detail: "x".repeat(5000) });
    expect(failure.detail).toHaveLength(1000);
    expect(failure.httpStatus).toBe(200);
  });
});

describe("answers that break their promise", () => {
  it("are the server's fault", () => {
    const reply = { status: 200, headers: {}, body: { kind: "empty" } } as const;
    expect(malformedReply(reply, "The provider sent no image", "req_1")).toMatchObject({
      class: "server_fault",
      message: "The provider sent no image (HTTP 200).",
      upstreamRequestId: "req_1",
    });
    expect(unfinishedStream().class).toBe("server_fault");
  });
});

describe("classOfStatus", () => {
  it.each([
    [400, "caller_fault"],
    [401, "credential"],
    [402, "quota"],
    [403, "credential"],
    [404, "model_gone"],
    [405, "model_gone"],
    [408, "server_fault"],
    [409, "server_fault"],
    [410, "model_gone"],
    [413, "caller_fault"],
    [418, "unknown"],
    [422, "caller_fault"],
    [424, "server_fault"],
    [429, "overloaded"],
    [500, "server_fault"],
    [501, "model_gone"],
    [502, "server_fault"],
    [503, "overloaded"],
    [504, "server_fault"],
    [524, "server_fault"],
    [529, "overloaded"],
    [302, "unknown"],
  ])("takes %i for %s", (status, expected) => {
    expect(classOfStatus(status)).toBe(expected);
  });
});
