import { Readable } from "node:stream";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Client } from "undici";
import { describe, expect, it } from "vitest";
import type { ExchangeResult } from "../../src/transport/transport.ts";
import {
  answerJson,
  bodyOf,
  deferred,
  endpointAt,
  exchangeWith,
  httpServer,
  transport,
} from "./support.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** A server that answers everything with `{}` and keeps what it was asked. */
async function recordingServer(): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const origin = await httpServer(async (request, response) => {
    const { method, url, headers } = request;
    seen.push({ method, url, headers, body: await bodyOf(request) });
    answerJson(response, {});
  });
  return { origin, seen };
}

function bodyIn(result: ExchangeResult) {
  if (result.kind !== "reply") throw new Error(result.failure.message);
  return result.reply.body;
}

describe("a request", () => {
  it("goes to the base URL and the call's path, with what HTTP wants to know", async () => {
    const { origin, seen } = await recordingServer();
    await transport({ version: "1.2.3" }).call(
      exchangeWith(
        `${origin}/v1/`,
        { path: "/images/generations?a=b", headers: { "x-of-call": "1" } },
        { headers: { traceparent: "00-1" }, secret: "sk-1" },
      ),
    );
    const body = '{"prompt":"a lighthouse"}';
    expect(seen).toEqual([
      {
        method: "POST",
        url: "/v1/images/generations?a=b",
        headers: {
          host: new URL(origin).host,
          connection: "keep-alive",
          "user-agent": "spillway/1.2.3",
          accept: "application/json",
          "accept-encoding": "identity",
          "content-type": "application/json",
          "content-length": String(body.length),
          authorization: "Bearer sk-1",
          traceparent: "00-1",
          "x-of-call": "1",
        },
        body: Buffer.from(body),
      },
    ]);
  });

  it("has no body and no content type when the call has none", async () => {
    const { origin, seen } = await recordingServer();
    const under = transport();
    for (const method of ["GET", "DELETE", "POST"] as const) {
      await under.call(exchangeWith(origin, { method, path: "/job/1", body: undefined }));
    }
    for (const { headers, body } of seen) {
      expect(headers).not.toHaveProperty("content-type");
      expect(headers).not.toHaveProperty("transfer-encoding");
      expect(body.length).toBe(0);
    }
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /job/1",
      "DELETE /job/1",
      "POST /job/1",
    ]);
  });

  it("carries a multipart form with its length", async () => {
    const { origin, seen } = await recordingServer();
    await transport().call(
      exchangeWith(origin, {
        body: {
          kind: "multipart",
          parts: [
            { kind: "field", name: "prompt", value: "ü" },
            {
              kind: "file",
              name: "image[]",
              filename: "a.png",
              mimeType: "image/png",
              bytes: new Uint8Array([0, 255, 13, 10]),
            },
          ],
        },
      }),
    );
    const { headers, body } = seen[0] as Seen;
    expect(headers["content-length"]).toBe(String(body.length));
    const form = await new Response(new Uint8Array(body), {
      headers: { "content-type": String(headers["content-type"]) },
    }).formData();
    expect(form.get("prompt")).toBe("ü");
    const file = form.get("image[]") as File;
    expect([file.name, file.type]).toEqual(["a.png", "image/png"]);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array([0, 255, 13, 10]));
  });

  it("is never sent when a header or a key could break out of its line", async () => {
    const { origin, seen } = await recordingServer();
    const under = transport();
    for (const rest of [
      { secret: "sk-1\r\nx-injected: 1" },
      { headers: { "x-a": "b\nx-injected: 1" } },
      { headers: { "x-a: 1\r\nx-injected": "1" } },
    ]) {
      const result = await under.call(exchangeWith(origin, {}, rest));
      expect(result).toMatchObject({
        kind: "failed",
        failure: { class: "never_sent", delivery: "not_sent" },
      });
      expect(JSON.stringify(result)).not.toMatch(/sk-1|injected/);
    }
    expect(seen).toEqual([]);
  });

  it("lets neither the call nor the trace stand in for the credential", async () => {
    const { origin, seen } = await recordingServer();
    await transport().call(
      exchangeWith(
        origin,
        { headers: { authorization: "from the call" } },
        { headers: { authorization: "from the trace" }, secret: "sk-1" },
      ),
    );
    expect(seen[0]?.headers["authorization"]).toBe("Bearer sk-1");
  });

  it("goes through what the caller opens for its origin, once for each", async () => {
    const { origin, seen } = await recordingServer();
    const opened: string[] = [];
    const under = transport({
      dispatcherFor: (asked) => {
        opened.push(asked);
        return new Client(origin);
      },
    });
    for (const path of ["/v1", "/v2", "/v1"]) {
      await under.call(exchangeWith(`https://provider.example:8443${path}`, { path: "/a" }));
    }
    expect(opened).toEqual(["https://provider.example:8443"]);
    expect(seen.map(({ url }) => url)).toEqual(["/v1/a", "/v2/a", "/v1/a"]);
  });

  it("takes the name of the key's header from the settings", async () => {
    const { origin, seen } = await recordingServer();
    const endpoint = endpointAt(origin, { settings: { authHeader: "Api-Key" } });
    await transport().call(exchangeWith(origin, {}, { endpoint, secret: "k" }));
    expect(seen[0]?.headers["api-key"]).toBe("k");
    expect(seen[0]?.headers).not.toHaveProperty("authorization");
  });
});

describe("an answer", () => {
  const page = "<html><body>Bad gateway</body></html>";

  it.each([
    ["application/json", '{"a":1}', { kind: "json", value: { a: 1 } }],
    ["text/plain", " [1]\n", { kind: "json", value: [1] }],
    ["text/html", '{"a":1}', { kind: "json", value: { a: 1 } }],
    ["application/json", '\ufeff{"a":1}', { kind: "json", value: { a: 1 } }],
    ["application/json", "", { kind: "empty" }],
    ["application/json", " \n", { kind: "empty" }],
    ["application/json", '{"a":', { kind: "text", text: '{"a":' }],
    ["text/html", page, { kind: "text", text: page }],
    ["application/json", page, { kind: "text", text: page }],
    ["text/plain", "ü".repeat(9000), { kind: "text", text: "ü".repeat(4096) }],
  ])("of type %s and body %# is read for what it is", async (type, body, expected) => {
    const origin = await httpServer((request, response) => {
      response.writeHead(request.url === "/failing" ? 500 : 200, { "content-type": type });
      response.end(body);
    });
    const under = transport();
    const media = ["data[].b64_json"];
    for (const call of [{}, { media }, { path: "/failing" }, { path: "/failing", media }]) {
      const result = await under.call(exchangeWith(origin, call));
      expect(bodyIn(result)).toEqual(expected);
      expect(result).toMatchObject({ reply: { status: call.path === undefined ? 200 : 500 } });
    }
  });

  it("has its media decoded, whether its length is known or not", async () => {
    const image = Buffer.alloc(300_000, 7);
    const document = JSON.stringify({ data: [{ b64_json: image.toString("base64") }], created: 1 });
    const origin = await httpServer((request, response) => {
      if (request.url === "/chunked")
        Readable.from(document.match(/.{1,70000}/g) ?? []).pipe(response);
      else response.writeHead(200, { "content-length": document.length }).end(document);
    });
    const under = transport();
    for (const path of ["/chunked", "/whole"]) {
      const result = await under.call(exchangeWith(origin, { path, media: ["data[].b64_json"] }));
      expect(bodyIn(result)).toEqual({
        kind: "json",
        value: { data: [{ b64_json: image }], created: 1 },
      });
    }
  });

  it("has repeated headers joined, and names in lower case", async () => {
    const origin = await httpServer((_request, response) => {
      response.writeHead(200, ["X-One", "1", "x-one", "2", "X-Two", "3"]).end("{}");
    });
    const result = await transport().call(exchangeWith(origin));
    expect(result).toMatchObject({ reply: { headers: { "x-one": "1, 2", "x-two": "3" } } });
  });

  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["GZIP", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("that comes in %s all the same is decoded", async (coding, compress) => {
    const image = Buffer.alloc(500_000, "spillway");
    const body = compress(JSON.stringify({ data: [{ b64_json: image.toString("base64") }] }));
    const origin = await httpServer((_request, response) => {
      response.writeHead(200, { "content-encoding": coding }).end(body);
    });
    const result = await transport().call(exchangeWith(origin, { media: ["data[].b64_json"] }));
    expect(bodyIn(result)).toEqual({ kind: "json", value: { data: [{ b64_json: image }] } });
  });

  it("that decodes to more than is allowed is refused without decoding it all", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const origin = await httpServer((request, response) => {
      const status = request.url === "/failing" ? 500 : 200;
      response.writeHead(status, { "content-encoding": "gzip" }).end(bomb);
    });
    const under = transport({ maxReplyBytes: 2 * 1024 * 1024 });
    expect(await under.call(exchangeWith(origin))).toMatchObject({
      kind: "failed",
      failure: {
        class: "server_fault",
        delivery: "sent",
        httpStatus: 200,
        message: "The answer is larger than 2097152 bytes.",
      },
    });
    expect(await under.call(exchangeWith(origin, { path: "/failing" }))).toMatchObject({
      kind: "reply",
      reply: { status: 500, body: { kind: "text" } },
    });
  });

  it.each([
    ["gzip", Buffer.from("no gzip at all")],
    ["gzip", gzipSync(Buffer.alloc(100_000, "spillway")).subarray(0, 100)],
    ["rot13", Buffer.from("{}")],
  ])("in a broken or strange coding is the server's fault: %s %#", async (coding, body) => {
    const origin = await httpServer((_request, response) => {
      response.writeHead(200, { "content-encoding": coding }).end(body);
    });
    expect(await transport().call(exchangeWith(origin))).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", delivery: "sent" },
    });
  });

  it("that is too large is refused, by its announced length before it came", async () => {
    const written = deferred<void>();
    const origin = await httpServer((request, response) => {
      if (request.url === "/announced") {
        response.writeHead(200, { "content-length": 5000 });
        response.flushHeaders();
        response.on("close", () => written.resolve());
      } else {
        response.end(Buffer.alloc(5000, " "));
      }
    });
    const under = transport({ maxReplyBytes: 4999 });
    for (const path of ["/announced", "/sent"]) {
      expect(await under.call(exchangeWith(origin, { path }))).toMatchObject({
        kind: "failed",
        failure: { class: "server_fault", delivery: "sent" },
      });
    }
    await written.promise;
    expect((await transport({ maxReplyBytes: 5000 }).call(exchangeWith(origin))).kind).toBe(
      "reply",
    );
  });

  it.each([
    [500, "application/json"],
    [200, "text/html; charset=utf-8"],
  ])("with status %i of type %s is not read for ever", async (status, type) => {
    const closed = deferred<void>();
    const origin = await httpServer((_request, response) => {
      response.writeHead(status, { "content-type": type });
      response.on("close", () => closed.resolve());
      const piece = Buffer.alloc(64 * 1024, "x");
      const write = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", write);
      write();
    });
    const result = await transport().call(exchangeWith(origin));
    expect(result).toMatchObject({ kind: "reply", reply: { status } });
    expect(bodyIn(result)).toEqual({ kind: "text", text: "x".repeat(4096) });
    await closed.promise;
  });

  it("to a call that was made while the transport closes still comes", async () => {
    const arrived = deferred<() => void>();
    const origin = await httpServer((_request, response) => {
      arrived.resolve(() => response.end("{}"));
    });
    const under = transport();
    const replied = under.call(exchangeWith(origin));
    const answer = await arrived.promise;
    const closed = under.close();
    answer();
    expect((await replied).kind).toBe("reply");
    await closed;
    expect(await under.call(exchangeWith(origin))).toMatchObject({
      kind: "failed",
      failure: { class: "never_sent" },
    });
  });
});
