import { Code } from "../../gen/google/rpc/code_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { type RpcFailure, rpcFailure } from "./errors.ts";
import type { HttpRequest, PlainResponse } from "./http-messages.ts";
import { refuseUnread } from "./refuse-unread.ts";

/** Answers a request whose path is no method: tells a person who looks around where to go on, and everyone else that it is not here. */
export function serveElse(request: HttpRequest, response: PlainResponse, path: string): void {
  const { method } = request;
  if (path === "/" && (method === "GET" || method === "HEAD")) {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    response.end(method === "HEAD" ? "" : welcome);
    return;
  }
  refuseUnread(request, response, notFound, 404);
}

const service = GatewayService.typeName;

const welcome = `Spillway: image and text generation over many AI providers.

Service   ${service} (Connect, gRPC-Web and gRPC on this port)
Methods   ${GatewayService.methods.map(({ name }) => name).join(", ")}
Try       curl -H 'content-type: application/json' -d '{}' http://HOST:PORT/${service}/ListProviders
Discover  buf curl --http2-prior-knowledge --list-methods http://HOST:PORT
`;

const notFound: RpcFailure = rpcFailure(
  {
    reason: "INVALID_REQUEST",
    message: `There is no such method. Paths have the form /${service}/Generate; reflection lists them.`,
    metadata: {},
  },
  Code.UNIMPLEMENTED,
);
