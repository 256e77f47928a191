import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../gen/google/rpc/error_details_pb.ts";
import { AttemptReportSchema } from "../../gen/spillway/v1/attempt_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { attempt, exhausted, generated, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const transports: readonly (readonly [string, (server: TestServer) => Transport])[] = [
  [
    "Connect JSON over HTTP/1.1",
    ({ url }) =>
      createConnectTransport({ baseUrl: url, httpVersion: "1.1", useBinaryFormat: false }),
  ],
  ["Connect over HTTP/2", ({ url }) => createConnectTransport({ baseUrl: url, httpVersion: "2" })],
  [
    "gRPC-Web over HTTP/1.1",
    ({ url }) => createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1" }),
  ],
  ["gRPC-Web over HTTP/2", ({ url }) => createGrpcWebTransport({ baseUrl: url, httpVersion: "2" })],
  ["gRPC over HTTP/2", ({ url }) => createGrpcTransport({ baseUrl: url })],
  ["gRPC on the gRPC listener", ({ grpcUrl }) => createGrpcTransport({ baseUrl: grpcUrl })],
];

async function failure(promise: Promise<unknown>): Promise<ConnectError> {
  try {
    await promise;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("the call succeeded");
}

describe.each(transports)("%s", (_, transport) => {
  it("carries a request to the gateway and its result back", async () => {
    const server = await startTestServer();
    const client = createClient(GatewayService, transport(server));
    let header: Headers | undefined;
    const response = await client.generate(imageRequest(), {
      headers: { "x-request-id": "mine-1" },
      onHeader: (headers) => {
        header = headers;
      },
    });
    expect(response.requestId).toBe("mine-1");
    expect(header?.get("x-request-id")).toBe("mine-1");
    expect(
      response.output.case === "images" && response.output.value.images[0]?.content.value,
    ).toEqual(new Uint8Array([1, 2, 3, 4]));
    expect(server.gateway.asked[0]?.request.task).toMatchObject({
      operation: "text_to_image",
      prompt: "a lighthouse",
      options: { count: 2 },
    });
    expect(server.telemetry.calls.map(({ told }) => told)).toEqual([
      ["requestRead", "generated", "ended OK"],
    ]);
  });

  it("carries every detail of an error", async () => {
    const server = await startTestServer();
    server.gateway.answer(async () => ({ kind: "failed", error: exhausted }));
    const client = createClient(GatewayService, transport(server));
    const error = await failure(client.generate(imageRequest()));
    expect(error.code).toBe(Code.Unavailable);
    expect(error.rawMessage).toBe(exhausted.message);
    const info = error.findDetails(ErrorInfoSchema);
    expect(info).toHaveLength(1);
    expect(info[0]).toMatchObject({
      domain: "spillway.dev",
      reason: "ALL_PROVIDERS_EXHAUSTED",
      metadata: { model: "gpt-image-2" },
    });
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay).toMatchObject({
      seconds: 2n,
      nanos: 500_000_000,
    });
    expect(error.findDetails(AttemptReportSchema)[0]?.attempts[0]).toMatchObject({
      provider: "openai",
      httpStatus: 503,
    });
    expect(server.telemetry.calls[0]?.told).toEqual([
      "requestRead",
      "failed ALL_PROVIDERS_EXHAUSTED",
      "ended UNAVAILABLE",
    ]);
  });

  it("names the wrong fields of a request", async () => {
    const server = await startTestServer();
    const client = createClient(GatewayService, transport(server));
    const request = imageRequest({
      model: "../../x",
      task: {
        case: "textToImage",
        value: {
          prompt: "p",
          options: { count: 11, size: { case: "aspectRatio", value: "banana" } },
        },
      },
    });
    const error = await failure(client.generate(request));
    expect(error.code).toBe(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema).map(({ reason }) => reason)).toEqual([
      "INVALID_REQUEST",
    ]);
    expect(
      error.findDetails(BadRequestSchema)[0]?.fieldViolations.map(({ field }) => field),
    ).toEqual(["model", "text_to_image.options.count", "text_to_image.options.aspect_ratio"]);
    const noTask = await failure(client.generate(create(GenerateRequestSchema, { model: "m" })));
    expect(noTask.findDetails(BadRequestSchema)[0]?.fieldViolations[0]).toMatchObject({
      field: "task",
      reason: "REQUIRED",
    });
    expect(server.gateway.asked).toHaveLength(0);
  });

  it("streams events and ends with the result", async () => {
    const server = await startTestServer();
    server.gateway.answer(async (_request, call) => {
      await call.stream?.emit({ kind: "attempt_started", attempt: attempt() });
      for (let n = 0; n < 50; n++) await call.stream?.emit({ kind: "text", text: `${n} ` });
      return {
        kind: "generated",
        generated: generated({
          output: { kind: "chat", text: "all", toolCalls: [], finishReason: "stop", reasoning: "" },
        }),
      };
    });
    const client = createClient(GatewayService, transport(server));
    const events: (string | undefined)[] = [];
    for await (const { event } of client.streamGenerate({
      generate: imageRequest(),
      partialImages: 1,
    })) {
      events.push(event.case);
    }
    expect(events).toEqual(["attemptStarted", ...Array(50).fill("textDelta"), "completed"]);
    expect(server.gateway.asked[0]?.call.stream).toMatchObject({
      partialImages: 1,
      failoverAfterOutput: false,
    });
  });

  it("ends a stream with the error after what was streamed before it", async () => {
    const server = await startTestServer();
    server.gateway.answer(async (_request, call) => {
      await call.stream?.emit({ kind: "text", text: "half" });
      return { kind: "failed", error: exhausted };
    });
    const client = createClient(GatewayService, transport(server));
    const events: (string | undefined)[] = [];
    const error = await failure(
      (async () => {
        for await (const { event } of client.streamGenerate({ generate: imageRequest() }))
          events.push(event.case);
      })(),
    );
    expect(events).toEqual(["textDelta"]);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).toBe("ALL_PROVIDERS_EXHAUSTED");
  });

  it("tells nothing of a bug but that it is one", async () => {
    const server = await startTestServer();
    const bug = new Error("a secret in a stack");
    server.gateway.answer(() => Promise.reject(bug));
    const client = createClient(GatewayService, transport(server));
    const error = await failure(client.generate(imageRequest()));
    expect(error.code).toBe(Code.Internal);
    expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({
      reason: "INTERNAL",
      metadata: { request_id: "new-id-1" },
    });
    expect(error.message).not.toContain("secret");
    expect(server.bugs).toEqual([bug]);
  });
});
