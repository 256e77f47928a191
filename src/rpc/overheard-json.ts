import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";

/** A request on its way to connect-node, and what it said in JSON. */
export interface Overheard {
  readonly request: UniversalServerRequest;
  /** The text of its first message, once connect-node has read that. Undefined when it is not to be had. */
  text(): string | undefined;
}

/**
 * Listens to a request in JSON while connect-node reads it: what connect-node refuses
 * can be looked at again then. Of a body of more than 4 MiB nothing is kept.
 */
export function overhearJson(request: UniversalServerRequest, type: string): Overheard {
  const isGet = request.method === "GET";
  const chunks: Uint8Array[] = [];
  let length = 0;

  async function* listen(): AsyncIterable<Uint8Array> {
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length <= mostBytes) chunks.push(chunk);
      else chunks.length = 0;
      yield chunk;
    }
  }

  return {
    request: isGet ? request : { ...request, body: listen() },
    text() {
      if (length > mostBytes) return undefined;
      try {
        const { bytes, encoding } = isGet
          ? fromQuery(new URL(request.url))
          : fromBody(Buffer.concat(chunks), request.header, type.includes("+json"));
        return utf8.decode(decompressed(bytes, encoding));
      } catch {
        return undefined;
      }
    },
  };
}

interface Compressed {
  readonly bytes: Buffer;
  readonly encoding: string | null;
}

/** https://connectrpc.com/docs/protocol, "Unary-Get-Request", November 2026. */
function fromQuery({ searchParams }: URL): Compressed {
  const encoding = searchParams.get("base64") === "1" ? "base64url" : "utf8";
  const bytes = Buffer.from(searchParams.get("message") ?? "", encoding);
  return { bytes, encoding: searchParams.get("compression") };
}

function fromBody(body: Buffer, header: Headers, enveloped: boolean): Compressed {
  if (!enveloped) return { bytes: body, encoding: header.get("content-encoding") };
  const isCompressed = ((body[0] ?? 0) & 1) === 1;
  const encoding = header.get("connect-content-encoding") ?? header.get("grpc-encoding");
  const bytes = body.subarray(5, 5 + body.readUInt32BE(1));
  return { bytes, encoding: isCompressed ? encoding : null };
}

function decompressed(bytes: Buffer, encoding: string | null): Buffer {
  const limit = { maxOutputLength: mostBytes };
  if (encoding === "gzip") return gunzipSync(bytes, limit);
  return encoding === "br" ? brotliDecompressSync(bytes, limit) : bytes;
}

const utf8 = new TextDecoder();

const mostBytes = 4 * 1024 * 1024;
