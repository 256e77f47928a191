import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { Metadata, status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { StreamGenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { deadlineSlackMs } from "../../src/domain/deadline-slack.ts";
import { manualClock } from "../support/manual-clock.ts";
import { untilAborted } from "./support/fake-gateway.ts";
import { callUnary, grpcClient, openStream, reasonsOf } from "./support/grpc-client.ts";
import { exhausted, generated, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const { method } = GatewayService;

const listeners: readonly (readonly [string, (server: TestServer) => string])[] = [
  ["the gRPC listener", ({ grpcUrl }) => grpcUrl],
  ["the Connect listener", ({ url }) => url],
];

describe.each(listeners)("a grpc-js client on %s", (_, address) => {
  it("gets a result and its request's id", async () => {
    const server = await startTestServer();
    const metadata = new Metadata();
    metadata.set("x-request-id", "from-grpc-js");
    const ended = await callUnary(grpcClient(address(server)), method.generate, imageRequest(), {
      metadata,
    });
    expect(ended).toMatchObject({ response: { requestId: "from-grpc-js", provider: "openai" } });
    expect(server.telemetry.calls[0]).toMatchObject({
      call: {
        method: "spillway.v1.GatewayService/Generate",
        protocol: "grpc",
        requestId: "from-grpc-js",
      },
      told: ["requestRead", "generated", "ended OK"],
    });
  });

  it("gets the details of an error", async () => {
    const server = await startTestServer();
    server.gateway.answer(async () => ({ kind: "failed", error: exhausted }));
    const ended = await callUnary(grpcClient(address(server)), method.generate, imageRequest());
    if (!("error" in ended)) throw new Error("the call succeeded");
    expect(ended.error.code).toBe(status.UNAVAILABLE);
    expect(ended.error.details).toBe(exhausted.message);
    expect(reasonsOf(ended.error)).toEqual(["ALL_PROVIDERS_EXHAUSTED"]);
  });

  it("is refused a body that is no message, with one ErrorInfo", async () => {
    const server = await startTestServer();
    const ended = await callUnary(grpcClient(address(server)), method.generate, imageRequest(), {
      bytes: new Uint8Array([0xff, 0xff, 0xff]),
    });
    if (!("error" in ended)) throw new Error("the call succeeded");
    expect(ended.error.code).toBe(status.INVALID_ARGUMENT);
    expect(reasonsOf(ended.error)).toEqual(["INVALID_REQUEST"]);
    expect(server.telemetry.calls[0]?.told).toEqual([
      "failed INVALID_REQUEST",
      "ended INVALID_ARGUMENT",
    ]);
  });

  it("is refused a message that is too large, with the limit", async () => {
    const server = await startTestServer({ limits: { maxMessageBytes: 1000 } });
    const request = imageRequest({ endUser: "x".repeat(2000) });
    const ended = await callUnary(grpcClient(address(server)), method.generate, request);
    if (!("error" in ended)) throw new Error("the call succeeded");
    expect(ended.error.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(ended.error.details).toContain("1000 bytes");
    expect(reasonsOf(ended.error)).toEqual(["INVALID_REQUEST"]);
    expect(server.telemetry.calls[0]?.told).toEqual([
      "failed INVALID_REQUEST",
      "ended RESOURCE_EXHAUSTED",
    ]);
  });

  it("has its call ended at its deadline, and the gateway is told the deadline", async () => {
    const clock = manualClock();
    const server = await startTestServer({ clock });
    server.gateway.answer(untilAborted);
    // The client goes by the real time, which is not to reach it.
    const deadline = Date.now() + 25_000;
    const ended = callUnary(grpcClient(address(server)), method.generate, imageRequest(), {
      deadline,
    });
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    const [asked] = server.gateway.asked;
    const left = (asked?.call.deadlineAt ?? 0) - (asked?.call.arrivedAt ?? 0);
    expect(left).toBeGreaterThanOrEqual(deadline - Date.now());
    expect(left).toBeLessThanOrEqual(25_005);
    await clock.advance(left - 1);
    expect(asked?.call.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(asked?.call.signal.aborted).toBe(true);
    expect(await ended).toMatchObject({ error: { code: status.DEADLINE_EXCEEDED } });
    await expect
      .poll(() => server.telemetry.calls[0]?.told)
      .toEqual(["requestRead", "failed DEADLINE", "ended DEADLINE_EXCEEDED"]);
  });

  it("has reached its deadline, too, when it hangs up a moment before the gateway sees that", async () => {
    const clock = manualClock();
    const server = await startTestServer({ clock });
    server.gateway.answer(untilAborted);
    const call = callUnary(grpcClient(address(server)), method.generate, imageRequest(), {
      deadline: Date.now() + 25_000,
    });
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    const { deadlineAt = 0, arrivedAt } = server.gateway.asked[0]?.call ?? { arrivedAt: 0 };
    await clock.advance(deadlineAt - arrivedAt - deadlineSlackMs);
    call.cancel();
    await expect
      .poll(() => server.telemetry.calls[0]?.told)
      .toEqual(["requestRead", "failed DEADLINE", "ended DEADLINE_EXCEEDED"]);
  });

  it("ends the gateway's work when it cancels", async () => {
    const server = await startTestServer();
    server.gateway.answer(untilAborted);
    const call = callUnary(grpcClient(address(server)), method.generate, imageRequest());
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    call.cancel();
    expect(await call).toMatchObject({ error: { code: status.CANCELLED } });
    await expect.poll(() => server.gateway.asked[0]?.call.signal.aborted).toBe(true);
    await expect.poll(() => server.telemetry.calls[0]?.told.at(-1)).toBe("ended CANCELLED");
  });

  it("makes the gateway wait while it does not read, and loses nothing", async () => {
    const server = await startTestServer();
    let sent = 0;
    const text = "x".repeat(10_000);
    server.gateway.answer(async (_request, call) => {
      for (sent = 0; sent < 3000; sent++) await call.stream?.emit({ kind: "text", text });
      return { kind: "generated", generated: generated() };
    });
    const request = create(StreamGenerateRequestSchema, { generate: imageRequest() });
    const stream = openRawStream(
      address(server),
      encodeEnvelope(0, toBinary(StreamGenerateRequestSchema, request)),
    );
    let before = -1;
    // It stands still once every buffer on the way is full.
    const standsStill = () => {
      const still = sent > 0 && sent === before;
      before = sent;
      return still;
    };
    await expect.poll(standsStill, { interval: 100 }).toBe(true);
    expect(sent).toBeLessThan(500);
    let bytes = 0;
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await new Promise((resolve) => stream.once("end", resolve));
    expect(bytes).toBeGreaterThan(3000 * 10_000);
  });

  it("ends the gateway's work when it cancels a stream that waits", async () => {
    const server = await startTestServer();
    let over = false;
    server.gateway.answer(async (_request, call) => {
      const text = "x".repeat(100_000);
      for (let n = 0; n < 300 && !call.signal.aborted; n++)
        await call.stream?.emit({ kind: "text", text });
      over = true;
      return untilAborted(_request, call);
    });
    const request = create(StreamGenerateRequestSchema, { generate: imageRequest() });
    const stream = openStream(grpcClient(address(server)), method.streamGenerate, request);
    stream.on("error", () => {});
    await new Promise((resolve) => stream.once("data", resolve));
    stream.pause();
    stream.cancel();
    await expect.poll(() => over).toBe(true);
    await expect.poll(() => server.telemetry.calls[0]?.told.at(-1)).toBe("ended CANCELLED");
  });
});

it("the gRPC listener cuts off a caller that does not finish its request", async () => {
  const server = await startTestServer({ limits: { requestTimeoutMs: 150 } });
  const stream = openRawStream(server.grpcUrl, Buffer.from([0, 0, 0, 0, 50, 1]), false);
  const headers = await new Promise<Record<string, unknown>>((resolve) =>
    stream.once("response", resolve),
  );
  expect(headers["grpc-status"]).toBe(String(status.DEADLINE_EXCEEDED));
});

it.each(listeners)(
  "a call on %s is answered though two thousand others on its connection are left",
  async (_, address) => {
    const server = await startTestServer();
    const release = Promise.withResolvers<void>();
    server.gateway.answer(async (request, call) => {
      if (server.gateway.asked.length > 1) return untilAborted(request, call);
      await release.promise;
      return { kind: "generated", generated: generated() };
    });
    const client = grpcClient(address(server));
    const patient = callUnary(client, method.generate, imageRequest());
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    for (let left = 0; left < 2000; left += 100) {
      const calls = Array.from({ length: 100 }, () =>
        callUnary(client, method.generate, imageRequest()),
      );
      await expect.poll(() => server.gateway.asked.length).toBe(left + 101);
      for (const call of calls) call.cancel();
      await Promise.all(calls);
    }
    release.resolve();
    expect(await patient).toMatchObject({ response: { provider: "openai" } });
  },
);

const sessions: ClientHttp2Session[] = [];

afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy();
});

function openRawStream(url: string, body: Uint8Array, end = true): ClientHttp2Stream {
  const session = connect(url);
  sessions.push(session);
  const stream = session.request({
    ":method": "POST",
    ":path": "/spillway.v1.GatewayService/StreamGenerate",
    "content-type": "application/grpc",
    te: "trailers",
  });
  if (end) stream.end(body);
  else stream.write(body);
  return stream;
}
