import { request as http1Request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { create, fromJsonString, toBinary, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { anyMessage } from "./support/any-message.ts";
import { type Exchange, http1, http2, type Sent as Raw } from "./support/exchange.ts";
import { exhausted, generated, image, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

/** A request, with what is usual left out. */
type Sent = Partial<Raw>;

const generatePath = "/spillway.v1.GatewayService/Generate";

const defaults = { "content-type": "application/json", "x-request-id": "the-same" };

const chat = {
  model: "gpt-5.1",
  chat: { messages: [{ role: "ROLE_USER", parts: [{ text: "hi" }] }] },
};
const imageJson = toJsonString(GenerateRequestSchema, imageRequest());
const imageBytes = toBinary(GenerateRequestSchema, imageRequest());
const editJson = (data: string) =>
  `{"model":"gpt-image-2","imageEdit":{"prompt":"p","images":[{"data":"${data}"}]}}`;
const binary = { "content-type": "application/proto" };

const requests: readonly (readonly [string, Sent])[] = [
  ["a request for an image", { body: imageJson }],
  ["a chat", { body: JSON.stringify(chat) }],
  ["a request in Protobuf", { headers: binary, body: imageBytes }],
  ["an empty message in Protobuf", { headers: binary }],
  ["an empty body for JSON", {}],
  ["an empty object", { body: "{}" }],
  ["white space around", { body: ` \n${imageJson}\t` }],
  ["a byte order mark", { body: `\ufeff${imageJson}` }],
  ["text that is no UTF-8", { body: Buffer.concat([Buffer.from(imageJson), Buffer.from([0xff])]) }],
  ["text that is no JSON", { body: "model=gpt" }],
  ["JSON that is cut", { body: imageJson.slice(0, -1) }],
  ["a list", { body: "[]" }],
  ["null", { body: "null" }],
  ["a large image", { body: editJson(Buffer.alloc(100_001, "image").toString("base64")) }],
  ["a large image that is none", { body: editJson("no image".repeat(10_000)) }],
  ["an unknown field", { body: '{"model":"m","bogus":1}' }],
  ["a field of a wrong type", { body: '{"model":1}' }],
  ["a field twice", { body: '{"model":"m","model":"n"}' }],
  ["two tasks", { body: '{"model":"m","textToImage":{"prompt":"p"},"chat":{}}' }],
  [
    "names of fields as Protobuf has them",
    { body: '{"model":"m","text_to_image":{"prompt":"p"}}' },
  ],
  ["several broken rules", { body: '{"model":"../x","textToImage":{"prompt":""}}' }],
  ["__proto__", { body: '{"__proto__":{"model":"m"}}' }],
  ["Protobuf that is cut", { headers: binary, body: imageBytes.subarray(0, -1) }],
  ["Protobuf that is none", { headers: binary, body: "hello" }],
  ["an unknown field in Protobuf", { headers: binary, body: Buffer.from("f83f01", "hex") }],
  ["JSON as Protobuf", { headers: binary, body: imageJson }],
  ["Protobuf as JSON", { body: imageBytes }],
  ...["application/json; charset=utf-8", "application/json;charset=UTF8", "APPLICATION/JSON"].map(
    (type) => [`the type ${type}`, { headers: { "content-type": type }, body: imageJson }] as const,
  ),
  ...[
    "application/json; charset=latin1",
    "text/plain",
    "application/xml",
    "application/connect+json",
  ].map(
    (type) => [`the type ${type}`, { headers: { "content-type": type }, body: imageJson }] as const,
  ),
  ...["identity", "gzip", "br", "zstd", "gzip, br"].map(
    (encoding) =>
      [
        `the encoding ${encoding}`,
        { headers: { "content-encoding": encoding }, body: imageJson },
      ] as const,
  ),
  ...["gzip", "br", "identity", "zstd, gzip", ""].map(
    (encoding) =>
      [
        `an answer in ${encoding}`,
        { headers: { "accept-encoding": encoding }, body: imageJson },
      ] as const,
  ),
  ...["60000", "86400000", "86400001", "9999999999", "99999999999", "-1", "1.5", "abc", ""].map(
    (timeout) =>
      [
        `a timeout of ${timeout}`,
        { headers: { "connect-timeout-ms": timeout }, body: imageJson },
      ] as const,
  ),
  ...["1", "2", ""].map(
    (version) =>
      [
        `version ${version} of the protocol`,
        { headers: { "connect-protocol-version": version }, body: imageJson },
      ] as const,
  ),
  ["a page's origin", { headers: { origin: "https://app.example" }, body: imageJson }],
  ["another page's origin", { headers: { origin: "https://evil.example" }, body: imageJson }],
  [
    "a key and trace headers",
    { headers: { authorization: "Bearer x", traceparent: "00-1" }, body: imageJson },
  ],
  ["a query", { path: `${generatePath}?x=1`, body: imageJson }],
  ["another method", { method: "PUT", body: imageJson }],
  ["a plan", { path: "/spillway.v1.GatewayService/Route", body: `{"generate":${imageJson}}` }],
  ["a list of providers", { path: "/spillway.v1.GatewayService/ListProviders", body: "{}" }],
  ["an unknown model", { path: "/spillway.v1.GatewayService/GetModel", body: '{"id":"nope"}' }],
  ["a health check", { path: "/grpc.health.v1.Health/Check", body: "{}" }],
  [
    "the health of an unknown service",
    { path: "/grpc.health.v1.Health/Check", body: '{"service":"x"}' },
  ],
  ["a stream's method", { path: "/spillway.v1.GatewayService/StreamGenerate", body: "{}" }],
];

const cors = { origins: ["https://app.example"] };

/** Who does not say how long its request is gets connect-node's answer: there is the one path, and here the other. */
async function both(exchange: Exchange, server: TestServer, sent: Sent) {
  server.telemetry.calls.length = 0;
  const raw = { path: generatePath, ...sent, headers: { ...defaults, ...sent.headers } };
  const own = await exchange(server.url, raw);
  const theirs = await exchange(server.url, { ...raw, sized: false });
  await expect
    .poll(() => server.telemetry.calls.every(({ told }) => told.at(-1)?.startsWith("ended")))
    .toBe(true);
  return { own, theirs, told: server.telemetry.calls.map(({ told }) => told) };
}

describe.each([
  ["HTTP/1.1", http1],
  ["HTTP/2", http2],
])("a unary Connect call without connect-node, over %s", (_, exchange) => {
  it.each(requests)("answers %s as connect-node does", async (_, sent) => {
    const server = await startTestServer({ cors });
    const { own, theirs, told } = await both(exchange, server, sent);
    expect(own).toEqual(theirs);
    if (told.length > 0) expect(told[0]).toEqual(told[1]);
    expect(server.bugs).toEqual([]);
  });

  it("answers any message, mostly refused, as connect-node does", async () => {
    const server = await startTestServer();
    await fc.assert(
      fc.asyncProperty(
        anyMessage(GenerateRequestSchema, 3),
        fc.boolean(),
        async (message, json) => {
          const sent: Sent = json
            ? { body: toJsonString(GenerateRequestSchema, message) }
            : { headers: binary, body: toBinary(GenerateRequestSchema, message) };
          const { own, theirs } = await both(exchange, server, sent);
          expect(own).toEqual(theirs);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("answers broken bodies as connect-node does", async () => {
    const server = await startTestServer();
    const json = Buffer.from(JSON.stringify(chat));
    const proto = Buffer.from(
      toBinary(GenerateRequestSchema, fromJsonString(GenerateRequestSchema, json.toString())),
    );
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.nat(255), async (isJson, place, byte) => {
        const body = Buffer.from(isJson ? json : proto);
        body[place % body.length] = byte;
        const { own, theirs } = await both(
          exchange,
          server,
          isJson ? { body } : { headers: binary, body },
        );
        expect(own).toEqual(theirs);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ["several images", generated({ output: { kind: "images", images: [image, image, image] } })],
    [
      "a large image",
      generated({
        output: {
          kind: "images",
          images: [
            { ...image, content: { kind: "bytes", bytes: Buffer.alloc(3_000_001, "image") } },
          ],
        },
      }),
    ],
    [
      "a stored image",
      generated({
        output: {
          kind: "images",
          images: [{ ...image, content: { kind: "url", url: "http://x/y", expiresAt: undefined } }],
        },
      }),
    ],
  ])("writes %s as connect-node does", async (_, result) => {
    const server = await startTestServer();
    server.gateway.answer(async () => ({ kind: "generated", generated: result }));
    for (const sent of [{ body: imageJson }, { headers: binary, body: imageBytes }]) {
      const { own, theirs } = await both(exchange, server, sent);
      expect(own.status).toBe(200);
      expect(own.body === theirs.body).toBe(true);
      expect(own.headers).toEqual(theirs.headers);
    }
  });

  it("words a failure with its attempts as connect-node does", async () => {
    const server = await startTestServer();
    server.gateway.answer(async () => ({ kind: "failed", error: exhausted }));
    const { own, theirs, told } = await both(exchange, server, { body: imageJson });
    expect(own).toEqual(theirs);
    expect(own.status).toBe(503);
    expect(told[0]).toEqual(told[1]);
  });

  it("words a bug as connect-node does, and tells of it", async () => {
    const server = await startTestServer();
    server.gateway.answer(async () => {
      throw new Error("a bug");
    });
    const { own, theirs } = await both(exchange, server, { body: imageJson });
    expect(own).toEqual(theirs);
    expect(own.status).toBe(500);
    expect(server.bugs).toHaveLength(2);
  });

  it("ends a call at its deadline as connect-node does", async () => {
    const server = await startTestServer();
    server.gateway.answer(async (_, { signal }) => {
      await new Promise((resolve) => {
        if (signal.aborted) resolve(undefined);
        signal.addEventListener("abort", resolve);
      });
      return {
        kind: "failed",
        error: { reason: "CANCELLED", message: "The caller left.", metadata: {} },
      };
    });
    for (const timeout of ["0", "20"]) {
      const sent = { headers: { "connect-timeout-ms": timeout }, body: imageJson };
      const { own, theirs } = await both(exchange, server, sent);
      expect(own).toEqual(theirs);
      expect(own.status).toBe(504);
    }
  });
});

describe("a unary Connect call without connect-node", () => {
  it("takes a body that comes in pieces", async () => {
    const server = await startTestServer();
    const prompt = "p".repeat(30_000);
    const message = create(GenerateRequestSchema, {
      model: "m",
      task: { case: "textToImage", value: { prompt, negativePrompt: prompt } },
      labels: Object.fromEntries(
        Array.from({ length: 30 }, (_, index) => [`label${index}`, "v".repeat(250)]),
      ),
    });
    const body = toJsonString(GenerateRequestSchema, message);
    const received = await new Promise<number | undefined>((resolve, reject) => {
      const request = http1Request(
        server.url + generatePath,
        { method: "POST", headers: { ...defaults, "content-length": String(body.length) } },
        (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode));
        },
      );
      request.on("error", reject);
      const half = body.length >> 1;
      request.write(body.slice(0, half), () => request.end(body.slice(half)));
    });
    expect(received).toBe(200);
    const task = server.gateway.asked[0]?.request.task;
    expect(task).toMatchObject({ prompt, negativePrompt: prompt });
  });

  it("ends the work of a caller that leaves", async () => {
    const server = await startTestServer();
    const aborted = Promise.withResolvers<void>();
    server.gateway.answer(async (_, { signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      aborted.resolve();
      return {
        kind: "failed",
        error: { reason: "CANCELLED", message: "The caller left.", metadata: {} },
      };
    });
    const request = http1Request(server.url + generatePath, {
      method: "POST",
      headers: { ...defaults, "content-length": String(imageJson.length) },
    });
    request.on("error", () => {});
    request.end(imageJson);
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    request.destroy();
    await aborted.promise;
    await expect
      .poll(() => server.telemetry.calls[0]?.told)
      .toEqual(["requestRead", "failed CANCELLED", "ended CANCELLED"]);
    expect(server.bugs).toEqual([]);
  });

  it.each([
    ["HTTP/1.1", beginHttp1],
    ["HTTP/2", beginHttp2],
  ])("does nothing for a caller that leaves within its request, over %s", async (_, begin) => {
    const server = await startTestServer();
    const leave = begin(server.url, imageJson.slice(0, -1));
    await expect.poll(() => server.telemetry.calls.length).toBe(1);
    leave();
    await expect.poll(() => server.telemetry.calls[0]?.told).toEqual(["ended CANCELLED"]);
    expect(server.gateway.asked).toEqual([]);
    expect(server.bugs).toEqual([]);
  });
});

const oneMore = { ...defaults, "content-length": String(imageJson.length) };

/** Sends a request without its last byte. Returns the way to leave. */
function beginHttp1(url: string, body: string): () => void {
  const request = http1Request(url + generatePath, { method: "POST", headers: oneMore });
  request.on("error", () => {});
  request.write(body);
  return () => request.destroy();
}

function beginHttp2(url: string, body: string): () => void {
  const session = connectHttp2(url);
  const stream = session.request({ ":method": "POST", ":path": generatePath, ...oneMore });
  stream.on("error", () => {});
  stream.write(body);
  return () => session.destroy();
}
