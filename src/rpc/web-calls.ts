import type { Message } from "@bufbuild/protobuf";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { type Arrival, arrive, requestIdHeader } from "./arrival.ts";
import { type CallLife, RunningCalls } from "./call-life.ts";
import type { TakeRequest } from "./connect-unary.ts";
import type { RpcFailure } from "./errors.ts";
import { type GrpcBody, GrpcBodyReader } from "./grpc-message.ts";
import type { HttpRequest, HttpResponse, PlainResponse } from "./http-messages.ts";
import type { JsonMedia } from "./json-media.ts";
import { leaveUnread } from "./leave-unread.ts";
import { libraryFailure } from "./library-error.ts";
import { makeCall } from "./make-call.ts";
import { jsonFrame, messageFrame } from "./message-frame.ts";
import { brokeOff, hasReadableHost, headerOf } from "./plain-request.ts";
import { type ReadResult, readMessage } from "./read-message.ts";
import { requestLimit } from "./request-limit.ts";
import { nameOf, type Rpc, type StreamRpc, type UnaryRpc } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";
import { runStream, runUnary } from "./run.ts";
import { StreamWriter } from "./stream-writer.ts";
import { connectStreams, grpcWeb, type WebProtocol } from "./web-protocol.ts";
import { type PieceStream, writePieces } from "./write-pieces.ts";

/**
 * Serves the plain case of the calls of web pages whose messages are in envelopes,
 * streams of Connect and all of gRPC-Web, without connect-node: one request, not
 * compressed, with a deadline that can be read, if any. Everything else is left to
 * connect-node, whose answers these are the same as; only envelopes that are not as
 * the protocols have them are refused here, where it makes something of some.
 */
export function webCalls(
  rpcs: readonly Rpc[],
  context: RpcContext,
  jsonMedia: () => JsonMedia,
): TakeRequest {
  const known = new Map<string, UnaryRpc | StreamRpc>();
  for (const rpc of rpcs) if (rpc.kind !== "conversation") known.set(`/${nameOf(rpc)}`, rpc);
  const running = new RunningCalls(context.cut);
  return (path, request, response) => {
    const rpc = known.get(path);
    const plain = rpc && plainCall(rpc, request, context);
    if (rpc === undefined || plain === undefined) return false;
    const media = plain.binary ? undefined : jsonMedia();
    new WebCall(request, response, rpc, plain, media, context, running).begin();
    return true;
  };
}

/** What the headers of a plain call say. */
interface PlainCall {
  readonly protocol: WebProtocol;
  readonly binary: boolean;
  readonly timeoutMs: number | undefined;
}

/** Reads the headers of a call. Undefined: it is left to connect-node. */
function plainCall(
  { kind }: Rpc,
  request: HttpRequest,
  { limits }: RpcContext,
): PlainCall | undefined {
  const { method, headers } = request;
  if (method !== "POST") return undefined;
  for (const protocol of [connectStreams, grpcWeb]) {
    const type = protocol.type.exec(headers["content-type"] ?? "");
    if (type === null || !protocol.kinds.includes(kind)) continue;
    const encoding = headers[protocol.encoding] ?? "identity";
    const timeoutMs = protocol.timeoutOf(request, limits);
    if (encoding !== "identity" || timeoutMs === "unreadable") return undefined;
    if (!hasReadableHost(request)) return undefined;
    return { protocol, binary: type[1] === undefined, timeoutMs };
  }
  return undefined;
}

/** One call: reads its request, has it handled, sends what comes of it. */
class WebCall {
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  readonly #rpc: UnaryRpc | StreamRpc;
  readonly #plain: PlainCall;
  readonly #media: JsonMedia | undefined;
  readonly #context: RpcContext;
  readonly #arrival: Arrival;
  readonly #life: CallLife;
  readonly #writer: StreamWriter;
  #answered = false;
  #over = false;

  constructor(
    request: HttpRequest,
    response: HttpResponse,
    rpc: UnaryRpc | StreamRpc,
    plain: PlainCall,
    media: JsonMedia | undefined,
    context: RpcContext,
    running: RunningCalls,
  ) {
    this.#request = request;
    this.#response = response;
    this.#rpc = rpc;
    this.#plain = plain;
    this.#media = media;
    this.#context = context;
    this.#arrival = arrive(context, {
      method: nameOf(rpc),
      protocol: plain.protocol.name,
      header: (name) => headerOf(request, name),
    });
    this.#life = running.open(context.clock, plain.timeoutMs);
    this.#writer = new StreamWriter(response);
  }

  begin(): void {
    const request = this.#request;
    const response = this.#response;
    // What came of the call is told when its response closes.
    request.on("error", ignore);
    response.on("error", ignore);
    response.once("close", () => {
      this.#over = true;
      this.#writer.close();
      this.#life.end();
      // A stream of HTTP/2 that breaks off is finished without an answer.
      const answered = this.#answered && response.writableFinished;
      this.#arrival.ended(answered ? Code.OK : Code.CANCELLED);
    });
    const { refusal } = this.#arrival;
    if (refusal !== undefined) this.#refuse(refusal);
    else this.#readAll();
  }

  /** Reads the request, and has it served. */
  #readAll(): void {
    const request = this.#request;
    const reader = new GrpcBodyReader(requestLimit(nameOf(this.#rpc), this.#context.limits));
    let read = false;
    const finish = (body: GrpcBody) => {
      if (read) return;
      read = true;
      this.#serve(body).catch((bug) => {
        this.#context.onBug(bug);
        this.#response.destroy();
      });
    };
    request.on("data", (chunk: Buffer) => {
      // Who sends too much is told so now, and not when it is done.
      const refusal = reader.write(chunk);
      if (refusal !== undefined) finish(refusal);
    });
    request.once("end", () => {
      if (!brokeOff(request)) finish(reader.end());
    });
  }

  #refuse(failure: RpcFailure): void {
    this.#arrival.failed(failure);
    this.#end(failure);
    leaveUnread(this.#request);
  }

  async #serve(body: GrpcBody): Promise<void> {
    const request = this.#read(body);
    if (request.kind === "unreadable") {
      this.#refuse(request.failure);
      return;
    }
    const rpc = this.#rpc;
    const call = makeCall(this.#context, this.#arrival, this.#life, this.#plain.timeoutMs);
    if (rpc.kind === "unary") {
      const result = await runUnary(this.#context, rpc, request.message, call, this.#arrival);
      if (result.kind === "failed") this.#end(result.failure);
      else this.#answer(result.message, result.onSent);
      return;
    }
    const send = (message: Message) => {
      if (this.#over) return undefined;
      this.#respond();
      return this.#writer.write(this.#frame(message));
    };
    this.#end(await runStream(this.#context, rpc, request.message, call, send, this.#arrival));
  }

  /** Sends the one message that a call gives, and that it worked. */
  #answer(message: Message, onSent: (() => void) | undefined): void {
    this.#life.close();
    if (this.#over) return;
    this.#answered = true;
    this.#respond();
    const pieces = thenOne(this.#frame(message), this.#plain.protocol.success);
    writePieces(this.#response as PieceStream, pieces, onSent);
  }

  /** Ends an answer with what became of the call. */
  #end(failure: RpcFailure | undefined): void {
    this.#life.close();
    if (this.#over) return;
    const { protocol } = this.#plain;
    this.#answered = true;
    this.#respond();
    this.#writer.write([failure === undefined ? protocol.success : protocol.failure(failure)]);
    this.#writer.end();
  }

  #read(body: GrpcBody): ReadResult {
    if (body.kind === "message") {
      return readMessage(this.#rpc.method.input, body.bytes, this.#plain.binary);
    }
    const limits = { maxMessageBytes: requestLimit(nameOf(this.#rpc), this.#context.limits) };
    const failure = libraryFailure(body.code, body.text, limits, this.#arrival.requestId);
    return { kind: "unreadable", failure };
  }

  #frame(message: Message): Iterable<Uint8Array> {
    const { output } = this.#rpc.method;
    const media = this.#media;
    return media === undefined ? messageFrame(output, message) : jsonFrame(output, message, media);
  }

  /** Sends the head of the answer, unless it is sent. */
  #respond(): void {
    const response = this.#response as PlainResponse;
    if (this.#response.headersSent) return;
    const { protocol, binary } = this.#plain;
    response.writeHead(200, {
      [requestIdHeader]: this.#arrival.requestId,
      "content-type": binary ? protocol.responseType.binary : protocol.responseType.json,
    });
  }
}

function* thenOne(pieces: Iterable<Uint8Array>, last: Uint8Array): Iterable<Uint8Array> {
  yield* pieces;
  yield last;
}

function ignore(): void {}
