import { type ClientHttp2Session, connect } from "node:http2";
import v8 from "node:v8";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import {
  GenerateRequestSchema,
  StreamGenerateRequestSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { anyMessage } from "./support/any-message.ts";
import { exhausted, generated, image, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

interface Sent {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const sessions: ClientHttp2Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
});

/** A request that says that it may be compressed, and is not, is connect-node's: that is the other path. */
function call(server: TestServer, sent: Sent, ownPath: boolean) {
  return new Promise((resolve, reject) => {
    const session = connect(server.url);
    sessions.push(session);
    const stream = session.request({
      ":method": "POST",
      ":path": sent.path ?? generatePath,
      "content-type": "application/grpc",
      te: "trailers",
      "x-request-id": "the-same",
      ...sent.headers,
      ...(ownPath ? {} : { "grpc-encoding": "gzip", "grpc-accept-encoding": "identity" }),
    });
    let told: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on("response", (headers) => {
      told = { ...headers };
    });
    stream.on("trailers", (trailers) => Object.assign(told, trailers));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => {
      const details = told["grpc-status-details-bin"];
      resolve({
        http: told[":status"],
        type: told["content-type"],
        requestId: told["x-request-id"],
        status: told["grpc-status"],
        message: decodeURIComponent(String(told["grpc-message"] ?? "")),
        details: details && fromBinary(StatusSchema, Buffer.from(String(details), "base64")),
        body: Buffer.concat(chunks),
      });
    });
    stream.end(sent.body);
  });
}

const generatePath = "/spillway.v1.GatewayService/Generate";
const streamPath = "/spillway.v1.GatewayService/StreamGenerate";
async function both(server: TestServer, sent: Sent) {
  server.telemetry.calls.length = 0;
  const own = await call(server, sent, true);
  const theirs = await call(server, sent, false);
  await expect
    .poll(() => server.telemetry.calls.every(({ told }) => told.at(-1)?.startsWith("ended")))
    .toBe(true);
  return { own, theirs, told: server.telemetry.calls.map(({ told }) => told) };
}

function frame(bytes: Uint8Array, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const imageBytes = toBinary(GenerateRequestSchema, imageRequest());
const streamed = frame(
  toBinary(StreamGenerateRequestSchema, {
    $typeName: "spillway.v1.StreamGenerateRequest",
    generate: imageRequest(),
    failoverAfterOutput: false,
    partialImages: 0,
  }),
);

const requests: readonly (readonly [string, Sent])[] = [
  ["a request for an image", { body: frame(imageBytes) }],
  ["a request for a stream", { path: streamPath, body: streamed }],
  ["a broken rule in a stream", { path: streamPath, body: frame(Buffer.alloc(0)) }],
  ["an empty message", { body: frame(Buffer.alloc(0)) }],
  ["no message", { body: Buffer.alloc(0) }],
  ["two messages", { body: Buffer.concat([frame(imageBytes), frame(imageBytes)]) }],
  ["a head that is cut", { body: Buffer.alloc(3) }],
  ["a message that is cut", { body: frame(imageBytes).subarray(0, -1) }],
  [
    "a type with its format",
    { headers: { "content-type": "application/grpc+proto" }, body: frame(imageBytes) },
  ],
  [
    "a type that is none",
    { headers: { "content-type": "application/grpc+xml" }, body: frame(imageBytes) },
  ],
  ["a health check", { path: "/grpc.health.v1.Health/Check", body: frame(Buffer.alloc(0)) }],
  [
    "an unknown model",
    {
      path: "/spillway.v1.GatewayService/GetModel",
      body: frame(Buffer.from("0a046e6f7065", "hex")),
    },
  ],
  ["an unknown method", { path: "/spillway.v1.GatewayService/Nope", body: frame(Buffer.alloc(0)) }],
  ...["1H", "100S", "5000m", "99999999u", "1x", "-1S", "123456789S", ""].map(
    (timeout) =>
      [
        `a timeout of ${timeout}`,
        { headers: { "grpc-timeout": timeout }, body: frame(imageBytes) },
      ] as const,
  ),
];

describe("a gRPC call without connect-node", () => {
  it.each(requests)("answers %s as connect-node does", async (_, sent) => {
    const server = await startTestServer();
    const { own, theirs, told } = await both(server, sent);
    expect(own).toEqual(theirs);
    if (told.length > 0) expect(told[0]).toEqual(told[1]);
    expect(server.bugs).toEqual([]);
  });

  it("answers any message, mostly refused, as connect-node does", async () => {
    const server = await startTestServer();
    await fc.assert(
      fc.asyncProperty(anyMessage(GenerateRequestSchema, 3), async (message) => {
        const body = frame(toBinary(GenerateRequestSchema, message));
        const { own, theirs } = await both(server, { body });
        expect(own).toEqual(theirs);
      }),
      { numRuns: 40 },
    );
  });

  it("writes images, alone and in a stream, as connect-node does", async () => {
    const server = await startTestServer();
    const bytes = Buffer.alloc(1_000_001, "image");
    const large = { ...image, content: { kind: "bytes" as const, bytes } };
    server.gateway.answer(async (_, { stream }) => {
      await stream?.emit({ kind: "image", index: 0, image: large });
      await stream?.emit({ kind: "text", text: "words" });
      const output = { kind: "images" as const, images: [large, image] };
      return { kind: "generated", generated: generated({ output }) };
    });
    for (const sent of [{ body: frame(imageBytes) }, { path: streamPath, body: streamed }]) {
      const { own, theirs } = await both(server, sent);
      expect(own).toMatchObject({ status: "0" });
      // Bytes by bytes; the comparison of objects would take a second for each image.
      expect(v8.serialize(own).equals(v8.serialize(theirs))).toBe(true);
    }
  });

  it.each([generatePath, streamPath])("words a failure of %s with its attempts", async (path) => {
    const server = await startTestServer();
    server.gateway.answer(async (_, { stream }) => {
      await stream?.emit({ kind: "text", text: "words" });
      return { kind: "failed", error: exhausted };
    });
    const body = path === streamPath ? streamed : frame(imageBytes);
    const { own, theirs, told } = await both(server, { path, body });
    expect(own).toEqual(theirs);
    expect(own).toMatchObject({ status: "14" });
    expect(told[0]).toEqual(told[1]);
  });

  it("words a bug, and tells of it", async () => {
    const server = await startTestServer();
    server.gateway.answer(async () => {
      throw new Error("a bug");
    });
    const { own, theirs } = await both(server, { body: frame(imageBytes) });
    expect(own).toEqual(theirs);
    expect(own).toMatchObject({ status: "13" });
    expect(server.bugs).toHaveLength(2);
  });

  it("does nothing for a caller that leaves within its request", async () => {
    const server = await startTestServer();
    const session = connect(server.url);
    const stream = session.request({
      ":method": "POST",
      ":path": generatePath,
      "content-type": "application/grpc",
    });
    stream.on("error", () => {});
    stream.write(frame(imageBytes).subarray(0, -1));
    await expect.poll(() => server.telemetry.calls.length).toBe(1);
    session.destroy();
    await expect.poll(() => server.telemetry.calls[0]?.told).toEqual(["ended CANCELLED"]);
    expect(server.gateway.asked).toEqual([]);
  });
});
