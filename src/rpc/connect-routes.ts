import type { Message } from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  createConnectRouter,
  createContextKey,
  type HandlerContext,
} from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import type { Arrival } from "./arrival.ts";
import { toConnectError } from "./errors.ts";
import type { ResponseMedia } from "./json-media.ts";
import { requestLimit } from "./request-limit.ts";
import { responseQueue } from "./response-queue.ts";
import {
  type Call,
  type ConversationRpc,
  nameOf,
  type Rpc,
  type StreamRpc,
  type UnaryRpc,
} from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";
import { runStream, runUnary } from "./run.ts";

/** Where a request's arrival is kept while connect-node handles it. */
export const arrivalKey = createContextKey<Arrival | undefined>(undefined);

/** Where the images of a call are kept that stand aside. */
export const mediaKey = createContextKey<ResponseMedia | undefined>(undefined);

/** Serves methods over Connect, gRPC-Web and gRPC with connect-node: one handler a path. */
export function connectRoutes(
  rpcs: readonly Rpc[],
  context: RpcContext,
): ReadonlyMap<string, UniversalHandler> {
  const { limits } = context;
  const router = createConnectRouter({
    maxTimeoutMs: limits.maxCallTimeoutMs,
    shutdownSignal: context.cut,
    acceptCompression: [compressionGzip, compressionBrotli],
    // Requests may be compressed, responses are not: images do not get smaller,
    // and texts are small.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    jsonOptions: { ignoreUnknownFields: false },
  });
  for (const rpc of rpcs) route(router, rpc, context);
  return new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
}

function route(router: ConnectRouter, rpc: Rpc, context: RpcContext): void {
  const options = { readMaxBytes: requestLimit(nameOf(rpc), context.limits) };
  switch (rpc.kind) {
    case "unary":
      router.rpc(
        rpc.method,
        (request, handler) => serveUnary(rpc, request, handler, context),
        options,
      );
      return;
    case "stream":
      router.rpc(
        rpc.method,
        (request, handler) => serveStream(rpc, request, handler, context),
        options,
      );
      return;
    case "conversation":
      router.rpc(rpc.method, (requests) => converse(rpc, requests), options);
      return;
  }
}

async function serveUnary(
  rpc: UnaryRpc,
  request: Message,
  handler: HandlerContext,
  context: RpcContext,
): Promise<Message> {
  const arrival = arrivalOf(handler);
  const result = await runUnary(context, rpc, request, callOf(arrival, handler, context), arrival);
  if (result.kind === "failed") throw toConnectError(result.failure);
  handler.values.get(mediaKey)?.take(result.message);
  return result.message;
}

async function* serveStream(
  rpc: StreamRpc,
  request: Message,
  handler: HandlerContext,
  context: RpcContext,
): AsyncIterable<Message> {
  const arrival = arrivalOf(handler);
  const call = callOf(arrival, handler, context);
  const queue = responseQueue<Message>();
  const media = handler.values.get(mediaKey);
  const send = (message: Message) => {
    media?.take(message);
    return queue.send(message);
  };
  const running = runStream(context, rpc, request, call, send, arrival).finally(queue.end);
  yield* queue;
  const failure = await running;
  if (failure !== undefined) throw toConnectError(failure);
}

async function* converse(
  rpc: ConversationRpc,
  requests: AsyncIterable<Message>,
): AsyncIterable<Message> {
  const conversation = rpc.open();
  for await (const request of requests) yield conversation.answer(request);
}

function callOf(arrival: Arrival, handler: HandlerContext, { clock, limits }: RpcContext): Call {
  const left = handler.timeoutMs();
  return {
    requestId: arrival.requestId,
    caller: arrival.caller,
    arrivedAt: arrival.arrivedAt,
    maxMessageBytes: limits.maxMessageBytes,
    observer: arrival.observer,
    signal: handler.signal,
    deadlineAt: left === undefined ? undefined : clock.monotonic() + left,
  };
}

function arrivalOf(handler: HandlerContext): Arrival {
  const arrival = handler.values.get(arrivalKey);
  if (arrival === undefined) throw new Error("a call was handled that had not arrived");
  return arrival;
}
