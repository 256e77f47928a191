import { createServer } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Address } from "../domain/address.ts";
import { RunningCalls } from "./call-life.ts";
import { callWatch } from "./grpc-call-watch.ts";
import { grpcMethod } from "./grpc-method.ts";
import { letIn } from "./let-in.ts";
import { listen } from "./listen.ts";
import type { Listener } from "./listener.ts";
import { openSockets } from "./open-sockets.ts";
import type { Rpc } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Opens the listener for services that want throughput: gRPC over HTTP/2 in clear text, by grpc-js. */
export async function openGrpcListener(
  address: Address,
  rpcs: readonly Rpc[],
  context: RpcContext,
): Promise<Listener> {
  const { limits } = context;
  const watch = callWatch(context);
  const running = new RunningCalls(context.cut);
  const grpc = new Server({
    "grpc.max_receive_message_length": limits.maxMessageBytes,
    "grpc.max_concurrent_streams": limits.maxConcurrentStreams,
    "grpc.max_connection_idle_ms": limits.idleTimeoutMs,
    // A caller that vanished without a word is noticed, so that its work ends.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.enable_channelz": 0,
    interceptors: [watch.interceptor],
  });
  for (const rpc of rpcs) {
    const { definition, handler } = grpcMethod(rpc, context, running, watch.arrivalOf);
    grpc.addService({ [rpc.method.name]: definition }, { [rpc.method.name]: handler });
  }
  // With connections of our own, every one of them can be closed at once:
  // without channelz, forceShutdown of grpc-js 1.14 forgets those that are open.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const server = createServer({ noDelay: true }, (socket) => injector.injectConnection(socket));
  const sockets = openSockets(server);
  return {
    address: await listen(server, address),
    async drain() {
      await letIn(server);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // It sends GOAWAY: running calls go on.
      injector.destroy();
      await closed;
    },
    destroy() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
