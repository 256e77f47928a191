import { request as http1Request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { Health, HealthCheckRequestSchema } from "../../gen/grpc/health/v1/health_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import {
  GenerateRequestSchema,
  StreamGenerateRequestSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { Secret } from "../../src/domain/secret.ts";
import { createCallers } from "../../src/rpc/callers.ts";
import { type Exchange, http1, http2, type Sent } from "./support/exchange.ts";
import { callUnary, grpcClient, reasonsOf } from "./support/grpc-client.ts";
import { imageRequest } from "./support/samples.ts";
import { startTestServer } from "./support/test-server.ts";

const key = "the-key-of-the-web-team";
const callers = createCallers([{ name: "web", keys: [new Secret(key)], models: ["boat-*"] }]);
const start = () => startTestServer({ callers: () => callers });

const generate = "/spillway.v1.GatewayService/Generate";
const streamGenerate = "/spillway.v1.GatewayService/StreamGenerate";
const json = JSON.stringify({ model: "boat-1", textToImage: { prompt: "a boat" } });
const message = toBinary(GenerateRequestSchema, imageRequest({ model: "boat-1" }));
const streamed = toBinary(
  StreamGenerateRequestSchema,
  create(StreamGenerateRequestSchema, { generate: imageRequest({ model: "boat-1" }) }),
);

function enveloped(content: Uint8Array, isCompressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(Number(isCompressed));
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** A call in each protocol, by each way on which it can be served, and how a refusal looks there. */
const doors: readonly (readonly [string, Sent, RegExp])[] = [
  [
    "Connect with JSON",
    { path: generate, headers: { "content-type": "application/json" }, body: json },
    /^401 .*"code":"unauthenticated"/,
  ],
  [
    "Connect with Protobuf",
    { path: generate, headers: { "content-type": "application/proto" }, body: message },
    /^401 .*"code":"unauthenticated"/,
  ],
  [
    "Connect without a length",
    {
      path: generate,
      headers: { "content-type": "application/json" },
      body: json,
      sized: false,
    },
    /^401 .*"code":"unauthenticated"/,
  ],
  [
    "a stream of Connect",
    {
      path: streamGenerate,
      headers: { "content-type": "application/connect+json" },
      body: enveloped(Buffer.from(`{"generate":${json}}`)),
    },
    /^200 .*"code":"unauthenticated"/s,
  ],
  [
    "a stream of Connect that is compressed",
    {
      path: streamGenerate,
      headers: {
        "content-type": "application/connect+proto",
        "connect-content-encoding": "gzip",
      },
      body: enveloped(streamed),
    },
    /^200 .*"code":"unauthenticated"/s,
  ],
  [
    "gRPC-Web",
    {
      path: generate,
      headers: { "content-type": "application/grpc-web+proto" },
      body: enveloped(message),
    },
    /^200 .*grpc-status: 16/s,
  ],
  [
    "gRPC-Web that is compressed",
    {
      path: generate,
      headers: { "content-type": "application/grpc-web+proto", "grpc-encoding": "gzip" },
      body: enveloped(message),
    },
    /^200 .*"grpc-status":"16"/s,
  ],
];

function textOf({ status, body, headers }: Awaited<ReturnType<Exchange>>): string {
  return `${status} ${body} ${JSON.stringify(headers)}`;
}

describe.each([
  ["HTTP/1.1", http1],
  ["HTTP/2", http2],
] as const)("over %s", (_, exchange) => {
  it.each(doors)("%s is refused without a key", async (_name, sent, refusal) => {
    const server = await start();
    const received = await exchange(server.url, sent);
    expect(textOf(received)).toMatch(refusal);
    expect(received.headers["x-request-id"]).toMatch(/^new-id-/);
    expect(server.gateway.asked).toEqual([]);
    const [told] = server.telemetry.calls;
    expect(told?.call.caller).toBeUndefined();
    await expect
      .poll(() => told?.told)
      .toEqual(["failed UNAUTHENTICATED", "ended UNAUTHENTICATED"]);
  });

  it.each(doors)("%s is served with one", async (_name, sent, refusal) => {
    const server = await start();
    const headers = { ...sent.headers, authorization: `Bearer ${key}` };
    const received = await exchange(server.url, { ...sent, headers });
    expect(textOf(received)).not.toMatch(refusal);
    expect(server.telemetry.calls[0]?.call.caller).toBe("web");
    expect(server.gateway.asked.map(({ call }) => call.caller)).toEqual(["web"]);
  });

  it("a wrong key says how one is sent", async () => {
    const server = await start();
    const headers = { "content-type": "application/json", authorization: "Bearer wrong" };
    const received = await exchange(server.url, { path: generate, headers, body: json });
    expect(received.status).toBe(401);
    expect(received.headers["www-authenticate"]).toBe("Bearer");
    expect(received.body).not.toContain("wrong");
  });
});

describe("over gRPC", () => {
  it.each(["url", "grpcUrl"] as const)("a call to the %s needs a key", async (listener) => {
    const server = await start();
    const client = grpcClient(server[listener]);
    const request = imageRequest({ model: "boat-1" });
    const refused = await callUnary(client, GatewayService.method.generate, request);
    if ("response" in refused) throw new Error("served");
    expect(refused.error.code).toBe(16);
    expect(reasonsOf(refused.error)).toEqual(["UNAUTHENTICATED"]);
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${key}`);
    const served = await callUnary(client, GatewayService.method.generate, request, { metadata });
    expect("response" in served).toBe(true);
    expect(server.gateway.asked).toHaveLength(1);
    expect(server.gateway.asked[0]?.call.caller).toBe("web");
  });

  it("health is told to everybody", async () => {
    const server = await start();
    const request = create(HealthCheckRequestSchema);
    const ended = await callUnary(grpcClient(server.grpcUrl), Health.method.check, request);
    expect("response" in ended && ended.response.status).toBe(1);
  });
});

describe("what is asked without a key", () => {
  const check = "/grpc.health.v1.Health/Check";
  const reflect = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const name = "a".repeat(70_000);
  const asJson = JSON.stringify({ service: name });
  const asProto = toBinary(
    HealthCheckRequestSchema,
    create(HealthCheckRequestSchema, { service: name }),
  );
  const compressed = enveloped(gzipSync(asProto), true);
  it.each<readonly [string, string, Record<string, string>, string | Uint8Array]>([
    ["Connect", check, { "content-type": "application/json" }, asJson],
    ["gRPC-Web", check, { "content-type": "application/grpc-web+proto" }, enveloped(asProto)],
    ["gRPC", check, { "content-type": "application/grpc" }, enveloped(asProto)],
    [
      "compressed gRPC",
      check,
      { "content-type": "application/grpc", "grpc-encoding": "gzip" },
      compressed,
    ],
    ["reflection", reflect, { "content-type": "application/grpc" }, enveloped(asProto)],
  ])("is small: %s is refused above 64 KiB", async (_, path, headers, body) => {
    const server = await start();
    expect(await toldOverHttp2(server.url, { path, headers, body })).toMatch(
      /resource_exhausted|grpc-status"?: ?"?8/,
    );
  });
});

it("a refusal does not wait for the request", async () => {
  const server = await start();
  const [h1, h2] = await Promise.all([statusOverHttp1(server.url), statusOverHttp2(server.url)]);
  expect([h1, h2]).toEqual([401, 401]);
});

it("a caller is told which model it may not ask for, by Route too", async () => {
  const server = await start();
  const client = grpcClient(server.grpcUrl);
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${key}`);
  const request = imageRequest({ model: "ship-1" });
  const { method } = GatewayService;
  for (const ended of [
    await callUnary(client, method.generate, request, { metadata }),
    await callUnary(client, method.route, create(method.route.input, { generate: request }), {
      metadata,
    }),
  ]) {
    if ("response" in ended) throw new Error("served");
    expect(ended.error.code).toBe(7);
    expect(ended.error.details).toBe('The caller "web" may not ask for "ship-1".');
    expect(reasonsOf(ended.error)).toEqual(["PERMISSION_DENIED"]);
  }
  expect(server.gateway.asked).toEqual([]);
});

it.each(doors)(
  "%s over HTTP/2 gets a whole refusal, and only then sends no more",
  async (_, sent) => {
    const server = await start();
    const frames = await framesOf(server.url, sent);
    expect(frames.at(-2)).toMatch(/^(?:data|headers) that ends the stream$/);
    expect(frames.at(-1)).toBe("reset 0");
  },
);

const unfinished = { "content-type": "application/json", "content-length": "1000000" };

/** Sends the head of a request and no more, and gives the status of the answer. */
function statusOverHttp1(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = http1Request(url + generate, { method: "POST", headers: unfinished });
    request.on("error", reject);
    request.on("response", ({ statusCode }) => {
      resolve(statusCode);
      request.destroy();
    });
    request.flushHeaders();
  });
}

function statusOverHttp2(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(url);
    const stream = session.request({ ":method": "POST", ":path": generate, ...unfinished });
    stream.on("error", reject);
    stream.on("response", (headers) => {
      resolve(headers[":status"]);
      session.destroy();
    });
  });
}

/** All that is told in answer to a request: headers, body and trailers. */
function toldOverHttp2(url: string, { path, headers, body }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(url);
    const stream = session.request({ ":method": "POST", ":path": path, ...headers });
    let told = "";
    stream.on("response", (head) => {
      told += JSON.stringify(head);
    });
    stream.on("data", (chunk: Buffer) => {
      told += chunk.toString("latin1");
    });
    stream.on("trailers", (trailers) => {
      told += JSON.stringify(trailers);
    });
    stream.on("error", reject);
    stream.on("close", () => {
      resolve(told);
      session.destroy();
    });
    stream.end(body);
  });
}

/** Sends the head of a request and no more, and tells the frames of the answer, up to the one that resets its stream. */
function framesOf(url: string, { path, headers }: Sent): Promise<readonly string[]> {
  const literals = Object.entries({
    ...{ ":method": "POST", ":path": path, ":scheme": "http", ":authority": "a" },
    ...headers,
  }).flatMap(([name, value]) => [
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  const socket = connectTcp(Number(new URL(url).port), "127.0.0.1");
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(Buffer.concat([frame(4, 0, 0), frame(1, 4, 1, Buffer.concat(literals))]));
  const frames: string[] = [];
  let received = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 9 && received.length >= 9 + received.readUIntBE(0, 3)) {
        const [type, flags, stream] = [received[3], received[4] ?? 0, received.readUInt32BE(5)];
        const length = received.readUIntBE(0, 3);
        const end = (flags & 1) === 1 ? " that ends the stream" : "";
        if (stream === 1 && type === 0) frames.push(`data${end}`);
        if (stream === 1 && type === 1) frames.push(`headers${end}`);
        if (stream === 1 && type === 3) {
          resolve([...frames, `reset ${received.readUInt32BE(9)}`]);
          socket.destroy();
        }
        received = received.subarray(9 + length);
      }
    });
  });
}

/** A frame as RFC 9113, section 4.1, has it. */
function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
