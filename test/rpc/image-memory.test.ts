import { fromBinary, fromJsonString, toBinary, toJsonString } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import {
  GenerateRequestSchema,
  type GenerateResponse,
  GenerateResponseSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { takeImageMemory } from "../../src/domain/image-memory.ts";
import { type Exchange, http1, http2 } from "./support/exchange.ts";
import { generated, image, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

/** A protocol: how a request is written, sent and its answer read. */
interface Door {
  readonly name: string;
  readonly exchange: Exchange;
  readonly type: string;
  url(server: TestServer): string;
  read(body: Buffer): GenerateResponse;
}

const readBinary = (body: Buffer) => fromBinary(GenerateResponseSchema, body);
const readFirst = (body: Buffer) => readBinary(body.subarray(5, 5 + body.readUInt32BE(1)));
const url = (server: TestServer) => server.url;

const doors: readonly Door[] = [
  { name: "Connect", exchange: http1, type: "application/proto", url, read: readBinary },
  { name: "Connect, HTTP/2", exchange: http2, type: "application/proto", url, read: readBinary },
  {
    name: "Connect JSON",
    exchange: http1,
    type: "application/json",
    url,
    read: (body) => fromJsonString(GenerateResponseSchema, body.toString()),
  },
  {
    name: "gRPC",
    exchange: http2,
    type: "application/grpc",
    url: (server) => server.grpcUrl,
    read: readFirst,
  },
  { name: "gRPC-Web", exchange: http1, type: "application/grpc-web", url, read: readFirst },
  { name: "gRPC-Web, HTTP/2", exchange: http2, type: "application/grpc-web", url, read: readFirst },
];

/** Asks for an image of 3 MB; gives what arrived and the bytes as they are at the gateway afterwards. */
async function ask({ exchange, type, url, read }: Door, idempotencyKey: string) {
  const bytes = takeImageMemory(3_000_000);
  for (let index = 0; index < bytes.length; index++) bytes[index] = index >> 8;
  const expected = Buffer.from(bytes);
  const server = await startTestServer();
  server.gateway.answer(async (_, { requestId }) => ({
    kind: "generated",
    generated: generated({
      requestId,
      output: { kind: "images", images: [{ ...image, content: { kind: "bytes", bytes } }] },
    }),
  }));
  const request = imageRequest({ idempotencyKey });
  const message = toBinary(GenerateRequestSchema, request);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  const enveloped = Buffer.concat([head, message]);
  const body = {
    "application/json": toJsonString(GenerateRequestSchema, request),
    "application/grpc": enveloped,
    "application/grpc-web": enveloped,
  }[type];
  const { status, body: answer } = await exchange(url(server), {
    path: "/spillway.v1.GatewayService/Generate",
    headers: { "content-type": type },
    body: body ?? message,
  });
  expect(status).toBe(200);
  const { output } = read(Buffer.from(answer, "latin1"));
  const content = output.case === "images" ? output.value.images[0]?.content : undefined;
  return { bytes, isWhole: content?.case === "data" && expected.equals(content.value) };
}

it.each(doors)("an image arrives whole, and its memory is free then: $name", async (door) => {
  const { bytes, isWhole } = await ask(door, "");
  expect(isWhole).toBe(true);
  await expect.poll(() => bytes.length).toBe(0);
});

it.each(doors)("an image that others may ask for stays: $name", async (door) => {
  const { bytes, isWhole } = await ask(door, "key");
  expect(isWhole).toBe(true);
  expect(bytes).toHaveLength(3_000_000);
});
