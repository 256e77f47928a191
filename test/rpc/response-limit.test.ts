import { toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { AttemptReportSchema } from "../../gen/spillway/v1/attempt_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateResponseSchema } from "../../gen/spillway/v1/generate_pb.ts";
import type { Generated } from "../../src/domain/generated.ts";
import { generatedToProto } from "../../src/rpc/to-proto/generated.ts";
import { generated, image, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const large = generated({
  output: {
    kind: "images",
    images: [image, { ...image, content: { kind: "bytes", bytes: new Uint8Array(5000) } }],
  },
});
const largeBytes = toBinary(GenerateResponseSchema, generatedToProto(large)).length;

/** A server that gives this, image by image where it is streamed. */
async function serverThatGives(what: Generated, maxMessageBytes: number): Promise<TestServer> {
  const server = await startTestServer({ limits: { maxMessageBytes } });
  server.gateway.answer(async (_, { stream }) => {
    const images = what.output.kind === "images" ? what.output.images : [];
    for (const [index, one] of images.entries()) {
      await stream?.emit({ kind: "image", index, image: one });
    }
    return { kind: "generated", generated: what };
  });
  return server;
}

const transports: readonly (readonly [string, (server: TestServer) => Transport])[] = [
  ["Connect", ({ url }) => createConnectTransport({ baseUrl: url, httpVersion: "1.1" })],
  [
    "Connect as JSON",
    ({ url }) =>
      createConnectTransport({ baseUrl: url, httpVersion: "1.1", useBinaryFormat: false }),
  ],
  ["gRPC-Web", ({ url }) => createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1" })],
  ["gRPC at the Connect listener", ({ url }) => createGrpcTransport({ baseUrl: url })],
  ["gRPC", ({ grpcUrl }) => createGrpcTransport({ baseUrl: grpcUrl })],
];

describe.each(transports)("a result that is too large, over %s", (_, transport) => {
  it("is refused by a unary call, and its attempts are told", async () => {
    const server = await serverThatGives(large, largeBytes - 1);
    const client = createClient(GatewayService, transport(server));
    const error = await client.generate(imageRequest()).then(() => undefined, ConnectError.from);
    expectOversized(error, largeBytes - 1);
  });

  it("ends a stream after the images that fit, and its attempts are told", async () => {
    const server = await serverThatGives(large, 2000);
    const client = createClient(GatewayService, transport(server));
    const events: string[] = [];
    let error: ConnectError | undefined;
    try {
      for await (const { event } of client.streamGenerate({ generate: imageRequest() })) {
        events.push(`${event.case} ${event.case === "image" ? event.value.index : ""}`);
      }
    } catch (reason) {
      error = ConnectError.from(reason);
    }
    expect(events).toEqual(["image 0"]);
    expectOversized(error, 2000);
    await expect
      .poll(() => server.telemetry.calls[0]?.told)
      .toEqual(["requestRead", "generated", "failed INVALID_REQUEST", "ended RESOURCE_EXHAUSTED"]);
  });

  it("is given when it is as large as the limit", async () => {
    const server = await serverThatGives(large, largeBytes);
    const client = createClient(GatewayService, transport(server));
    const { output } = await client.generate(imageRequest());
    expect(output.case === "images" && output.value.images).toHaveLength(2);
  });
});

function expectOversized(error: ConnectError | undefined, limit: number): void {
  expect(error?.code).toBe(Code.ResourceExhausted);
  expect(error?.rawMessage).toContain("DELIVERY_URL");
  expect(error?.findDetails(ErrorInfoSchema)).toMatchObject([
    { reason: "INVALID_REQUEST", metadata: { limit_bytes: String(limit) } },
  ]);
  expect(error?.findDetails(AttemptReportSchema)).toMatchObject([
    { attempts: [{ provider: "openai" }] },
  ]);
}
