import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { createEndStreamSerialization, endStreamFlag } from "@connectrpc/connect/protocol-connect";
import { trailerFlag } from "@connectrpc/connect/protocol-grpc-web";
import type { RpcCall } from "../telemetry/telemetry.ts";
import { type RpcFailure, toConnectError } from "./errors.ts";
import { grpcStatus } from "./grpc-status.ts";
import type { HttpRequest } from "./http-messages.ts";
import type { Limits } from "./limits.ts";
import { connectTimeoutOf, grpcTimeoutOf, type Unreadable } from "./plain-request.ts";
import type { Rpc } from "./rpc.ts";

/**
 * What is special to a protocol that carries messages in envelopes and tells in a last
 * one, with a flag, what became of the call. Its responses are all 200 OK.
 */
export interface WebProtocol {
  readonly name: RpcCall["protocol"];
  readonly kinds: readonly Rpc["kind"][];
  /** The content types of its requests. The first group is there for JSON. */
  readonly type: RegExp;
  readonly responseType: { readonly binary: string; readonly json: string };
  /** The header that tells how the messages of a request are compressed. */
  readonly encoding: "connect-content-encoding" | "grpc-encoding";
  timeoutOf(request: HttpRequest, limits: Limits): number | undefined | Unreadable;
  /** The last envelope of a call that worked. */
  readonly success: Uint8Array;
  /** The last envelope of one that failed. */
  failure(failure: RpcFailure): Uint8Array;
}

const endStream = createEndStreamSerialization(undefined);

/** Streams of Connect (https://connectrpc.com/docs/protocol, November 2026). */
export const connectStreams: WebProtocol = {
  name: "connect",
  kinds: ["stream"],
  type: /^application\/connect\+(?:proto|(json)(?:; ?charset=utf-?8)?)$/i,
  responseType: { binary: "application/connect+proto", json: "application/connect+json" },
  encoding: "connect-content-encoding",
  timeoutOf: connectTimeoutOf,
  success: encodeEnvelope(endStreamFlag, Buffer.from("{}")),
  failure(failure) {
    const end = { metadata: new Headers(), error: toConnectError(failure) };
    return encodeEnvelope(endStreamFlag, endStream.serialize(end));
  },
};

/** gRPC-Web (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md), but for its base64. */
export const grpcWeb: WebProtocol = {
  name: "grpc_web",
  kinds: ["unary", "stream"],
  type: /^application\/grpc-web(?:\+(?:proto|(json)(?:; ?charset=utf-?8)?))?$/i,
  responseType: { binary: "application/grpc-web+proto", json: "application/grpc-web+json" },
  encoding: "grpc-encoding",
  timeoutOf: ({ headers }, limits) => grpcTimeoutOf(headers, limits),
  success: encodeEnvelope(trailerFlag, Buffer.from("grpc-status: 0\r\n")),
  failure(failure) {
    const lines = Object.entries(grpcStatus(failure)).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    return encodeEnvelope(trailerFlag, Buffer.from(lines.join("")));
  },
};
