import { codeToHttpStatus, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { freeImageMemory, takeImageMemory } from "../domain/image-memory.ts";
import { type Arrival, arrive, requestIdHeader } from "./arrival.ts";
import { type CallLife, RunningCalls } from "./call-life.ts";
import { type RpcFailure, toConnectError } from "./errors.ts";
import type { HttpRequest, HttpResponse, PlainResponse } from "./http-messages.ts";
import type { JsonMedia } from "./json-media.ts";
import { makeCall } from "./make-call.ts";
import { lengthOf, messagePieces } from "./message-pieces.ts";
import {
  brokeOff,
  connectTimeoutOf,
  hasReadableHost,
  headerOf,
  wholeNumber,
} from "./plain-request.ts";
import { readMessage } from "./read-message.ts";
import { refuseUnread } from "./refuse-unread.ts";
import { requestLimit } from "./request-limit.ts";
import { nameOf, type Rpc, type RpcResult, type UnaryRpc } from "./rpc.ts";
import type { RpcContext } from "./rpc-context.ts";
import { runUnary } from "./run.ts";
import { type PieceStream, writePieces } from "./write-pieces.ts";

/** Serves a request if it is one that it is made for; tells whether it is. */
export type TakeRequest = (path: string, request: HttpRequest, response: HttpResponse) => boolean;

/**
 * Serves the plain case of a unary Connect call without connect-node: a POST of JSON
 * or Protobuf, of a length known beforehand, not compressed, with a deadline that can
 * be read, if any. That is what browsers, `curl` and the clients of connect-es send.
 * Everything else is left to connect-node, whose answers these are the same as.
 */
export function connectUnary(
  rpcs: readonly Rpc[],
  context: RpcContext,
  jsonMedia: () => JsonMedia,
): TakeRequest {
  const unary = new Map<string, UnaryRpc>();
  for (const rpc of rpcs) if (rpc.kind === "unary") unary.set(`/${nameOf(rpc)}`, rpc);
  const running = new RunningCalls(context.cut);

  return (path, request, response) => {
    const rpc = unary.get(path);
    const plain = rpc && plainCall(path.slice(1), request, context);
    if (rpc === undefined || plain === undefined) return false;
    const arrival = arrive(context, {
      method: nameOf(rpc),
      protocol: "connect",
      header: (name) => headerOf(request, name),
    });
    const life = running.open(context.clock, plain.timeoutMs);
    response.once("close", () => {
      life.end();
      // A response of HTTP/2 is finished even when its caller left before it began.
      const answered = response.headersSent && response.writableFinished;
      arrival.ended(answered ? Code.OK : Code.CANCELLED);
    });
    // What came of the call is told when its response closes.
    request.on("error", ignore);
    response.on("error", ignore);
    if (arrival.refusal !== undefined) {
      (response as PlainResponse).setHeader(requestIdHeader, arrival.requestId);
      refuseUnread(request, response as PlainResponse, arrival.refusal);
      return true;
    }
    readBody(request, plain.length, async (body) => {
      try {
        const answer = await serve(rpc, plain, body, { context, arrival, life, jsonMedia });
        send(response, answer, arrival.requestId);
      } catch (bug) {
        context.onBug(bug);
        response.destroy();
      }
    });
    return true;
  };
}

/** What the headers of a plain call say. */
interface PlainCall {
  readonly binary: boolean;
  readonly length: number;
  readonly timeoutMs: number | undefined;
}

/** Reads the headers of a call. Undefined: it is left to connect-node. */
function plainCall(
  name: string,
  request: HttpRequest,
  { limits }: RpcContext,
): PlainCall | undefined {
  const { method, headers } = request;
  const type = contentType.exec(headers["content-type"] ?? "");
  if (method !== "POST" || type === null) return undefined;
  const encoding = headers["content-encoding"] ?? "identity";
  const length = wholeNumber(headers["content-length"]);
  if (encoding !== "identity" || length === undefined || length > requestLimit(name, limits)) {
    return undefined;
  }
  const timeoutMs = connectTimeoutOf(request, limits);
  if (timeoutMs === "unreadable" || !hasReadableHost(request)) return undefined;
  return { binary: type[1] !== undefined, length, timeoutMs };
}

/** As connect-node has it. */
const contentType = /^application\/(?:json(?:; ?charset=utf-?8)?|(proto))$/i;

/** Reads a body whose length HTTP guarantees. */
function readBody(request: HttpRequest, length: number, take: (body: Buffer) => void): void {
  let body: Buffer = nothing;
  let received = 0;
  request.on("data", (chunk: Buffer) => {
    if (chunk.length === length) {
      body = chunk;
      return;
    }
    if (received === 0) body = takeImageMemory(length);
    received += chunk.copy(body, received);
  });
  request.once("end", () => {
    if (!brokeOff(request)) take(body);
  });
}

const nothing = Buffer.alloc(0);

/** A response, ready to be sent. */
interface Answer {
  readonly status: number;
  readonly type: string;
  readonly length: number;
  readonly pieces: Iterable<Uint8Array>;
  readonly onSent?: (() => void) | undefined;
}

/** What a call is served with. */
interface Means {
  readonly context: RpcContext;
  readonly arrival: Arrival;
  readonly life: CallLife;
  readonly jsonMedia: () => JsonMedia;
}

async function serve(
  rpc: UnaryRpc,
  plain: PlainCall,
  body: Buffer,
  { context, arrival, life, jsonMedia }: Means,
): Promise<Answer> {
  const request = readMessage(rpc.method.input, body, plain.binary);
  // Bytes in a message of JSON are its own, and in one of Protobuf they are the body's.
  if (!plain.binary) freeImageMemory(body);
  if (request.kind === "unreadable") {
    arrival.failed(request.failure);
    life.close();
    return errorAnswer(request.failure);
  }
  const call = makeCall(context, arrival, life, plain.timeoutMs);
  const result = await runUnary(context, rpc, request.message, call, arrival);
  life.close();
  if (result.kind === "failed") return errorAnswer(result.failure);
  return messageAnswer(rpc, plain, result, jsonMedia);
}

function messageAnswer(
  { method }: UnaryRpc,
  { binary }: PlainCall,
  { message, onSent }: RpcResult & { readonly kind: "message" },
  jsonMedia: () => JsonMedia,
): Answer {
  if (binary) {
    const pieces = messagePieces(method.output, message);
    return { status: 200, type: "application/proto", length: lengthOf(pieces), pieces, onSent };
  }
  const { length, pieces } = jsonMedia().write(method.output, message);
  return { status: 200, type: "application/json", length, pieces, onSent };
}

function errorAnswer(failure: RpcFailure): Answer {
  const body = errorToJsonBytes(toConnectError(failure), undefined);
  return {
    status: codeToHttpStatus(failure.code),
    type: "application/json",
    length: body.length,
    pieces: [body],
  };
}

function send(response: HttpResponse, answer: Answer, requestId: string): void {
  if (response.destroyed || response.headersSent) return;
  (response as PlainResponse).writeHead(answer.status, {
    [requestIdHeader]: requestId,
    "content-type": answer.type,
    "content-length": String(answer.length),
  });
  writePieces(response as PieceStream, answer.pieces, answer.onSent);
}

function ignore(): void {}
