import { randomBytes } from "node:crypto";
import { connect as connectHttp2 } from "node:http2";
import { create } from "@bufbuild/protobuf";
import { Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { callUnary } from "../rpc/support/grpc-client.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson, rawBytes, rawGrpc } from "../support/raw-calls.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { grpcError } from "../support/told-error.ts";
import { images } from "../support/upstream-acts.ts";

const good = { model: "boat", textToImage: { prompt: "a boat" } };

describe("a request in JSON that is wrong", () => {
  it.each([
    ["a field that does not exist", { ...good, promt: "a boat" }, "promt"],
    ["a value of the wrong type", { ...good, model: 7 }, "model"],
    ["no task", { model: "boat" }, "task"],
    ["no model", { textToImage: { prompt: "a boat" } }, "model"],
    ["no prompt", { model: "boat", textToImage: {} }, "text_to_image.prompt"],
    ["eleven images", withOptions({ count: 11 }), "text_to_image.options.count"],
    ["a count below none", withOptions({ count: -1 }), "text_to_image.options.count"],
    [
      "an aspect ratio of banana",
      withOptions({ aspectRatio: "banana" }),
      "text_to_image.options.aspect_ratio",
    ],
    [
      "no pixels",
      withOptions({ pixels: { width: 0, height: 16 } }),
      "text_to_image.options.pixels.width",
    ],
    ["a path for a model", { ...good, model: "../../x" }, "model"],
    ["a model with a line break", { ...good, model: "boat\r\nx-evil: 1" }, "model"],
    ["a format of the future", withOptions({ format: 99 }), "text_to_image.options.format"],
    ["33 attempts", { ...good, routing: { maxAttempts: 33 } }, "routing.max_attempts"],
    ["a conversation without messages", { model: "boat", chat: {} }, "chat.messages"],
    ["an edit without images", { model: "boat", imageEdit: { prompt: "x" } }, "image_edit.images"],
  ])("names its field: %s", async (_, body, field) => {
    const { gateway, upstream } = await start();
    const { status, json } = await postJson(gateway.url, "Generate", body);
    expect([status, fieldsOf(json)]).toEqual([400, [field]]);
    expect(json).toMatchObject({ code: "invalid_argument" });
    expect(reasonOf(json)).toBe("INVALID_REQUEST");
    expect(upstream.connections).toBe(0);
    await stillServes(gateway);
  });

  it.each([
    ["no JSON", "{model: boat"],
    ["JSON of the wrong kind", "[]"],
    ["a text that is cut", '{"model":"boat","textToImage":{"prompt":"a bo'],
    ["nothing but depth", "[".repeat(100_000)],
  ])("is refused when it is %s", async (_, body) => {
    const { gateway } = await start();
    const { status, json } = await postJson(gateway.url, "Generate", body);
    expect([status, reasonOf(json)]).toEqual([400, "INVALID_REQUEST"]);
    await stillServes(gateway);
  });

  it("is refused in a stream as anywhere", async () => {
    const { gateway } = await start();
    const { error } = await gateway.stream({ generate: { model: "boat" } });
    expect([error?.code, ...(error?.reasons ?? []), ...(error?.fields ?? [])]).toEqual([
      "INVALID_ARGUMENT",
      "INVALID_REQUEST",
      "generate.task",
    ]);
    await stillServes(gateway);
  });
});

describe("a request that is too large", () => {
  it("is refused over 64 MiB, in gRPC and in Connect", async () => {
    const { gateway, upstream } = await start();
    const photo = Buffer.alloc(64 * 1024 * 1024 + 1);
    const edit = create(GenerateRequestSchema, {
      model: "boat",
      task: {
        case: "imageEdit",
        value: { prompt: "x", images: [{ source: { case: "data", value: photo } }] },
      },
    });
    const ended = await callUnary(gateway.grpc, GatewayService.method.generate, edit);
    if ("response" in ended) throw new Error("it was taken");
    const told = grpcError(ended.error);
    expect([told.code, ...told.reasons]).toEqual(["RESOURCE_EXHAUSTED", "INVALID_REQUEST"]);
    expect(told.metadata).toEqual({ limit_bytes: String(64 * 1024 * 1024) });
    const connect = await postJson(gateway.url, "Generate", photo.toString("latin1"));
    expect(connect.json).toMatchObject({ code: "resource_exhausted" });
    expect(reasonOf(connect.json)).toBe("INVALID_REQUEST");
    expect(upstream.connections).toBe(0);
    await stillServes(gateway);
  });

  it("is refused over the configured limit", async () => {
    const { gateway } = await start("max_message_size: 100KiB");
    const { json } = await postJson(gateway.url, "Generate", {
      ...good,
      endUser: "x".repeat(102_400),
    });
    expect(json).toMatchObject({ code: "resource_exhausted" });
    const body = { ...good, textToImage: { prompt: "x".repeat(30_000) } };
    expect((await postJson(gateway.url, "Generate", body)).status).toBe(200);
  });

  it("is refused for its headers, whatever the version of HTTP", async () => {
    const { gateway } = await start();
    const bomb = "x".repeat(64 * 1024);
    const http1 = await rawBytes(
      gateway.addresses.listen,
      `POST /spillway.v1.GatewayService/Generate HTTP/1.1\r\nhost: x\r\nx-bomb: ${bomb}\r\n\r\n`,
    );
    expect(http1).toMatch(/^HTTP\/1\.1 431 /);
    for (const url of [gateway.url, gateway.grpcUrl]) {
      const { status } = await rawGrpc(url, generatePath, new Uint8Array(), { "x-bomb": bomb })
        .ended;
      expect(status).not.toBe(0);
      expect(status).not.toBe(13);
    }
    await stillServes(gateway);
  });
});

describe("bytes that are no request", () => {
  const garbage: readonly (readonly [string, string | Uint8Array])[] = [
    ["noise", randomBytes(4096)],
    ["the beginning of TLS", Buffer.from("16030100c8010000c40303", "hex")],
    ["another protocol", "EHLO mail.example\r\n\r\n"],
    [
      "the preface of HTTP/2 and then noise",
      Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), randomBytes(512)]),
    ],
    [
      "a request smuggled in a request",
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    ],
  ];

  it.each(garbage)("end their connection and nothing else: %s", async (_, bytes) => {
    const { gateway } = await start();
    const { listen, grpc = "", admin = "" } = gateway.addresses;
    for (const address of [listen, grpc, admin]) {
      expect(
        await rawBytes(address, Buffer.concat([Buffer.from(bytes), Buffer.from("\r\n\r\n")])),
      ).not.toMatch(/HTTP\/1\.1 (2|5)/);
    }
    await stillServes(gateway);
  });
});

describe("a call that does not fit the service", () => {
  it("is told about its content type, its verb and its path", async () => {
    const { gateway } = await start();
    const call = async (path: string, init: RequestInit) => {
      const response = await fetch(`${gateway.url}${path}`, init);
      const json: unknown = await response.json();
      return [response.status, reasonOf(json)];
    };
    const text = { method: "POST", headers: { "content-type": "text/csv" }, body: "a,b" };
    expect(await call(generatePath, text)).toEqual([415, "INVALID_REQUEST"]);
    expect(await call(generatePath, { method: "GET" })).toEqual([405, "INVALID_REQUEST"]);
    const unknown = { ...text, headers: { "content-type": "application/json" }, body: "{}" };
    for (const path of ["/spillway.v1.GatewayService/Degenerate", "/v1/images", "//", "/%00"]) {
      expect(await call(path, unknown)).toEqual([404, "INVALID_REQUEST"]);
    }
    await stillServes(gateway);
  });

  it("is unimplemented over gRPC when nobody knows its method", async () => {
    const { gateway } = await start();
    for (const url of [gateway.url, gateway.grpcUrl]) {
      const { status } = await rawGrpc(
        url,
        "/spillway.v1.GatewayService/Degenerate",
        new Uint8Array(),
      ).ended;
      expect(status).toBe(12);
    }
    await stillServes(gateway);
  });

  it("is invalid over gRPC when its bytes are no message", async () => {
    const { gateway } = await start();
    const bytes = Buffer.from("ffffffffffffffff", "hex");
    const request = create(GenerateRequestSchema, imageRequest("boat"));
    const ended = await callUnary(gateway.grpc, GatewayService.method.generate, request, { bytes });
    if ("response" in ended) throw new Error("it was taken");
    const told = grpcError(ended.error);
    expect([told.code, ...told.reasons]).toEqual(["INVALID_ARGUMENT", "INVALID_REQUEST"]);
    const here = await rawGrpc(gateway.url, generatePath, bytes).ended;
    expect(here.status).toBe(3);
    await stillServes(gateway);
  });

  it("keeps its own id only when that can go into a log", async () => {
    const { gateway } = await start();
    const metadata = new Metadata();
    metadata.set("x-request-id", 'evil","level":"error');
    const { requestId } = await gateway.generate(imageRequest("boat"), { metadata });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    metadata.set("x-request-id", "order-4711");
    expect((await gateway.generate(imageRequest("boat"), { metadata })).requestId).toBe(
      "order-4711",
    );
  });

  it("that is broken off in the middle takes nothing with it", async () => {
    const { gateway } = await start();
    const session = connectHttp2(gateway.grpcUrl);
    session.on("error", () => {});
    const stream = session.request({
      ":method": "POST",
      ":path": generatePath,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => {});
    // Five bytes promise a message of a mebibyte, and one byte of it comes.
    await new Promise((resolve) => stream.write(Buffer.from("000010000001", "hex"), resolve));
    const closed = new Promise((resolve) => session.once("close", resolve));
    session.destroy();
    await closed;
    await stillServes(gateway);
  });
});

const generatePath = "/spillway.v1.GatewayService/Generate";

function withOptions(options: object): object {
  return { model: "boat", textToImage: { prompt: "a boat", options } };
}

async function start(serverSays = "drain: 500ms") {
  const upstream = await startFakeUpstream(images(20));
  const gateway = await startGateway(`
server:
  listen: 127.0.0.1:0
  grpc: 127.0.0.1:0
  admin: 127.0.0.1:0
  ${serverSays}
providers:
  boats: { type: openai-compatible, base_url: "${upstream.url}" }
routes:
  - models: ["boat"]
    targets: [{ provider: boats }]
`);
  return { gateway, upstream };
}

/** Every listener answers as before, and nothing so far was a bug. */
async function stillServes(gateway: TestGateway): Promise<void> {
  expect(await gateway.generate(imageRequest("boat"))).toMatchObject({ provider: "boats" });
  expect((await postJson(gateway.url, "Generate", good)).status).toBe(200);
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  expect(metrics).not.toContain("INTERNAL");
  expect(gateway.log.filter(({ msg }) => msg === "bug")).toEqual([]);
}

interface ConnectDetail {
  readonly type: string;
  readonly debug?: {
    readonly reason?: string;
    readonly fieldViolations?: readonly { readonly field: string }[];
  };
}

function detailsOf(json: unknown): readonly ConnectDetail[] {
  return (json as { readonly details?: readonly ConnectDetail[] }).details ?? [];
}

function reasonOf(json: unknown): string | undefined {
  return detailsOf(json).find(({ type }) => type === "google.rpc.ErrorInfo")?.debug?.reason;
}

/** The fields that are named; one can break several rules. */
function fieldsOf(json: unknown): string[] {
  const fields = detailsOf(json).flatMap(
    ({ debug }) => debug?.fieldViolations?.map(({ field }) => field) ?? [],
  );
  return [...new Set(fields)];
}
