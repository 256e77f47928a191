import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import { AttemptReportSchema, AttemptSchema } from "../../gen/spillway/v1/attempt_pb.ts";
import type { Attempt } from "../domain/attempt.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import { type CanonicalCode, codeOfReason } from "./canonical-code.ts";
import { attemptToProto } from "./to-proto/attempt.ts";
import { durationToProto } from "./to-proto/time.ts";

/** A call's failure: what the caller is told, and under which canonical code. */
export interface RpcFailure {
  readonly code: CanonicalCode;
  readonly error: GatewayError;
}

/** The failure that an error of the gateway is to the caller. The code is that of the error's reason, unless given. */
export function rpcFailure(
  error: GatewayError,
  code: CanonicalCode = codeOfReason[error.reason],
): RpcFailure {
  return { code, error };
}

/** The failure of a call that met a bug. It says nothing about the bug: the log does. */
export function internalFailure(requestId: string): RpcFailure {
  return rpcFailure({
    reason: "INTERNAL",
    message:
      "Spillway failed on this request because of a bug. Report it with the request id; the log has more.",
    metadata: { request_id: requestId },
  });
}

/** Writes a failure for connect-node, which words it for Connect, gRPC-Web and gRPC. */
export function toConnectError(failure: RpcFailure): ConnectError {
  const { code, error } = failure;
  return new ConnectError(error.message, code, undefined, errorDetails(error));
}

/** Writes a failure as the bytes of a google.rpc.Status. */
export function statusBytes({ code, error }: RpcFailure): Uint8Array {
  return toBinary(
    StatusSchema,
    create(StatusSchema, {
      code,
      message: error.message,
      details: errorDetails(error).map(({ desc, value }) =>
        create(AnySchema, {
          typeUrl: `type.googleapis.com/${desc.typeName}`,
          value: toBinary(desc, create(desc, value)),
        }),
      ),
    }),
  );
}

/** The `domain` of every google.rpc.ErrorInfo. */
export const errorDomain = "spillway.dev";

/** A detail of an error, ready for connect-node. */
export interface ErrorDetail {
  readonly desc: DescMessage;
  readonly value: MessageInitShape<DescMessage>;
}

/**
 * The details of an error: always one ErrorInfo; a RetryInfo where waiting
 * helps; a BadRequest where fields are wrong; an AttemptReport where a provider
 * was asked or skipped.
 */
export function errorDetails(error: GatewayError): ErrorDetail[] {
  const { reason, retryAfterMs, fieldViolations, attempts } = error;
  const report = attempts === undefined ? undefined : attemptReport(attempts);
  const metadata: Record<string, string> = { ...error.metadata };
  if (report !== undefined && report.omitted > 0) {
    metadata["attempts_omitted"] = String(report.omitted);
  }
  const details: ErrorDetail[] = [
    {
      desc: ErrorInfoSchema,
      value: create(ErrorInfoSchema, { domain: errorDomain, reason, metadata }),
    },
  ];
  if (retryAfterMs !== undefined) {
    const retryInfo = create(RetryInfoSchema, { retryDelay: durationToProto(retryAfterMs) });
    details.push({ desc: RetryInfoSchema, value: retryInfo });
  }
  if (fieldViolations !== undefined && fieldViolations.length > 0) {
    const badRequest = create(BadRequestSchema, {
      fieldViolations: fieldViolations.map(({ field, description, rule }) => ({
        field,
        description,
        reason: rule.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase(),
      })),
    });
    details.push({ desc: BadRequestSchema, value: badRequest });
  }
  if (report !== undefined) details.push({ desc: AttemptReportSchema, value: report.message });
  return details;
}

/**
 * The most bytes of an AttemptReport. gRPC in Java and in C refuses trailers of
 * more than 8 KiB, and the caller would see a broken stream instead of the
 * error (grpc.max_metadata_size; base64 adds a third).
 */
export const maxAttemptReportBytes = 4096;

function attemptReport(attempts: readonly Attempt[]) {
  const all = attempts.map(attemptToProto);
  const sizes = all.map((attempt) => toBinary(AttemptSchema, attempt).length + 3);
  const kept = new Set<number>();
  let left = maxAttemptReportBytes;
  // Attempts that were made tell more than targets that were passed over.
  for (const skipped of [false, true]) {
    for (const [index, size] of sizes.entries()) {
      if ((attempts[index]?.outcome === "skipped") !== skipped || size > left) continue;
      kept.add(index);
      left -= size;
    }
  }
  const fitting = all.filter((_, index) => kept.has(index));
  return {
    message: create(AttemptReportSchema, { attempts: fitting }),
    omitted: all.length - fitting.length,
  };
}
