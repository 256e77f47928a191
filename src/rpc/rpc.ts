import type {
  DescMessage,
  DescMethodBiDiStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  Message,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Caller } from "../domain/caller.ts";
import type { RpcObserver } from "../telemetry/telemetry.ts";
import type { RpcFailure } from "./errors.ts";

/** A method and what it does, in a form that both listeners serve. */
export type Rpc = UnaryRpc | StreamRpc | ConversationRpc;

/** A method with one request and one response. */
export interface UnaryRpc {
  readonly kind: "unary";
  readonly method: DescMethodUnary;
  handle(request: Message, call: Call): RpcResult | Promise<RpcResult>;
}

/** A method with one request and a stream of responses. Its promise gives the failure that ended it, if one did. */
export interface StreamRpc {
  readonly kind: "stream";
  readonly method: DescMethodServerStreaming;
  handle(request: Message, call: Call, send: Send): Promise<RpcFailure | undefined>;
}

/** A method that answers each request of a stream with one response. */
export interface ConversationRpc {
  readonly kind: "conversation";
  readonly method: DescMethodBiDiStreaming;
  /** Begins a conversation. */
  open(): Conversation;
}

/** One running conversation. */
export interface Conversation {
  answer(request: Message): Message;
}

/** What a unary call gives. */
export type RpcResult =
  | {
      readonly kind: "message";
      readonly message: Message;
      /** To be called when the system has taken the whole answer, if it has: nobody may read the message from then on. */
      readonly onSent?: (() => void) | undefined;
    }
  | { readonly kind: "failed"; readonly failure: RpcFailure };

/** Sends a response. A promise means: wait for it before the next one. */
export type Send = (message: Message) => void | Promise<void>;

/** A call, as a handler sees it. */
export interface Call {
  readonly requestId: string;
  /** Undefined where everybody may call. */
  readonly caller?: Caller | undefined;
  /** Aborted when the caller leaves, when its time is up, and when a drain cuts the call. */
  readonly signal: AbortSignal;
  /** On the clock's monotonic scale. Undefined when the caller set no deadline. */
  readonly deadlineAt?: number | undefined;
  /** On the clock's monotonic scale. */
  readonly arrivedAt: number;
  /** The most bytes of one message of the answer, as Protobuf. */
  readonly maxMessageBytes: number;
  readonly observer: RpcObserver;
}

/** A method's whole name: "spillway.v1.GatewayService/Generate". */
export function nameOf({ method }: Pick<Rpc, "method">): string {
  return `${method.parent.typeName}/${method.name}`;
}

/** Makes a unary method of a function of the right types. */
export function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  handle: (request: MessageShape<I>, call: Call) => RpcResult | Promise<RpcResult>,
): UnaryRpc {
  // The listeners give a method only messages that they read as its input.
  return { kind: "unary", method, handle: handle as UnaryRpc["handle"] };
}

/** Makes a streaming method of a function of the right types. */
export function stream<I extends DescMessage, O extends DescMessage>(
  method: DescMethodServerStreaming<I, O>,
  handle: (
    request: MessageShape<I>,
    call: Call,
    send: (message: MessageShape<O>) => void | Promise<void>,
  ) => Promise<RpcFailure | undefined>,
): StreamRpc {
  return { kind: "stream", method, handle: handle as StreamRpc["handle"] };
}

/** Makes a conversation of a function of the right types. */
export function conversation<I extends DescMessage, O extends DescMessage>(
  method: DescMethodBiDiStreaming<I, O>,
  open: () => { answer(request: MessageShape<I>): MessageShape<O> },
): ConversationRpc {
  return { kind: "conversation", method, open: open as ConversationRpc["open"] };
}

/** The result of a unary call that worked. */
export function answered(message: Message, onSent?: (() => void) | undefined): RpcResult {
  return { kind: "message", message, onSent };
}

/** The result of a unary call that did not. */
export function refused(failure: RpcFailure): RpcResult {
  return { kind: "failed", failure };
}
