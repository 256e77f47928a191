import {
  codeToHttpStatus,
  contentTypeUnaryJson,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { type RpcFailure, toConnectError } from "./errors.ts";
import { grpcStatus } from "./grpc-status.ts";
import type { HttpRequest, PlainResponse } from "./http-messages.ts";
import { leaveUnread } from "./leave-unread.ts";
import { connectStreams } from "./web-protocol.ts";

/**
 * Answers a call without reading its body, in the words of the protocol that its content
 * type names. `status` is what HTTP is told where the protocol uses it.
 */
export function refuseUnread(
  request: HttpRequest,
  response: PlainResponse,
  failure: RpcFailure,
  status: number = codeToHttpStatus(failure.code),
): void {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/grpc")) {
    // gRPC reads the status of a call from these headers, whatever HTTP says.
    response.writeHead(200, { "content-type": type, ...grpcStatus(failure) });
    response.end();
  } else if (connectStreams.type.test(type)) {
    response.writeHead(200, { "content-type": type });
    response.end(connectStreams.failure(failure));
  } else {
    response.writeHead(status, {
      "content-type": contentTypeUnaryJson,
      // RFC 9110, section 15.5.2: who asks for a key says how it is sent.
      ...(failure.code === Code.UNAUTHENTICATED && { "www-authenticate": "Bearer" }),
    });
    response.end(errorToJsonBytes(toConnectError(failure), undefined));
  }
  leaveUnread(request);
}
