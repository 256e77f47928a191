import type { Writable } from "node:stream";
import { createContextValues } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { arrive, requestIdHeader } from "./arrival.ts";
import { binaryMedia } from "./binary-media.ts";
import { arrivalKey, mediaKey } from "./connect-routes.ts";
import { type RpcFailure, rpcFailure, toConnectError } from "./errors.ts";
import { explainedResponse } from "./explained-response.ts";
import type { HttpRequest, HttpResponse, PlainResponse } from "./http-messages.ts";
import type { JsonMedia, ResponseMedia } from "./json-media.ts";
import { libraryFailure } from "./library-error.ts";
import { oneChunk } from "./one-chunk.ts";
import { type Overheard, overhearJson } from "./overheard-json.ts";
import { headerOf, holdTimeout } from "./plain-request.ts";
import { refuseUnread } from "./refuse-unread.ts";
import { requestLimit } from "./request-limit.ts";
import type { RpcContext } from "./rpc-context.ts";
import { unreadableJson } from "./unreadable-json.ts";

/** Serves one HTTP request that is a call: notes its arrival, has it handled, answers, notes its end. */
export async function serveConnect(
  handler: UniversalHandler,
  request: HttpRequest,
  response: HttpResponse,
  context: RpcContext,
  jsonMedia: () => JsonMedia,
): Promise<void> {
  const contentType = headerOf(request, "content-type") ?? "";
  const arrival = arrive(context, {
    method: handler.requestPath.slice(1),
    protocol: protocolOf(contentType),
    header: (name) => headerOf(request, name),
  });
  response.setHeader(requestIdHeader, arrival.requestId);
  // connect-node stops to listen when a response closes, and what was pipelined behind it
  // fails after that. What came of the call is told when its response closes.
  request.on("error", ignore);
  response.on("error", ignore);
  let complete = false;
  // A response of HTTP/2 to HEAD does not tell when its caller left before its end.
  const closing: Writable = "stream" in response ? response.stream : response;
  closing.once("close", () => {
    // A response of HTTP/2 is finished even when its caller left before it began.
    const answered = complete && response.writableFinished;
    arrival.ended(answered ? Code.OK : Code.CANCELLED);
  });
  if (arrival.refusal !== undefined) {
    complete = true;
    refuseUnread(request, response as PlainResponse, arrival.refusal);
    return;
  }
  const media = mediaOf(contentType, jsonMedia);
  let overheard: Overheard | undefined;
  let answer: UniversalServerResponse;
  try {
    const values = createContextValues().set(arrivalKey, arrival).set(mediaKey, media);
    const call = universalRequestFromNodeRequest(request, response, undefined, values);
    holdTimeout(call.header, context.limits);
    const isJson = request.method === "GET" || contentType.includes("json");
    overheard = isJson ? overhearJson(call, contentType) : undefined;
    answer = withBody(handler, await handler(overheard?.request ?? call));
  } catch {
    // Only a request without a readable address gets here: connect-node turns
    // all that a handler throws into a response.
    answer = httpError(400, badAddress);
  }
  const maxMessageBytes = requestLimit(handler.requestPath.slice(1), context.limits);
  const explained = await explainedResponse(answer, (code, message) => {
    const text = / from JSON/.test(message) ? overheard?.text() : undefined;
    const failure =
      text === undefined
        ? libraryFailure(code, message, { maxMessageBytes }, arrival.requestId)
        : rpcFailure(unreadableJson(handler.method.input, text, message));
    arrival.failed(failure);
    return toConnectError(failure);
  });
  const restored = media?.restore(explained) ?? explained;
  const body = watched(restored.body, () => {
    complete = true;
  });
  // It does not tell reliably when it is done, only when it could not be.
  universalResponseToNodeResponse({ ...restored, body }, response).catch(() => {
    response.destroy();
  });
}

function mediaOf(contentType: string, jsonMedia: () => JsonMedia): ResponseMedia | undefined {
  if (contentType.includes("json")) return jsonMedia();
  return contentType === "application/proto" ? binaryMedia() : undefined;
}

async function* watched(
  body: UniversalServerResponse["body"],
  onEnd: () => void,
): AsyncIterable<Uint8Array> {
  if (body) yield* body;
  onEnd();
}

/** A plain HTTP error with a Connect error as its body. */
export function httpError(status: number, failure: RpcFailure): UniversalServerResponse {
  const body = errorToJsonBytes(toConnectError(failure), undefined);
  return {
    status,
    header: new Headers({ "content-type": "application/json" }),
    body: oneChunk(body),
  };
}

// connect-node refuses a wrong HTTP method or content type without a word.
function withBody(
  handler: UniversalHandler,
  response: UniversalServerResponse,
): UniversalServerResponse {
  if (response.body !== undefined || response.status < 400) return response;
  const name = handler.requestPath.slice(1);
  const methods = handler.allowedMethods.join(" or ");
  const message =
    response.status === 405
      ? `${name} is called with ${methods}.`
      : `${name} takes Connect, gRPC-Web or gRPC with ${methods}: as JSON, send "content-type: application/json".`;
  const failure = rpcFailure({ reason: "INVALID_REQUEST", message, metadata: {} });
  const answer = httpError(response.status, failure);
  answer.header?.set("allow", handler.allowedMethods.join(", "));
  return answer;
}

const badAddress = rpcFailure({
  reason: "INVALID_REQUEST",
  message: "The request has no valid host or path.",
  metadata: {},
});

function protocolOf(contentType: string) {
  if (contentType.startsWith("application/grpc-web")) return "grpc_web";
  return contentType.startsWith("application/grpc") ? "grpc" : "connect";
}

function ignore(): void {}
