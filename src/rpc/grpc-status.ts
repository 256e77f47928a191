import { type RpcFailure, statusBytes } from "./errors.ts";
import { grpcMessageHeader } from "./grpc-message-header.ts";

/** A failure as the fields in which gRPC tells what became of a call, whether they are headers or trailers. */
export function grpcStatus(failure: RpcFailure): Record<string, string> {
  return {
    "grpc-status": String(failure.code),
    "grpc-message": grpcMessageHeader(failure.error.message),
    "grpc-status-details-bin": Buffer.from(statusBytes(failure)).toString("base64"),
  };
}
