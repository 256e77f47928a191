import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  type ServerUnaryCall,
  type ServerWritableStream,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import { type Arrival, requestIdHeader } from "./arrival.ts";
import type { CallLife, RunningCalls } from "./call-life.ts";
import { internalFailure, type RpcFailure, toGrpcStatus } from "./errors.ts";
import { malformedRequest } from "./library-error.ts";
import { lengthOf, messagePieces } from "./message-pieces.ts";
import type { Call, ConversationRpc, Rpc, StreamRpc, UnaryRpc } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";
import { runStream, runUnary } from "./run.ts";

/** A method as grpc-js wants it: how its messages are read and written, and what it does. */
export interface GrpcMethod {
  readonly definition: MethodDefinition<Request, Message>;
  readonly handler: UntypedHandleCall;
}

/** A request, or undefined when its bytes are no message of the right type. */
type Request = { readonly message: Message | undefined };

/** Makes a grpc-js method of one of ours. */
export function grpcMethod(
  rpc: Rpc,
  context: RpcContext,
  running: RunningCalls,
  arrivalOf: (metadata: Metadata) => Arrival,
): GrpcMethod {
  const { method } = rpc;
  const definition: MethodDefinition<Request, Message> = {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: rpc.kind === "conversation",
    responseStream: rpc.kind !== "unary",
    requestDeserialize: (bytes) => ({ message: read(method.input, bytes) }),
    responseSerialize: (message) => serialized(messagePieces(method.output, message)),
    requestSerialize: unused,
    responseDeserialize: unused,
  };
  switch (rpc.kind) {
    case "unary":
      return { definition, handler: unaryHandler(rpc, context, running, arrivalOf) };
    case "stream":
      return { definition, handler: streamHandler(rpc, context, running, arrivalOf) };
    case "conversation":
      return { definition, handler: conversationHandler(rpc, context, arrivalOf) };
  }
}

function unaryHandler(
  rpc: UnaryRpc,
  context: RpcContext,
  running: RunningCalls,
  arrivalOf: (metadata: Metadata) => Arrival,
): handleUnaryCall<Request, Message> {
  return async (grpcCall, callback) => {
    const arrival = arrivalOf(grpcCall.metadata);
    const { message } = grpcCall.request;
    if (message === undefined) {
      const failure = malformedRequest(rpc.method.input.typeName);
      arrival.failed(failure);
      callback(toGrpcStatus(failure));
      return;
    }
    const life = lifeOf(grpcCall, context, running);
    const call = callOf(grpcCall, arrival, life, context);
    const result = await runUnary(context, rpc, message, call, arrival);
    life.close();
    if (result.kind === "failed") {
      callback(toGrpcStatus(result.failure));
      return;
    }
    grpcCall.sendMetadata(responseMetadata(arrival));
    callback(null, result.message);
  };
}

function streamHandler(
  rpc: StreamRpc,
  context: RpcContext,
  running: RunningCalls,
  arrivalOf: (metadata: Metadata) => Arrival,
): handleServerStreamingCall<Request, Message> {
  return async (grpcCall) => {
    const arrival = arrivalOf(grpcCall.metadata);
    const { message } = grpcCall.request;
    if (message === undefined) {
      const failure = malformedRequest(rpc.method.input.typeName);
      arrival.failed(failure);
      grpcCall.emit("error", toGrpcStatus(failure));
      return;
    }
    grpcCall.sendMetadata(responseMetadata(arrival));
    const life = lifeOf(grpcCall, context, running);
    const call = callOf(grpcCall, arrival, life, context);
    const send = (response: Message) => {
      if (!grpcCall.writable || grpcCall.write(response)) return;
      return roomToWrite(grpcCall);
    };
    const failure = await runStream(context, rpc, message, call, send, arrival);
    life.close();
    if (failure === undefined) grpcCall.end();
    else grpcCall.emit("error", toGrpcStatus(failure));
  };
}

function conversationHandler(
  rpc: ConversationRpc,
  context: RpcContext,
  arrivalOf: (metadata: Metadata) => Arrival,
): handleBidiStreamingCall<Request, Message> {
  return (grpcCall) => {
    const { requestId } = arrivalOf(grpcCall.metadata);
    const conversation = rpc.open();
    const fail = (failure: RpcFailure) => grpcCall.emit("error", toGrpcStatus(failure));
    grpcCall.on("data", ({ message }: Request) => {
      if (message === undefined) {
        fail(malformedRequest(rpc.method.input.typeName));
        return;
      }
      try {
        if (grpcCall.write(conversation.answer(message))) return;
        grpcCall.pause();
        grpcCall.once("drain", () => grpcCall.resume());
      } catch (bug) {
        context.onBug(bug);
        fail(internalFailure(requestId));
      }
    });
    grpcCall.on("end", () => grpcCall.end());
  };
}

/** grpc-js says "cancelled" at the end of every call, however it ends: after the handler's it means nothing. */
function lifeOf(
  grpcCall: ServerUnaryCall<Request, Message> | ServerWritableStream<Request, Message>,
  { clock }: RpcContext,
  running: RunningCalls,
): CallLife {
  const life = running.open(clock);
  grpcCall.once("cancelled", () => life.end());
  return life;
}

function callOf(
  grpcCall: ServerUnaryCall<Request, Message> | ServerWritableStream<Request, Message>,
  arrival: Arrival,
  life: CallLife,
  { clock, limits }: RpcContext,
): Call {
  const deadline = Number(grpcCall.getDeadline());
  return {
    requestId: arrival.requestId,
    arrivedAt: arrival.arrivedAt,
    maxMessageBytes: limits.maxMessageBytes,
    observer: arrival.observer,
    signal: life.signal,
    deadlineAt: Number.isFinite(deadline) ? clock.monotonic() + deadline - clock.now() : undefined,
  };
}

/** Settles when a stream takes more, or is over. */
function roomToWrite(grpcCall: ServerWritableStream<Request, Message>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      grpcCall.off("drain", done);
      grpcCall.off("cancelled", done);
      resolve();
    };
    grpcCall.on("drain", done);
    grpcCall.on("cancelled", done);
  });
}

function responseMetadata(arrival: Arrival): Metadata {
  const metadata = new Metadata();
  metadata.set(requestIdHeader, arrival.requestId);
  return metadata;
}

function read(schema: DescMessage, bytes: Uint8Array): Message | undefined {
  try {
    return fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}

/**
 * What grpc-js asks of a serialized message is its length, and to be copied behind
 * the head of its frame. Given in pieces, it is put together there and nowhere else.
 */
function serialized(pieces: readonly Uint8Array[]): Buffer {
  if (pieces.length === 1) return asBuffer(pieces[0] as Uint8Array);
  const parts: Pick<Buffer, "byteLength" | "copy"> = {
    byteLength: lengthOf(pieces),
    copy(target, from = 0) {
      let at = from;
      for (const piece of pieces) {
        target.set(piece, at);
        at += piece.length;
      }
      return at - from;
    },
  };
  return parts as Buffer;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// Only clients write requests and read responses.
function unused(): never {
  throw new Error("a server does not do this");
}
