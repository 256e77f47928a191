import {
  type Client,
  Code,
  ConnectError,
  createClient,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";

/** A gateway, as its clients see it. */
export type GatewayClient = Client<typeof GatewayService>;

/** Where a gateway is looked for when nothing else is said. */
export const defaultServer = "http://127.0.0.1:8080";

/** The client of whatever gateway a transport leads to. */
export function gatewayClient(transport: Transport): GatewayClient {
  return createClient(GatewayService, transport);
}

/**
 * The way to a running gateway: Connect over HTTP/1.1, which every proxy lets through.
 * `key` is the caller's, for a gateway that wants one.
 */
export function connectTo(server: string, key?: string): Transport {
  const presentKey: Interceptor = (next) => (request) => {
    if (key !== undefined) request.header.set("authorization", `Bearer ${sendable(key)}`);
    return next(request);
  };
  return createConnectTransport({
    baseUrl: server,
    httpVersion: "1.1",
    useBinaryFormat: true,
    interceptors: [presentKey],
  });
}

/** A key without what a file or a shell left around it. What no header can carry would be quoted in an error. */
function sendable(key: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new ConnectError(
    "The key that is to be sent has characters in it that no key has, or none at all.",
    Code.Unauthenticated,
    undefined,
    [{ desc: ErrorInfoSchema, value: { reason: "UNAUTHENTICATED" } }],
  );
}
