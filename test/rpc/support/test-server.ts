import { afterEach } from "vitest";
import { systemClock } from "../../../src/process/system-clock.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../../src/rpc/server.ts";
import { type HastyClock, hastyClock } from "../../support/hasty-clock.ts";
import { type FakeGateway, fakeGateway } from "./fake-gateway.ts";
import { type FakeTelemetry, fakeTelemetry } from "./fake-telemetry.ts";

/** A server on free ports of loopback, over fakes. */
export interface TestServer extends RunningServer {
  readonly gateway: FakeGateway;
  readonly telemetry: FakeTelemetry;
  readonly bugs: unknown[];
  /** "http://127.0.0.1:PORT" of the Connect listener. */
  readonly url: string;
  /** "http://127.0.0.1:PORT" of the grpc-js listener. */
  readonly grpcUrl: string;
  readonly adminUrl: string;
}

const running: { readonly server: RunningServer; readonly clock: HastyClock }[] = [];

/** Starts a server that is stopped after the test. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const gateway = fakeGateway();
  const telemetry = fakeTelemetry();
  const bugs: unknown[] = [];
  const clock = hastyClock(options.clock ?? systemClock);
  let ids = 0;
  const server = await startServer({
    listen: { host: "127.0.0.1", port: 0 },
    grpc: { host: "127.0.0.1", port: 0 },
    admin: { host: "127.0.0.1", port: 0 },
    cors: { origins: [] },
    drainMs: 50,
    gateway: () => gateway,
    telemetry,
    metrics: async () => ({ contentType: "text/plain; version=0.0.4", body: "up 1\n" }),
    // The first one is the secret that the Connect listener begins with.
    newId: () => `new-id-${ids++}`,
    onBug: (error) => bugs.push(error),
    ...options,
    clock,
  });
  running.push({ server, clock });
  const { listen, grpc, admin } = server.addresses;
  return {
    ...server,
    gateway,
    telemetry,
    bugs,
    url: `http://${listen}`,
    grpcUrl: `http://${grpc}`,
    adminUrl: `http://${admin}`,
  };
}

afterEach(async () => {
  await Promise.all(
    running.splice(0).map(({ server, clock }) => {
      clock.hurry();
      return server.drain();
    }),
  );
});
