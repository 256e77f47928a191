import { brotliCompressSync, gzipSync } from "node:zlib";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import { describe, expect, it } from "vitest";
import { overhearJson } from "../../src/rpc/overheard-json.ts";

const json = '{"model":"é"}';

interface Asked {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly type?: string;
}

/** What is overheard of a request once all of it is read, and what its reader got. */
async function overheard({ method = "POST", url, headers, body, type }: Asked) {
  const heard = overhearJson(
    {
      httpVersion: "1.1",
      method,
      url: url ?? "http://localhost/x",
      header: new Headers(headers),
      body: inPieces(body ?? new Uint8Array()),
      signal: new AbortController().signal,
    } satisfies UniversalServerRequest,
    type ?? "application/json",
  );
  const read: Uint8Array[] = [];
  if (method === "POST") {
    for await (const chunk of heard.request.body as AsyncIterable<Uint8Array>) read.push(chunk);
  }
  return { text: heard.text(), read: Buffer.concat(read) };
}

async function* inPieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const half = bytes.length >> 1;
  yield bytes.subarray(0, half);
  yield bytes.subarray(half);
}

function envelope(content: Uint8Array, flags: number): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

describe("a request in JSON that is overheard", () => {
  it.each<[string, Asked]>([
    ["as it is", { body: Buffer.from(json) }],
    ["in gzip", { body: gzipSync(json), headers: { "content-encoding": "gzip" } }],
    ["in Brotli", { body: brotliCompressSync(json), headers: { "content-encoding": "br" } }],
    [
      "in the first of two envelopes",
      {
        type: "application/connect+json",
        body: Buffer.concat([envelope(Buffer.from(json), 0), envelope(Buffer.from("{}"), 0)]),
        headers: { "connect-content-encoding": "gzip" },
      },
    ],
    [
      "in a compressed envelope",
      {
        type: "application/grpc-web+json",
        body: envelope(gzipSync(json), 1),
        headers: { "grpc-encoding": "gzip" },
      },
    ],
    [
      "in an address",
      {
        method: "GET",
        url: `http://localhost/x?encoding=json&message=${encodeURIComponent(json)}`,
      },
    ],
    [
      "in an address, compressed",
      {
        method: "GET",
        url: `http://localhost/x?base64=1&compression=gzip&message=${gzipSync(json).toString("base64url")}`,
      },
    ],
  ])("gives its text and reaches its reader whole: %s", async (_, asked) => {
    const { text, read } = await overheard(asked);
    expect(text).toBe(json);
    expect(read).toEqual(asked.body ?? Buffer.alloc(0));
  });

  it.each<[string, Asked]>([
    ["is larger than 4 MiB", { body: Buffer.alloc(4 * 1024 * 1024 + 1, " ") }],
    [
      "is larger than 4 MiB only when it is decompressed",
      {
        body: gzipSync(Buffer.alloc(4 * 1024 * 1024 + 1, " ")),
        headers: { "content-encoding": "gzip" },
      },
    ],
    [
      "is not what its header says",
      { body: Buffer.from(json), headers: { "content-encoding": "gzip" } },
    ],
    ["has an envelope that is cut", { type: "application/connect+json", body: Buffer.from([0]) }],
  ])("gives no text when it %s, and reaches its reader whole", async (_, asked) => {
    const { text, read } = await overheard(asked);
    expect(text).toBeUndefined();
    expect(read.equals(asked.body ?? Buffer.alloc(0))).toBe(true);
  });
});
