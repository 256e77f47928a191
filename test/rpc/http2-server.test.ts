import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import {
  endHeaders,
  endStream,
  hpack,
  http2Frame,
  http2Hello,
  http2Reset,
} from "../support/http2-frames.ts";
import { fakeTelemetry } from "./support/fake-telemetry.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const listeners = ["url", "grpcUrl"] as const;
const path = "/spillway.v1.GatewayService/Generate";

function requestHeaders(more: Readonly<Record<string, string>> = {}): Buffer {
  return hpack({
    ":method": "POST",
    ":scheme": "http",
    ":authority": "gateway",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...more,
  });
}

/** More than the announced limit, in pieces that are each below HTTP/2's own. */
function largeHeaders(stream: number): Buffer {
  const block = requestHeaders({ "x-large": "x".repeat(10_000), "x-larger": "x".repeat(10_000) });
  return Buffer.concat([
    http2Frame("HEADERS", { stream, flags: endStream }, block.subarray(0, 12_000)),
    http2Frame("CONTINUATION", { stream, flags: endHeaders }, block.subarray(12_000)),
  ]);
}

function open(server: TestServer, listener: "url" | "grpcUrl"): Socket {
  const client = connect(Number(new URL(server[listener]).port), "127.0.0.1");
  client.write(http2Hello);
  return client;
}

/** Resolves once the frame has come that tells of the end of a stream. */
async function endOf(client: Socket, stream: number): Promise<void> {
  let received = Buffer.alloc(0);
  for (;;) {
    received = Buffer.concat([received, ...(await once(client, "data"))]);
    while (received.length >= 9) {
      const size = 9 + received.readUIntBE(0, 3);
      if (received.length < size) break;
      const isEnd = received[3] === 3 || (received.readUInt8(4) & endStream) !== 0;
      if (received.readUInt32BE(5) === stream && isEnd) return;
      received = received.subarray(size);
    }
  }
}

describe.each(listeners)("a client of HTTP/2 of the %s", (listener) => {
  // NO_ERROR leaves a stream that is closed, and not yet destroyed.
  it.each([0, 1, 8])("can take back in one breath what it asks, with the code %i", async (code) => {
    const server = await startTestServer({ callers: () => ({ identify: () => nobody }) });
    const client = open(server, listener);
    client.write(Buffer.concat([largeHeaders(1), http2Reset(1, code)]));
    const opening = http2Frame("HEADERS", { stream: 3, flags: endHeaders }, requestHeaders());
    client.write(Buffer.concat([opening, http2Reset(3, code)]));
    client.write(largeHeaders(5));
    await endOf(client, 5);
    client.destroy();
    expect(server.bugs).toEqual([]);
  });

  it("is told of as gone after a HEAD for a method", async () => {
    const ended = Promise.withResolvers<string>();
    const telemetry = fakeTelemetry();
    const server = await startTestServer({
      telemetry: {
        rpcStarted: (call) => ({ ...telemetry.rpcStarted(call), ended: ended.resolve }),
      },
    });
    const client = open(server, listener);
    const block = requestHeaders({ ":method": "HEAD" });
    client.write(http2Frame("HEADERS", { stream: 1, flags: endHeaders }, block));
    await once(client, "data");
    client.write(http2Reset(1, 8));
    await ended.promise;
    client.destroy();
  });

  it("can fail after it was told that its headers are too large", async () => {
    const server = await startTestServer();
    const client = open(server, listener);
    const block = largeHeaders(1);
    block[4] = 0;
    client.write(block);
    await once(client, "data");
    client.write(http2Reset(1, 1));
    client.write(largeHeaders(3));
    await endOf(client, 3);
    client.destroy();
    expect(server.bugs).toEqual([]);
  });
});

const nobody = {
  kind: "refused",
  failure: { code: 16, error: { reason: "UNAUTHENTICATED", message: "no key", metadata: {} } },
} as const;
