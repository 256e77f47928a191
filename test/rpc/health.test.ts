import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import {
  Health,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../gen/grpc/health/v1/health_pb.ts";
import { healthService } from "../../src/rpc/health.ts";
import { fakeTelemetry } from "./support/fake-telemetry.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const service = "spillway.v1.GatewayService";

describe.each([
  [
    "the Connect listener by Connect",
    ({ url }: TestServer) => createConnectTransport({ baseUrl: url, httpVersion: "1.1" }),
  ],
  ["the Connect listener by gRPC", ({ url }: TestServer) => createGrpcTransport({ baseUrl: url })],
  ["the gRPC listener", ({ grpcUrl }: TestServer) => createGrpcTransport({ baseUrl: grpcUrl })],
] as const)("health on %s", (_, transport) => {
  it("serves, as a whole and by service", async () => {
    const client = createClient(Health, transport(await startTestServer()));
    expect(await client.check({})).toMatchObject({ status: ServingStatus.SERVING });
    expect(await client.check({ service })).toMatchObject({ status: ServingStatus.SERVING });
    const { statuses } = await client.list({});
    expect(Object.keys(statuses).sort()).toEqual(["", service]);
  });

  it("does not know other services", async () => {
    const client = createClient(Health, transport(await startTestServer()));
    const error = ConnectError.from(
      await client.check({ service: "other" }).catch((reason) => reason),
    );
    expect(error.code).toBe(Code.NotFound);
    expect(error.findDetails(ErrorInfoSchema)).toHaveLength(1);
  });

  it("tells those who watch when a drain begins, and lets them go", async () => {
    const server = await startTestServer({ drainMs: 10_000 });
    const client = createClient(Health, transport(server));
    const seen: ServingStatus[] = [];
    for await (const { status } of client.watch({ service })) {
      seen.push(status);
      if (seen.length === 1) void server.drain();
    }
    expect(seen).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
    await server.drain();
  });

  it("keeps a watch on an unknown service open", async () => {
    const server = await startTestServer();
    const client = createClient(Health, transport(server));
    const seen: ServingStatus[] = [];
    for await (const { status } of client.watch({ service: "other" })) {
      seen.push(status);
      void server.drain();
    }
    expect(seen).toEqual([ServingStatus.SERVICE_UNKNOWN]);
  });
});

it("a health that changes while a watch is told of the one before is told next", async () => {
  const health = healthService([]);
  const watch = health.rpcs.find(({ method }) => method.name === "Watch");
  if (watch?.kind !== "stream") throw new Error("there is no Watch");
  const told: ServingStatus[] = [];
  const call = {
    requestId: "r-1",
    arrivedAt: 0,
    maxMessageBytes: 1000,
    signal: new AbortController().signal,
    observer: fakeTelemetry().rpcStarted({
      method: "",
      protocol: "grpc",
      requestId: "r-1",
      header: () => undefined,
    }),
  };
  await watch.handle(create(HealthCheckRequestSchema), call, async (message) => {
    told.push((message as HealthCheckResponse).status);
    if (told.length > 1) return;
    await Promise.resolve();
    health.set("not_serving");
    health.endWatches();
  });
  expect(told).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
});
