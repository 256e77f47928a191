import type { Message } from "@bufbuild/protobuf";
import type { Arrival } from "./arrival.ts";
import { internalFailure, type RpcFailure, rpcFailure } from "./errors.ts";
import {
  type Call,
  type RpcResult,
  refused,
  type Send,
  type StreamRpc,
  type UnaryRpc,
} from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Runs a unary method. It does not reject: a bug becomes INTERNAL. */
export async function runUnary(
  context: RpcContext,
  rpc: UnaryRpc,
  request: Message,
  call: Call,
  arrival: Arrival,
): Promise<RpcResult> {
  arrival.handling();
  let result: RpcResult;
  try {
    result = await rpc.handle(request, call);
  } catch (bug) {
    context.onBug(bug);
    result = refused(internalFailure(call.requestId));
  }
  if (result.kind === "failed") {
    const failure = atShutdown(context, result.failure);
    arrival.failed(failure);
    result = refused(failure);
  }
  arrival.handled();
  return result;
}

/** Runs a streaming method. It does not reject: a bug becomes INTERNAL. */
export async function runStream(
  context: RpcContext,
  rpc: StreamRpc,
  request: Message,
  call: Call,
  send: Send,
  arrival: Arrival,
): Promise<RpcFailure | undefined> {
  arrival.handling();
  let failure: RpcFailure | undefined;
  try {
    failure = await rpc.handle(request, call, send);
  } catch (bug) {
    context.onBug(bug);
    failure = internalFailure(call.requestId);
  }
  if (failure !== undefined) {
    failure = atShutdown(context, failure);
    arrival.failed(failure);
  }
  arrival.handled();
  return failure;
}

// A call that a drain cut is not one whose caller left: it is told why, and to ask again.
function atShutdown({ cut }: RpcContext, failure: RpcFailure): RpcFailure {
  if (failure.error.reason !== "CANCELLED" || !cut.aborted) return failure;
  return rpcFailure({
    ...failure.error,
    reason: "OVERLOADED",
    message: "The gateway is stopping and could not finish this call in time. Ask again.",
    retryAfterMs: 1000,
  });
}
