import { createServer, type Socket } from "node:net";
import type { Address } from "../domain/address.ts";
import { connectRoutes } from "./connect-routes.ts";
import { serveConnect } from "./connect-service.ts";
import { grpcCalls } from "./grpc-calls.ts";
import type { PlainResponse } from "./http-messages.ts";
import { http2Side } from "./http2-server.ts";
import { type JsonMedia, jsonMediaFactory } from "./json-media.ts";
import { letIn } from "./let-in.ts";
import { listen } from "./listen.ts";
import type { Listener } from "./listener.ts";
import { openSockets } from "./open-sockets.ts";
import type { Rpc } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";
import { serveElse } from "./serve-else.ts";
import { tlsDoor } from "./tls-door.ts";

/** Opens the listener for services: gRPC over HTTP/2, and nothing else. */
export async function openGrpcListener(
  address: Address,
  rpcs: readonly Rpc[],
  context: RpcContext,
): Promise<Listener> {
  const routes = connectRoutes(rpcs, context);
  let mediaFactory: (() => JsonMedia) | undefined;
  const jsonMedia = () => {
    mediaFactory ??= jsonMediaFactory(context.newId());
    return mediaFactory();
  };
  const http2 = http2Side(context, grpcCalls(rpcs, context), (request, response) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const handler = routes.get(path);
    if (!grpcType.test(request.headers["content-type"] ?? "")) {
      (response as PlainResponse).writeHead(415);
      response.end();
    } else if (handler === undefined) {
      serveElse(request, response as PlainResponse, path);
    } else {
      serveConnect(handler, request, response, context, jsonMedia).catch((bug) => {
        context.onBug(bug);
        response.destroy();
      });
    }
  });
  const take = (socket: Socket): void => {
    socket.on("error", ignore);
    http2.server.emit("connection", socket);
  };
  const { tls, clock, limits } = context;
  const secure = tls && tlsDoor(tls, take, clock, limits.headersTimeoutMs);
  const server = createServer({ noDelay: true }, secure?.enter ?? take);
  const sockets = openSockets(server);
  return {
    address: await listen(server, address),
    async drain() {
      await letIn(server);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      http2.drain();
      secure?.drain();
      await closed;
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const grpcType = /^application\/grpc(?:\+|;|$)/i;

function ignore(): void {}
