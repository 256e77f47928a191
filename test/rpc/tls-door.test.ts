import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { create } from "@bufbuild/protobuf";
import { Client, credentials } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { TlsIdentity } from "../../src/domain/tls-identity.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import type { Limits } from "../../src/rpc/limits.ts";
import { manualClock } from "../support/manual-clock.ts";
import { callUnary } from "./support/grpc-client.ts";
import { imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const first = identityOf(new URL("../transport/fixtures/self-signed.pem", import.meta.url));
const renewed = identityOf(new URL("fixtures/renewed.pem", import.meta.url));

const clients: { close(): void }[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

describe("a server with a certificate", () => {
  it("answers Connect over HTTP/1.1 and over HTTP/2", async () => {
    const server = await start();
    expect(await overHttp1(server)).toMatchObject({
      status: 200,
      body: expect.stringContaining("images"),
    });
    expect(await overHttp2(server)).toMatchObject({
      status: 200,
      body: expect.stringContaining("images"),
    });
    expect(server.gateway.asked).toHaveLength(2);
  });

  it.each(["url", "grpcUrl"] as const)("answers gRPC at its %s", async (listener) => {
    const server = await start();
    const client = new Client(
      server[listener].replace("http://", ""),
      credentials.createSsl(Buffer.from(first.certificate)),
    );
    clients.push(client);
    const request = create(GenerateRequestSchema, imageRequest());
    const ended = await callUnary(client, GatewayService.method.generate, request);
    expect("response" in ended && ended.response.output.case).toBe("images");
  });

  it.each(["url", "grpcUrl"] as const)(
    "lets nobody in at its %s who speaks clear text",
    async (listener) => {
      const server = await start();
      const { port } = new URL(server[listener]);
      const socket = connectTcp(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
      let received = "";
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
      });
      await new Promise((resolve) => socket.once("close", resolve));
      expect(received).not.toContain("HTTP");
      expect(await overHttp1(server)).toMatchObject({ status: 200 });
    },
  );

  it("lets go of who never agrees on TLS, and of who then says nothing", async () => {
    const server = await start(() => first, { headersTimeoutMs: 50 });
    for (const listener of ["url", "grpcUrl"] as const) {
      const { port } = new URL(server[listener]);
      const socket = connectTcp(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      await new Promise((resolve) => socket.once("close", resolve));
    }
    const { port } = new URL(server.url);
    const secured = connectTls({ port: Number(port), rejectUnauthorized: false });
    secured.on("error", () => {});
    secured.resume();
    await new Promise((resolve) => secured.once("close", resolve));
  });

  it.each([
    ["HTTP/2 that was not agreed on", [], "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["HTTP/1.1 where HTTP/2 was agreed on", ["h2"], "GET / HTTP/1.1\r\nhost: a\r\n\r\n"],
    ["noise where HTTP/2 was agreed on", ["h2"], "\0".repeat(100_000)],
  ])("closes on %s, and serves on", async (_, ALPNProtocols, text) => {
    const server = await start();
    const { port } = new URL(server.url);
    const socket = connectTls({ port: Number(port), rejectUnauthorized: false, ALPNProtocols });
    socket.on("error", () => {});
    socket.resume();
    socket.write(text);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(await overHttp2(server)).toMatchObject({ status: 200 });
    expect(server.bugs).toEqual([]);
  });

  it.each(["url", "grpcUrl"] as const)(
    "lets go at once of who hangs up at its %s before TLS is agreed on",
    async (listener) => {
      // No time passes by itself.
      const server = await start(() => first, {}, manualClock());
      const { port } = new URL(server[listener]);
      const socket = connectTcp({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => {});
      socket.resume();
      socket.end();
      await new Promise((resolve) => socket.once("close", resolve));
    },
  );

  it("refuses what is older than TLS 1.2", async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const socket = connectTls({
      port: Number(port),
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      // Otherwise the client does not even try.
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    const error = await new Promise<Error>((resolve) => socket.once("error", resolve));
    expect(error.message).toMatch(/version|unsupported/i);
  });

  it("shows a renewed certificate to who connects, and keeps the connections that there are", async () => {
    let identity = first;
    const server = await start(() => identity);
    const { port } = new URL(server.url);
    const before = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    clients.push(before);
    await new Promise((resolve) => before.once("connect", resolve));
    identity = renewed;
    expect(await certificateAt(port)).toBe("renewed.example");
    const status = await new Promise((resolve) => {
      const stream = before.request({ ":path": "/" });
      stream.on("response", (headers) => resolve(headers[":status"]));
      stream.resume();
    });
    expect(status).toBe(200);
  });

  it("drains: a call that runs is answered, and who only holds a connection is let go", async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const idle = connectTls({ port: Number(port), rejectUnauthorized: false });
    const unfinished = connectTcp(Number(port), "127.0.0.1");
    const unfinishedGrpc = connectTcp(Number(new URL(server.grpcUrl).port), "127.0.0.1");
    const closed = [idle, unfinished, unfinishedGrpc].map((socket) => {
      socket.on("error", () => {});
      socket.resume();
      return new Promise((resolve) => socket.once("close", resolve));
    });
    await new Promise((resolve) => idle.once("secureConnect", resolve));
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.gateway.answer(async () => {
      await held;
      return { kind: "failed", error: { reason: "DEADLINE", message: "late", metadata: {} } };
    });
    const running = overHttp2(server);
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    const drained = server.drain();
    answer();
    expect((await running).body).toContain("late");
    await Promise.all([drained, ...closed]);
  });
});

it.each(["url", "grpcUrl"] as const)(
  "a drain waits for nobody who agreed on HTTP/2 at its %s after it began",
  async (listener) => {
    const server = await start();
    const raw = connectTcp(Number(new URL(server[listener]).port), "127.0.0.1");
    await new Promise((resolve) => raw.once("connect", resolve));
    const drained = server.drain();
    const session = connectHttp2("https://127.0.0.1", {
      createConnection: () =>
        connectTls({ socket: raw, rejectUnauthorized: false, ALPNProtocols: ["h2"] }),
    });
    session.on("error", () => {});
    clients.push(session);
    await drained;
  },
);

function start(
  tls: () => TlsIdentity = () => first,
  limits: Partial<Limits> = {},
  clock: Clock = systemClock,
): Promise<TestServer> {
  return startTestServer({ tls, limits, clock, drainMs: 60_000 });
}

function identityOf(file: URL): TlsIdentity {
  const both = readFileSync(file, "utf8");
  return { certificate: both, key: new Secret(both) };
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

const path = "/spillway.v1.GatewayService/Generate";
const headers = { "content-type": "application/json" };
const boat = JSON.stringify({ model: "m", textToImage: { prompt: "a boat" } });

function overHttp1({ url }: TestServer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const sent = httpsRequest(
      {
        port,
        host: "127.0.0.1",
        path,
        method: "POST",
        headers,
        ca: first.certificate,
        agent: false,
      },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("end", () => resolve({ status: response.statusCode, body }));
      },
    );
    sent.on("error", reject);
    sent.end(boat);
  });
}

function overHttp2({ url }: TestServer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: first.certificate });
    session.on("error", reject);
    clients.push(session);
    const stream = session.request({ ":method": "POST", ":path": path, ...headers });
    let status: number | undefined;
    let body = "";
    stream.on("response", (head) => {
      status = head[":status"];
    });
    stream.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    stream.on("end", () => resolve({ status, body }));
    stream.end(boat);
  });
}

/** The name on the certificate that is shown to who connects now. */
async function certificateAt(port: string): Promise<string> {
  const socket: TLSSocket = connectTls({ port: Number(port), rejectUnauthorized: false });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const { subject }: DetailedPeerCertificate = socket.getPeerCertificate(true);
  socket.destroy();
  return String(subject.CN);
}
