import { createConnection } from "node:net";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { parseAddress } from "../../src/domain/address.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import { startServer } from "../../src/rpc/server.ts";
import { manualClock } from "../support/manual-clock.ts";
import { fakeGateway, untilAborted } from "./support/fake-gateway.ts";
import { fakeTelemetry } from "./support/fake-telemetry.ts";
import { generated, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const transports: readonly (readonly [string, (server: TestServer) => Transport])[] = [
  [
    "Connect over HTTP/1.1",
    ({ url }) => createConnectTransport({ baseUrl: url, httpVersion: "1.1" }),
  ],
  ["Connect over HTTP/2", ({ url }) => createConnectTransport({ baseUrl: url, httpVersion: "2" })],
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

/** Waits until neither listener takes connections any more. */
async function doorsShut({ url, grpcUrl }: TestServer): Promise<void> {
  for (const { hostname, port } of [new URL(url), new URL(grpcUrl)]) {
    const knock = () =>
      new Promise((resolve) => {
        const socket = createConnection(Number(port), hostname);
        socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
        socket.once("connect", () => resolve(socket.destroy()));
      });
    await expect.poll(knock).toBe("ECONNREFUSED");
  }
}

describe.each(transports)("a drain, over %s", (_, transport) => {
  it("lets a running call finish and accepts no new one", async () => {
    const server = await startTestServer({ drainMs: 10_000 });
    const finish = Promise.withResolvers<void>();
    server.gateway.answer(async () => {
      await finish.promise;
      return { kind: "generated", generated: generated() };
    });
    const running = createClient(GatewayService, transport(server)).generate(imageRequest());
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    const drained = server.drain();
    await doorsShut(server);
    const late = await failure(
      createClient(GatewayService, transport(server)).generate(imageRequest()),
    );
    expect(late.code).toBe(Code.Unavailable);
    finish.resolve();
    expect(await running).toMatchObject({ provider: "openai" });
    await drained;
    expect(server.gateway.asked).toHaveLength(1);
    expect(server.bugs).toEqual([]);
  });

  it("cuts what still runs when its time is up, and says that it may be asked again", async () => {
    const clock = manualClock();
    const server = await startTestServer({ drainMs: 50, clock });
    server.gateway.answer(untilAborted);
    const running = failure(
      createClient(GatewayService, transport(server)).generate(imageRequest()),
    );
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    const drained = server.drain();
    await clock.advance(50);
    const error = await running;
    await drained;
    expect(error.code).toBe(Code.ResourceExhausted);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).toBe("OVERLOADED");
    expect(error.findDetails(RetryInfoSchema)).toHaveLength(1);
  });

  it("does not wait for a call that does not heed it", async () => {
    const server = await startTestServer({ drainMs: 20 });
    const never = Promise.withResolvers<never>();
    server.gateway.answer(() => never.promise);
    const running = failure(
      createClient(GatewayService, transport(server)).generate(imageRequest()),
    );
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    await server.drain();
    await running;
  });

  it("does not wait for an idle connection", async () => {
    const server = await startTestServer({ drainMs: 60_000 });
    await createClient(GatewayService, transport(server)).generate(imageRequest());
    await server.drain();
  });
});

it("a drain is told by /readyz and happens once", async () => {
  const server = await startTestServer({ drainMs: 10_000 });
  const finish = Promise.withResolvers<void>();
  server.gateway.answer(async () => {
    await finish.promise;
    return { kind: "generated", generated: generated() };
  });
  const client = createClient(
    GatewayService,
    createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" }),
  );
  const running = client.generate(imageRequest());
  await expect.poll(() => server.gateway.asked.length).toBe(1);
  expect((await fetch(`${server.adminUrl}/readyz`)).status).toBe(200);
  const drained = server.drain();
  expect(server.drain()).toBe(drained);
  expect((await fetch(`${server.adminUrl}/readyz`)).status).toBe(503);
  expect((await fetch(`${server.adminUrl}/healthz`)).status).toBe(200);
  finish.resolve();
  await running;
  await drained;
  await expect(fetch(`${server.adminUrl}/readyz`)).rejects.toThrow();
});

const anywhere = { host: "127.0.0.1", port: 0 };

describe("a server that cannot start", () => {
  const options = {
    cors: { origins: [] },
    drainMs: 50,
    gateway: fakeGateway,
    telemetry: fakeTelemetry(),
    metrics: async () => ({ contentType: "", body: "" }),
    clock: systemClock,
    newId: () => "id",
    onBug: () => {},
  };

  it("says which address is taken, and leaves nothing open", async () => {
    const other = await startTestServer();
    const taken = parseAddress(other.addresses.grpc ?? "");
    const start = () => startServer({ ...options, listen: anywhere, admin: taken });
    await expect(start()).rejects.toThrow(`cannot listen on ${other.addresses.grpc}`);
    await expect(startServer({ ...options, listen: anywhere, grpc: taken })).rejects.toThrow(
      `cannot listen on ${other.addresses.grpc}`,
    );
  });
});
