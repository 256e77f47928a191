import { fromBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import { type AttemptReport, AttemptReportSchema } from "../../gen/spillway/v1/attempt_pb.ts";
import type { ErrorReason } from "../../src/domain/gateway-error.ts";
import { codeName } from "../../src/rpc/canonical-code.ts";
import { errorDetails, rpcFailure, statusBytes, toConnectError } from "../../src/rpc/errors.ts";
import { attempt, exhausted, failedAttempt } from "./support/samples.ts";

const contract: Readonly<Record<ErrorReason, string>> = {
  INVALID_REQUEST: "INVALID_ARGUMENT",
  MODEL_NOT_FOUND: "NOT_FOUND",
  PROVIDER_NOT_FOUND: "NOT_FOUND",
  PROVIDER_NOT_CONFIGURED: "FAILED_PRECONDITION",
  NO_CAPABLE_PROVIDER: "FAILED_PRECONDITION",
  CONTENT_REFUSED: "FAILED_PRECONDITION",
  UPSTREAM_REJECTED: "INVALID_ARGUMENT",
  ALL_PROVIDERS_EXHAUSTED: "UNAVAILABLE",
  RATE_LIMITED: "RESOURCE_EXHAUSTED",
  OVERLOADED: "RESOURCE_EXHAUSTED",
  COST_LIMIT: "FAILED_PRECONDITION",
  IDEMPOTENCY_CONFLICT: "FAILED_PRECONDITION",
  AMBIGUOUS_OUTCOME: "ABORTED",
  UNAUTHENTICATED: "UNAUTHENTICATED",
  PERMISSION_DENIED: "PERMISSION_DENIED",
  CANCELLED: "CANCELLED",
  DEADLINE: "DEADLINE_EXCEEDED",
  INTERNAL: "INTERNAL",
};

it.each(Object.entries(contract) as [ErrorReason, string][])("%s is %s", (reason, code) => {
  const failure = rpcFailure({ reason, message: "m", metadata: {} });
  expect(codeName(failure.code)).toBe(code);
  expect(codeName(toConnectError(failure).code)).toBe(code);
  expect(codeName(fromBinary(StatusSchema, statusBytes(failure)).code)).toBe(code);
});

it("words the details of a google.rpc.Status as those of a ConnectError", () => {
  const failure = rpcFailure(exhausted);
  const status = fromBinary(StatusSchema, statusBytes(failure));
  expect(status).toMatchObject({ code: 14, message: exhausted.message });
  expect(status.details.map(({ typeUrl }) => typeUrl)).toEqual([
    "type.googleapis.com/google.rpc.ErrorInfo",
    "type.googleapis.com/google.rpc.RetryInfo",
    "type.googleapis.com/spillway.v1.AttemptReport",
  ]);
});

it("leaves out skipped targets first where the report would be too large for gRPC's trailers", () => {
  const attempts = Array.from({ length: 60 }, (_, index) =>
    index % 2 === 0
      ? { ...failedAttempt, number: index + 1 }
      : attempt({ number: index + 1, outcome: "skipped", message: "it is cooling down for 12 s" }),
  );
  const failure = rpcFailure({ ...exhausted, attempts });
  expect(statusBytes(failure).length).toBeLessThan(5000);
  const [info, , report] = errorDetails(failure.error);
  expect(report?.desc).toBe(AttemptReportSchema);
  const kept = (report?.value as AttemptReport | undefined)?.attempts ?? [];
  const made = kept.filter(({ number }) => number % 2 === 1);
  expect(made.length).toBeGreaterThan(20);
  expect(kept.map(({ number }) => number)).toEqual(
    kept.map(({ number }) => number).toSorted((a, b) => a - b),
  );
  expect(info?.value).toMatchObject({ metadata: { attempts_omitted: String(60 - kept.length) } });
});

it("writes the rule of a wrong field as a reason by google.rpc's rules", () => {
  const [, badRequest] = errorDetails({
    reason: "INVALID_REQUEST",
    message: "m",
    metadata: {},
    fieldViolations: [{ field: "model", description: "is too long", rule: "string.max_len" }],
  });
  expect(badRequest?.value).toMatchObject({
    fieldViolations: [{ field: "model", description: "is too long", reason: "STRING_MAX_LEN" }],
  });
});
