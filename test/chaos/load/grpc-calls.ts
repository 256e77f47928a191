import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import {
  GenerateRequestSchema,
  type GenerateResponse,
  GenerateResponseSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import { grpcError } from "../../support/told-error.ts";
import { askedOf, type CallEnd } from "./call-end.ts";

/** What is asked. */
export type RequestInit = MessageInitShape<typeof GenerateRequestSchema>;

/** How a call over gRPC ended, with its response. */
export interface GrpcEnd extends CallEnd {
  readonly response: GenerateResponse | undefined;
}

/** How one call is made. */
export interface GrpcCallOptions {
  readonly deadlineMs: number;
  /** Its `x-request-id`. */
  readonly requestId?: string;
  /** When its caller leaves, in milliseconds. Default never. */
  readonly leaveAfterMs?: number;
}

/** A client of a gateway: one channel of grpc-js, which connects again whenever it must. */
export interface GrpcCaller {
  generate(request: RequestInit, options: GrpcCallOptions): Promise<GrpcEnd>;
  close(): void;
}

/** Opens one. */
export function openGrpcCaller(address: string): GrpcCaller {
  const client = new Client(address, credentials.createInsecure(), {
    // A channel that waits for long before it connects again measures itself.
    "grpc.initial_reconnect_backoff_ms": 50,
    "grpc.max_reconnect_backoff_ms": 200,
  });
  return {
    generate: (request, options) => generate(client, request, options),
    close: () => client.close(),
  };
}

function generate(
  client: Client,
  request: RequestInit,
  { deadlineMs, requestId, leaveAfterMs }: GrpcCallOptions,
): Promise<GrpcEnd> {
  const dueAt = performance.now();
  const metadata = new Metadata();
  if (requestId !== undefined) metadata.set("x-request-id", requestId);
  return new Promise((resolve) => {
    const call = client.makeUnaryRequest(
      "/spillway.v1.GatewayService/Generate",
      (message: RequestInit) =>
        Buffer.from(toBinary(GenerateRequestSchema, create(GenerateRequestSchema, message))),
      (bytes) => fromBinary(GenerateResponseSchema, bytes),
      request,
      metadata,
      { deadline: Date.now() + deadlineMs },
      (error, response) => {
        const tookMs = performance.now() - dueAt;
        resolve(error === null ? answered(response, dueAt, tookMs) : failed(error, dueAt, tookMs));
      },
    );
    if (leaveAfterMs !== undefined) setTimeout(() => call.cancel(), leaveAfterMs);
  });
}

function answered(response: GenerateResponse | undefined, dueAt: number, tookMs: number): GrpcEnd {
  return {
    dueAt,
    tookMs,
    code: "OK",
    reason: undefined,
    said: "",
    provider: response?.provider,
    asked: askedOf(response?.attempts ?? []),
    response,
  };
}

function failed(error: ServiceError, dueAt: number, tookMs: number): GrpcEnd {
  const { code, reasons, attempts } = grpcError(error);
  return {
    dueAt,
    tookMs,
    code,
    reason: reasons[0],
    said: error.details,
    provider: undefined,
    asked: askedOf(attempts),
    response: undefined,
  };
}
