import { Code, type ConnectError } from "@connectrpc/connect";
import { encodeEnvelope, type UniversalServerResponse } from "@connectrpc/connect/protocol";
import {
  codeFromString,
  codeToHttpStatus,
  createEndStreamSerialization,
  endStreamFlag,
  endStreamFromJson,
  errorToJsonBytes,
} from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { oneChunk } from "./one-chunk.ts";

/** Says a library's error in our words. */
export type Explain = (code: Code, message: string) => ConnectError;

/**
 * Finds an error in a response of connect-node that has no details, which is
 * one that the library made itself, and puts the explained one in its place.
 * So every error has its ErrorInfo, whoever found it, in every protocol.
 */
export function explainedResponse(
  response: UniversalServerResponse,
  explain: Explain,
): Promise<UniversalServerResponse> | UniversalServerResponse {
  const { body } = response;
  if (body === undefined || body === null) return response;
  const type = response.header?.get("content-type") ?? "";
  if (type.startsWith("application/grpc-web")) {
    return {
      ...response,
      body: lastEnvelope(body, trailerFlag, (data) => webTrailer(data, explain)),
    };
  }
  if (type.startsWith("application/grpc")) {
    return { ...response, body: thenTrailer(body, response.trailer, explain) };
  }
  if (type.startsWith("application/connect+")) {
    return {
      ...response,
      body: lastEnvelope(body, endStreamFlag, (data) => endStream(data, explain)),
    };
  }
  return response.status >= 400 ? unaryError(response, body, explain) : response;
}

async function unaryError(
  response: UniversalServerResponse,
  body: AsyncIterable<Uint8Array>,
  explain: Explain,
): Promise<UniversalServerResponse> {
  const bytes = await readAll(body);
  const wire = JSON.parse(Buffer.from(bytes).toString()) as {
    readonly code: string;
    readonly message?: string;
    readonly details?: unknown;
  };
  if (wire.details !== undefined) return { ...response, body: oneChunk(bytes) };
  const error = explain(codeFromString(wire.code) ?? Code.Unknown, wire.message ?? "");
  const explained = errorToJsonBytes(error, undefined);
  const header = new Headers(response.header);
  header.set("content-length", String(explained.byteLength));
  return { ...response, status: codeToHttpStatus(error.code), header, body: oneChunk(explained) };
}

/** An empty or explained replacement of the last envelope, which holds what became of the call. */
async function* lastEnvelope(
  body: AsyncIterable<Uint8Array>,
  flag: number,
  replace: (data: Uint8Array) => Uint8Array | undefined,
): AsyncIterable<Uint8Array> {
  for await (const envelope of body) {
    // connect-node gives whole envelopes: one byte of flags, four of length, data.
    const replacement = envelope[0] === flag ? replace(envelope.subarray(5)) : undefined;
    yield replacement === undefined ? envelope : encodeEnvelope(flag, replacement);
  }
}

async function* thenTrailer(
  body: AsyncIterable<Uint8Array>,
  trailer: Headers | undefined,
  explain: Explain,
): AsyncIterable<Uint8Array> {
  yield* body;
  if (trailer !== undefined) explainTrailer(trailer, explain);
}

function webTrailer(data: Uint8Array, explain: Explain): Uint8Array | undefined {
  const trailer = trailerParse(data);
  return explainTrailer(trailer, explain) ? trailerSerialize(trailer) : undefined;
}

function explainTrailer(trailer: Headers, explain: Explain): boolean {
  const code = Number(trailer.get("grpc-status"));
  if (code === 0 || trailer.has("grpc-status-details-bin")) return false;
  setTrailerStatus(trailer, explain(code, decodeURIComponent(trailer.get("grpc-message") ?? "")));
  return true;
}

function endStream(data: Uint8Array, explain: Explain): Uint8Array | undefined {
  const end = endStreamFromJson(data);
  if (end.error === undefined || end.error.details.length > 0) return undefined;
  const error = explain(end.error.code, end.error.rawMessage);
  return endStreamSerialization.serialize({ ...end, error });
}

const endStreamSerialization = createEndStreamSerialization(undefined);

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
