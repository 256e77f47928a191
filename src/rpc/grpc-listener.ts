import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { formatAddress, type ListenAddress } from "./address.ts";
import { callWatch } from "./grpc-call-watch.ts";
import { grpcMethod } from "./grpc-method.ts";
import type { Listener } from "./listener.ts";
import type { Rpc } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Opens the listener for services that want throughput: gRPC over HTTP/2 in clear text, by grpc-js. */
export async function openGrpcListener(
  address: ListenAddress,
  rpcs: readonly Rpc[],
  context: RpcContext,
): Promise<Listener> {
  const { limits } = context;
  // It writes to the standard error what the rejection of this promise says as well.
  setLogVerbosity(logVerbosity.NONE);
  const watch = callWatch(context);
  const server = new Server({
    "grpc.max_receive_message_length": limits.maxMessageBytes,
    "grpc.max_send_message_length": limits.maxMessageBytes,
    "grpc.max_concurrent_streams": limits.maxConcurrentStreams,
    "grpc.max_connection_idle_ms": limits.idleTimeoutMs,
    // A caller that vanished without a word is noticed, so that its work ends.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.enable_channelz": 0,
    interceptors: [watch.interceptor],
  });
  for (const rpc of rpcs) {
    const { definition, handler } = grpcMethod(rpc, context, watch.arrivalOf);
    server.addService({ [rpc.method.name]: definition }, { [rpc.method.name]: handler });
  }
  const destroyed = Promise.withResolvers<void>();
  const host = address.host === "" ? "[::]" : address.host;
  const port = await bind(server, formatAddress({ host, port: address.port }));
  return {
    address: formatAddress({ host: address.host, port }),
    drain: () => Promise.race([shutdown(server), destroyed.promise]),
    destroy() {
      // grpc-js does not call back once it is forced.
      server.forceShutdown();
      destroyed.resolve();
    },
  };
}

function shutdown(server: Server): Promise<void> {
  return new Promise((resolve) => server.tryShutdown(() => resolve()));
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`cannot listen on ${address}: ${error.message}`));
    });
  });
}
