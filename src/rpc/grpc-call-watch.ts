import type {
  Metadata,
  ServerInterceptingCallInterface,
  ServerInterceptor,
  ServerMethodDefinition,
} from "@grpc/grpc-js";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { type Arrival, arrive, requestIdHeader } from "./arrival.ts";
import { toGrpcStatus } from "./errors.ts";
import { libraryFailure } from "./library-error.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Watches the calls of a grpc-js server from their first byte to their last. */
export interface CallWatch {
  readonly interceptor: ServerInterceptor;
  /** The arrival of the call that brought this metadata. */
  arrivalOf(metadata: Metadata): Arrival;
}

/**
 * Notes every call as it arrives and as it ends, explains the errors that
 * grpc-js makes itself, and cuts off a caller that does not finish its request
 * in time.
 */
export function callWatch(context: RpcContext): CallWatch {
  const arrivals = new WeakMap<Metadata, Arrival>();
  return {
    interceptor: (method, call) => {
      watch(method, call, context, arrivals);
      // The type asks for a wrapper, whose queues a call would pass for nothing:
      // grpc-js itself takes any ServerInterceptingCallInterface.
      return call as ReturnType<ServerInterceptor>;
    },
    arrivalOf(metadata) {
      const arrival = arrivals.get(metadata);
      if (arrival === undefined) throw new Error("a call was handled that had not arrived");
      return arrival;
    },
  };
}

/**
 * grpc-js answers what it refuses by the call's own `sendStatus`, which no
 * interceptor sees; so the methods of the call object are replaced.
 */
function watch(
  method: ServerMethodDefinition<unknown, unknown>,
  call: ServerInterceptingCallInterface,
  context: RpcContext,
  arrivals: WeakMap<Metadata, Arrival>,
): void {
  const { clock, limits } = context;
  const start = call.start.bind(call);
  const sendStatus = call.sendStatus.bind(call);
  let arrival: Arrival | undefined;
  const cancelTimeout = clock.timer(limits.requestTimeoutMs, () => {
    call.sendStatus({
      code: Code.DEADLINE_EXCEEDED,
      details: "the request did not arrive in time",
    });
  });

  call.start = (listener) =>
    start({
      onReceiveMetadata(metadata) {
        arrival = arrive(context, {
          method: method.path.slice(1),
          protocol: "grpc",
          header: (name) => text(metadata, name),
        });
        arrivals.set(metadata, arrival);
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage: (message) => listener.onReceiveMessage(message),
      onReceiveHalfClose() {
        cancelTimeout();
        listener.onReceiveHalfClose();
      },
      onCancel() {
        cancelTimeout();
        arrival?.ended(Code.CANCELLED);
        listener.onCancel();
      },
    });

  call.sendStatus = (status) => {
    cancelTimeout();
    const code = status.code ?? Code.OK;
    if (code === Code.OK || status.metadata?.get("grpc-status-details-bin").length) {
      status.metadata?.set(requestIdHeader, arrival?.requestId ?? "");
      sendStatus(status);
      arrival?.ended(code);
      return;
    }
    const failure = libraryFailure(code, status.details ?? "", limits, arrival?.requestId ?? "");
    arrival?.failed(failure);
    const explained = toGrpcStatus(failure);
    if (arrival !== undefined) explained.metadata.set(requestIdHeader, arrival.requestId);
    sendStatus(explained);
    arrival?.ended(failure.code);
  };
}

function text(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return value === undefined ? undefined : String(value);
}
