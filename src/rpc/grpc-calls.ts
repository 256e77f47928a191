import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { fromBinary, type Message } from "@bufbuild/protobuf";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { type Arrival, arrive, requestIdHeader } from "./arrival.ts";
import { type CallLife, RunningCalls } from "./call-life.ts";
import type { RpcFailure } from "./errors.ts";
import { type GrpcBody, GrpcBodyReader } from "./grpc-message.ts";
import { grpcStatus } from "./grpc-status.ts";
import { libraryFailure, malformedRequest } from "./library-error.ts";
import { makeCall } from "./make-call.ts";
import { messageFrame } from "./message-frame.ts";
import { grpcTimeoutOf } from "./plain-request.ts";
import { requestLimit } from "./request-limit.ts";
import {
  type Call,
  nameOf,
  type Rpc,
  type RpcResult,
  type StreamRpc,
  type UnaryRpc,
} from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";
import { runStream, runUnary } from "./run.ts";
import { StreamWriter } from "./stream-writer.ts";
import { writePieces } from "./write-pieces.ts";

/** Serves a stream of HTTP/2 if it carries a call that it is made for; tells whether it does. */
export type TakeStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;

/**
 * Serves the plain case of a gRPC call with one request by node:http2 itself:
 * Protobuf that is not compressed, with a deadline that can be read, if any.
 * Everything else, conversations and JSON for instance, is left to connect-node.
 */
export function grpcCalls(rpcs: readonly Rpc[], context: RpcContext): TakeStream {
  const known = new Map<string, UnaryRpc | StreamRpc>();
  for (const rpc of rpcs) if (rpc.kind !== "conversation") known.set(`/${nameOf(rpc)}`, rpc);
  const running = new RunningCalls(context.cut);
  return (stream, headers) => {
    const type = headers["content-type"];
    if (type !== "application/grpc" && type !== "application/grpc+proto") return false;
    const rpc = known.get(headers[":path"] as string);
    const timeoutMs = grpcTimeoutOf(headers, context.limits);
    const encoding = headers["grpc-encoding"] ?? "identity";
    if (rpc === undefined || headers[":method"] !== "POST" || timeoutMs === "unreadable") {
      return false;
    }
    if (encoding !== "identity") return false;
    attend(stream, new GrpcCall(stream, headers, rpc, timeoutMs, context, running));
    return true;
  };
}

/** Tells a call what happens to its stream. */
function attend(stream: ServerHttp2Stream, opened: GrpcCall): void {
  let call: GrpcCall | undefined = opened;
  stream.on("data", (chunk: Buffer) => call?.take(chunk));
  stream.on("end", () => call?.end());
  stream.on("wantTrailers", () => call?.sendStatus());
  // What came of the call is told when its stream closes.
  stream.on("error", ignore);
  stream.on("close", () => {
    call?.close();
    // A closed stream outlives what it carried, until the next full collection of garbage.
    call = undefined;
  });
  opened.admit();
}

/** One call: reads its request, has it handled, sends what comes of it. */
class GrpcCall {
  readonly #stream: ServerHttp2Stream;
  readonly #rpc: UnaryRpc | StreamRpc;
  readonly #timeoutMs: number | undefined;
  readonly #context: RpcContext;
  readonly #arrival: Arrival;
  readonly #life: CallLife;
  readonly #reader: GrpcBodyReader;
  readonly #cancelReading: () => void;
  #read = false;
  #status = ok;
  #answered = false;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rpc: UnaryRpc | StreamRpc,
    timeoutMs: number | undefined,
    context: RpcContext,
    running: RunningCalls,
  ) {
    const { clock, limits } = context;
    this.#stream = stream;
    this.#rpc = rpc;
    this.#timeoutMs = timeoutMs;
    this.#context = context;
    this.#arrival = arrive(context, {
      method: nameOf(rpc),
      protocol: "grpc",
      header: (name) => {
        const value = headers[name];
        return typeof value === "object" ? value.join(", ") : value;
      },
    });
    this.#life = running.open(clock, timeoutMs);
    this.#reader = new GrpcBodyReader(requestLimit(nameOf(rpc), limits));
    this.#cancelReading = clock.timer(limits.requestTimeoutMs, () => this.#finish(late));
  }

  /** Refuses the call of somebody who may not call, whatever it is. */
  admit(): void {
    const { refusal } = this.#arrival;
    if (refusal === undefined) return;
    this.#read = true;
    this.#cancelReading();
    this.#refuse(refusal);
  }

  /** Takes a piece of the request. */
  take(chunk: Buffer): void {
    if (this.#read) return;
    // Who sends too much is told so now, and not when it is done.
    const refusal = this.#reader.write(chunk);
    if (refusal !== undefined) this.#finish(refusal);
  }

  /** The request is over. */
  end(): void {
    // One that breaks off comes to its end, too.
    if (!this.#stream.aborted) this.#finish(this.#reader.end());
  }

  /** Everything else is sent. */
  sendStatus(): void {
    this.#answered = true;
    this.#stream.sendTrailers(this.#status);
  }

  /** The answer is sent, or its caller has left. */
  close(): void {
    this.#cancelReading();
    this.#life.end();
    this.#arrival.ended(this.#answered ? Code.OK : Code.CANCELLED);
  }

  #finish(body: GrpcBody): void {
    if (this.#read) return;
    this.#read = true;
    this.#cancelReading();
    this.#run(body);
  }

  async #run(body: GrpcBody): Promise<void> {
    const context = this.#context;
    const rpc = this.#rpc;
    try {
      const request = this.#requestOf(body);
      if (request === undefined) return;
      if (rpc.kind === "stream") await this.#serveStream(rpc, request);
      else this.#answer(rpc, await runUnary(context, rpc, request, this.#call(), this.#arrival));
    } catch (bug) {
      context.onBug(bug);
      this.#stream.close(internalError);
    }
  }

  #answer({ method }: UnaryRpc, result: RpcResult): void {
    this.#life.close();
    if (result.kind === "failed") {
      this.#fail(result.failure);
    } else if (!this.#stream.destroyed) {
      this.#respond();
      writePieces(this.#stream, messageFrame(method.output, result.message), result.onSent);
    }
  }

  async #serveStream(rpc: StreamRpc, request: Message): Promise<void> {
    const stream = this.#stream;
    const writer = new StreamWriter(stream);
    stream.once("close", () => writer.close());
    const send = (message: Message) => {
      if (stream.destroyed) return;
      if (!stream.headersSent) this.#respond();
      return writer.write(messageFrame(rpc.method.output, message));
    };
    const call = this.#call();
    const failure = await runStream(this.#context, rpc, request, call, send, this.#arrival);
    this.#life.close();
    if (failure !== undefined) return this.#fail(failure, writer);
    if (stream.destroyed) return;
    if (!stream.headersSent) this.#respond();
    writer.end();
  }

  /** Reads the request. Undefined when it cannot be read: then the call has failed. */
  #requestOf(body: GrpcBody): Message | undefined {
    const { input } = this.#rpc.method;
    if (body.kind === "message") {
      try {
        return fromBinary(input, body.bytes);
      } catch {
        this.#refuse(malformedRequest(input.typeName));
        return undefined;
      }
    }
    const limits = { maxMessageBytes: requestLimit(nameOf(this.#rpc), this.#context.limits) };
    this.#refuse(libraryFailure(body.code, body.text, limits, this.#arrival.requestId));
    return undefined;
  }

  #refuse(failure: RpcFailure): void {
    this.#arrival.failed(failure);
    this.#life.close();
    this.#fail(failure);
  }

  #call(): Call {
    return makeCall(this.#context, this.#arrival, this.#life, this.#timeoutMs);
  }

  /** Sends the head of an answer. Its status follows when everything else is sent. */
  #respond(): void {
    this.#stream.respond(this.#head(), { waitForTrailers: true });
  }

  /** Names and values in turn: Node takes them as they are. */
  #head(): string[] {
    const { requestId } = this.#arrival;
    return [":status", "200", "content-type", responseType, requestIdHeader, requestId];
  }

  #fail(failure: RpcFailure, body: { end(): void } = this.#stream): void {
    const stream = this.#stream;
    if (stream.destroyed) return;
    const status = grpcStatus(failure);
    if (stream.headersSent) {
      this.#status = status;
      body.end();
    } else {
      this.#answered = true;
      stream.respond([...this.#head(), ...Object.entries(status).flat()], { endStream: true });
    }
    // What is left of a request that was refused is of no interest.
    if (!stream.readableEnded) stream.close();
  }
}

/** A request that is not whole in time. */
const late: GrpcBody = { kind: "unreadable", code: Code.DEADLINE_EXCEEDED, text: "too slow" };

const responseType = "application/grpc+proto";

const ok: Readonly<Record<string, string>> = { "grpc-status": "0" };

/** RFC 9113, section 7. */
const internalError = 2;

function ignore(): void {}
