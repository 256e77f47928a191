import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import type { ServiceError } from "@grpc/grpc-js";
import { CodeSchema } from "../../gen/google/rpc/code_pb.ts";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../gen/google/rpc/error_details_pb.ts";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import { type Attempt, AttemptReportSchema } from "../../gen/spillway/v1/attempt_pb.ts";

/** An error as its caller sees it, whatever the protocol. */
export interface ToldError {
  /** The name of the canonical code: "UNAVAILABLE". */
  readonly code: string;
  readonly message: string;
  /** The `reason` of each ErrorInfo: there should be exactly one. */
  readonly reasons: readonly string[];
  readonly domain: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of RetryInfo, in milliseconds. Undefined when there is none. */
  readonly retryAfterMs: number | undefined;
  /** The fields that BadRequest names. */
  readonly fields: readonly string[];
  readonly attempts: readonly Attempt[];
}

/** Reads the error of a grpc-js call. */
export function grpcError(error: ServiceError): ToldError {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const details = Buffer.isBuffer(bytes)
    ? fromBinary(StatusSchema, bytes).details.map(({ typeUrl, value }) => ({
        type: typeUrl.replace(/^.*\//, ""),
        value,
      }))
    : [];
  return told(error.code, error.details, details);
}

/** Reads the error of a Connect call. */
export function connectError(error: ConnectError): ToldError {
  const details = error.details.flatMap((detail) => ("type" in detail ? [detail] : []));
  return told(error.code, error.rawMessage, details);
}

interface Detail {
  readonly type: string;
  readonly value: Uint8Array;
}

function told(code: number, message: string, details: readonly Detail[]): ToldError {
  const all = <T extends DescMessage>(schema: T): MessageShape<T>[] =>
    details
      .filter(({ type }) => type === schema.typeName)
      .map(({ value }) => fromBinary(schema, value));
  const infos = all(ErrorInfoSchema);
  const [retry] = all(RetryInfoSchema);
  return {
    code: CodeSchema.values.find(({ number }) => number === code)?.name ?? String(code),
    message,
    reasons: infos.map(({ reason }) => reason),
    domain: infos[0]?.domain,
    metadata: infos[0]?.metadata ?? {},
    retryAfterMs: retry && milliseconds(retry.retryDelay),
    fields: all(BadRequestSchema).flatMap(({ fieldViolations }) =>
      fieldViolations.map(({ field }) => field),
    ),
    attempts: all(AttemptReportSchema).flatMap(({ attempts }) => attempts),
  };
}

/** A duration in milliseconds. Undefined when there is none. */
export function milliseconds(duration: Duration | undefined): number | undefined {
  return duration && Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}
