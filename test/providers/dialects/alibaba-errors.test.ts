import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../../src/domain/failure.ts";
import type { JsonValue } from "../../../src/domain/json.ts";
import {
  alibabaChatFailure,
  alibabaEmbeddedFailure,
  alibabaReplyFailure,
} from "../../../src/providers/dialects/alibaba-errors.ts";

/** Every row of Model Studio's list of errors, as of 2026-11-21. */
const rows: readonly (readonly [number, string, string, FailureClass])[] = [
  [400, "InvalidParameter", "", "caller_fault"],
  [400, "InvalidParameter", "Model not exist.", "model_gone"],
  [400, "InvalidParameter", "url error, please check url!", "model_gone"],
  [400, "BadRequest.EmptyInput", "", "caller_fault"],
  [400, "BadRequest.EmptyModel", "", "caller_fault"],
  [400, "BadRequest.EmptyParameters", "", "caller_fault"],
  [400, "BadRequest.IllegalInput", "", "caller_fault"],
  [400, "BadRequest.InputDownloadFailed", "", "caller_fault"],
  [400, "BadRequest.UnsupportedFileFormat", "", "caller_fault"],
  [400, "BadRequest.ResourceNotExist", "", "caller_fault"],
  [400, "BadRequest.TooLarge", "", "caller_fault"],
  [400, "InvalidURL", "", "caller_fault"],
  [400, "InvalidURL.Timeout", "", "caller_fault"],
  [400, "InvalidURL.ConnectionRefused", "", "caller_fault"],
  [400, "InvalidImageResolution", "", "caller_fault"],
  [400, "InvalidImageFormat", "", "caller_fault"],
  [400, "InvalidImage.FileFormat", "", "caller_fault"],
  [400, "InvalidFile.Resolution", "", "caller_fault"],
  [400, "InvalidParameter.DataInspection", "", "caller_fault"],
  [400, "DataInspectionFailed", "", "refused"],
  [400, "data_inspection_failed", "", "refused"],
  [400, "IPInfringementSuspect", "", "refused"],
  [400, "CustomRoleBlocked", "", "refused"],
  [400, "FaqRuleBlocked", "", "refused"],
  [400, "Arrearage", "", "quota"],
  [400, "UnsupportedOperation", "", "caller_fault"],
  [400, "ClientDisconnect", "", "unknown"],
  [401, "InvalidApiKey", "", "credential"],
  [401, "invalid_api_key", "Incorrect API key provided.", "credential"],
  [401, "NOT AUTHORIZED", "", "credential"],
  [403, "AccessDenied", "current user api does not support asynchronous calls.", "model_gone"],
  [403, "AccessDenied.Unpurchased", "", "quota"],
  [403, "Model.AccessDenied", "", "model_gone"],
  [403, "App.AccessDenied", "", "credential"],
  [403, "Workspace.AccessDenied", "", "credential"],
  [403, "Endpoint.AccessDenied", "", "model_gone"],
  [403, "AllocationQuota.FreeTierOnly", "", "quota"],
  [404, "ModelNotFound", "", "model_gone"],
  [404, "model_not_found", "", "model_gone"],
  [404, "model_not_supported", "", "model_gone"],
  [404, "WorkSpaceNotFound", "", "credential"],
  [404, "NotFound", "", "model_gone"],
  [408, "RequestTimeOut", "", "server_fault"],
  [500, "RequestTimeOut", "", "server_fault"],
  [409, "Conflict", "", "caller_fault"],
  [413, "BadRequest.TooLarge", "", "caller_fault"],
  [429, "Throttling", "", "overloaded"],
  [429, "Throttling.RateQuota", "", "overloaded"],
  [429, "LimitRequests", "", "overloaded"],
  [429, "limit_requests", "", "overloaded"],
  [429, "Throttling.BurstRate", "", "overloaded"],
  [429, "limit_burst_rate", "", "overloaded"],
  [429, "Throttling.AllocationQuota", "Allocated quota exceeded.", "overloaded"],
  [429, "Throttling.AllocationQuota", "Free allocated quota exceeded.", "quota"],
  [429, "insufficient_quota", "please check your plan and billing details", "overloaded"],
  [429, "insufficient_quota", "Free allocated quota exceeded.", "quota"],
  [429, "CommodityNotPurchased", "", "quota"],
  [429, "PrepaidBillOverdue", "", "quota"],
  [429, "PostpaidBillOverdue", "", "quota"],
  [500, "InternalError", "", "server_fault"],
  [500, "internal_error", "", "server_fault"],
  [500, "InternalError.Algo", "", "server_fault"],
  [500, "InternalError.Timeout", "", "server_fault"],
  [500, "InternalError.FileUpload", "", "server_fault"],
  [500, "InternalError.Upload", "", "server_fault"],
  [500, "SystemError", "", "server_fault"],
  [500, "ModelServiceFailed", "", "server_fault"],
  [500, "RewriteFailed", "", "server_fault"],
  [503, "ModelServingError", "", "overloaded"],
  [503, "ModelUnavailable", "", "overloaded"],
  [503, "ServiceUnavailable", "", "overloaded"],
  // What the list does not have.
  [400, "ANewCode", "", "caller_fault"],
  [403, "ANewCode", "", "credential"],
  [429, "ANewCode", "", "overloaded"],
  [502, "ANewCode", "", "server_fault"],
];

describe("an error of Model Studio", () => {
  it.each(rows)("%i %s '%s' is %s in either form", (status, code, message, expected) => {
    const native = { code, message, request_id: "r-1" };
    const compatible = { error: { code, message, type: "t", param: null }, request_id: "r-1" };
    for (const value of [native, compatible]) {
      const failure = alibabaReplyFailure(reply(status, value));
      expect(failure).toMatchObject({ class: expected, upstreamRequestId: "r-1" });
    }
  });

  it.each(rows.filter(([, code]) => code !== "ANewCode"))(
    "%i %s '%s' inside a success is %s by its code alone",
    (_status, code, message, expected) => {
      const failure = alibabaEmbeddedFailure({ code, message }, reply(200, null));
      expect(failure).toMatchObject({ class: expected, billed: false });
    },
  );

  it("of a code that nobody knows, inside a success, is not understood", () => {
    const failure = alibabaEmbeddedFailure({ code: "ANewCode" }, reply(200, null));
    expect(failure?.class).toBe("unknown");
  });

  it("is named by its type where it has no code", () => {
    const error = { message: "m", type: "data_inspection_failed" };
    const failure = alibabaReplyFailure(reply(400, { error }));
    expect(failure).toMatchObject({ class: "refused", upstreamCode: "data_inspection_failed" });
  });

  it.each([
    [400, "caller_fault"],
    [401, "credential"],
    [404, "model_gone"],
    [429, "overloaded"],
    [200, "caller_fault"],
  ])("of OpenAI's commonest type says no more than its status, %i, does", (status, expected) => {
    const error = { message: "m", type: "invalid_request_error", code: null };
    expect(alibabaChatFailure({ error }, reply(status, { error }))?.class).toBe(expected);
  });

  it("has the id of the call in a header when the body does not say it", () => {
    const failure = alibabaReplyFailure({
      status: 502,
      headers: { "x-request-id": "r-2" },
      body: { kind: "empty" },
    });
    expect(failure.upstreamRequestId).toBe("r-2");
  });

  it("may have been billed when a gateway stopped waiting, and only then", () => {
    const page = { kind: "text", text: "<html>504</html>" } as const;
    expect(alibabaReplyFailure({ status: 504, headers: {}, body: page }).billed).toBe(true);
    expect(alibabaReplyFailure({ status: 502, headers: {}, body: page }).billed).toBeUndefined();
    const told = reply(504, { code: "InternalError.Timeout", message: "m" });
    expect(alibabaReplyFailure(told).billed).toBeUndefined();
  });
});

describe("an answer that is a success", () => {
  it.each<[string, JsonValue]>([
    ["no code", {}],
    ["an empty code", { code: "", message: "" }],
    ["no code but null", { code: null, error: null }],
  ])("with %s holds no failure", (_what, body) => {
    expect(alibabaEmbeddedFailure(body as never, reply(200, body))).toBeUndefined();
    expect(alibabaChatFailure(body as never, reply(200, body))).toBeUndefined();
  });

  it("of a chat can hold an error in words only", () => {
    const failure = alibabaChatFailure({ error: "broken" }, reply(200, null));
    expect(failure?.class).toBe("unknown");
  });
});

function reply(status: number, value: JsonValue) {
  return { status, headers: {}, body: { kind: "json", value } } as const;
}
