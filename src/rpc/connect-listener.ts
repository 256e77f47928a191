import { createServer as createHttp1Server } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Address } from "../domain/address.ts";
import type { MediaFiles } from "../domain/media-store.ts";
import { connectRoutes } from "./connect-routes.ts";
import { serveConnect } from "./connect-service.ts";
import { connectUnary } from "./connect-unary.ts";
import { type CorsOptions, corsHeaders, preflightHeaders } from "./cors.ts";
import { farewell } from "./farewell.ts";
import { grpcCalls } from "./grpc-calls.ts";
import type { HttpRequest, HttpResponse, PlainResponse } from "./http-messages.ts";
import { http2Side } from "./http2-server.ts";
import { jsonMediaFactory } from "./json-media.ts";
import { letIn } from "./let-in.ts";
import { listen } from "./listen.ts";
import type { Listener } from "./listener.ts";
import { openSockets } from "./open-sockets.ts";
import { switchProtocol } from "./protocol-switch.ts";
import type { Rpc } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";
import { serveElse } from "./serve-else.ts";
import { mediaPath, serveMedia } from "./serve-media.ts";
import { tlsDoor } from "./tls-door.ts";
import { webCalls } from "./web-calls.ts";

/**
 * Opens the listener for browsers, `curl` and everyone: Connect, gRPC-Web and
 * gRPC over HTTP/1.1 and HTTP/2 on one port, and below /media/ the files that
 * are kept on disk.
 */
export async function openConnectListener(
  address: Address,
  rpcs: readonly Rpc[],
  context: RpcContext,
  cors: CorsOptions,
  media?: MediaFiles,
): Promise<Listener> {
  const { clock, limits } = context;
  const routes = connectRoutes(rpcs, context);
  const jsonMedia = jsonMediaFactory(context.newId());
  const takers = [connectUnary(rpcs, context, jsonMedia), webCalls(rpcs, context, jsonMedia)];

  function serve(request: HttpRequest, response: HttpResponse): void {
    const origin = request.headers.origin;
    setHeaders(response, corsHeaders(cors, origin));
    const path = request.url?.split("?", 1)[0] ?? "";
    const handler = routes.get(path);
    if (request.method === "OPTIONS") {
      preflight(response, preflightHeaders(cors, origin));
    } else if (media !== undefined && path.startsWith(mediaPath)) {
      const name = path.slice(mediaPath.length);
      serveMedia(media, name, request, response, clock.now).catch((bug) => {
        context.onBug(bug);
        response.destroy();
      });
    } else if (handler === undefined) {
      serveElse(request, response, path);
    } else if (!takers.some((take) => take(path, request, response))) {
      serveConnect(handler, request, response, context, jsonMedia).catch((bug) => {
        context.onBug(bug);
        response.destroy();
      });
    }
  }

  // The headers are a part of the request.
  const headersTimeout = Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs);
  const http1 = createHttp1Server(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: headersTimeout / 2,
    },
    (request, response) => {
      goodbye.answering(response);
      serve(request, response);
    },
  );
  // There is no tunnel here. Node would forget the answers that wait before a CONNECT.
  http1.on("connect", (_request, connection) => goodbye.cut(connection));
  // A server that does not listen itself begins to watch its timeouts with this event only.
  http1.emit("listening");

  const http2 = http2Side(context, grpcCalls(rpcs, context), serve);

  const silent = new Set<Socket>();
  const goodbye = farewell(clock, () => {
    for (const socket of silent) socket.destroy();
    http1.close();
  });
  const take = (server: Server, socket: Socket, raw: Socket): void => {
    silent.delete(raw);
    server.emit("connection", socket);
  };
  const listenTo = (socket: Socket, http2Taker: (socket: Socket) => void, raw = socket): void => {
    const takers = { http1: () => take(http1, socket, raw), http2: http2Taker };
    switchProtocol(socket, takers, clock, limits.headersTimeoutMs);
  };
  const enter = (socket: TLSSocket, raw: Socket): void => {
    if (socket.alpnProtocol === "h2") {
      take(http2.server, socket, raw);
    } else {
      // RFC 9113, section 3.3: HTTP/2 over TLS is agreed on, or it is not spoken.
      listenTo(socket, () => socket.destroy(), raw);
    }
  };
  const secure = context.tls && tlsDoor(context.tls, enter, clock, limits.headersTimeoutMs);
  // A client that ends TLS has said all, and waits for nothing.
  const allowHalfOpen = secure === undefined;
  const server = createServer({ allowHalfOpen, noDelay: true }, (socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
    if (secure !== undefined) secure.enter(socket);
    else listenTo(socket, () => take(http2.server, socket, socket));
  });
  const sockets = openSockets(server);

  return {
    address: await listen(server, address),
    async drain() {
      await letIn(server);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      goodbye.begin();
      http2.drain();
      secure?.drain();
      await closed;
      goodbye.end();
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function preflight(response: PlainResponse, headers: Readonly<Record<string, string>>): void {
  response.writeHead(204, headers);
  response.end();
}

function setHeaders(response: PlainResponse, headers: Readonly<Record<string, string>>): void {
  for (const name in headers) response.setHeader(name, headers[name] as string);
}
