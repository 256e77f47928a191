import { connect as connectHttp2, constants } from "node:http2";
import { connect as connectTcp } from "node:net";
import v8 from "node:v8";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import {
  createConnectTransport as createWebConnectTransport,
  createGrpcWebTransport as createWebGrpcTransport,
} from "@connectrpc/connect-web";
import { describe, expect, it } from "vitest";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { GatewayService, RouteRequestSchema } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { http1 } from "./support/exchange.ts";
import { untilAborted } from "./support/fake-gateway.ts";
import { generated, image, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const generatePath = "/spillway.v1.GatewayService/Generate";

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly type: string; readonly debug: Record<string, unknown> }[];
}

function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

async function errorOf(response: Response): Promise<WireError & { readonly reasons: unknown[] }> {
  const error = (await response.json()) as WireError;
  const infos = error.details.filter(({ type }) => type === "google.rpc.ErrorInfo");
  return { ...error, reasons: infos.map(({ debug }) => debug["reason"]) };
}

async function failure(promise: Promise<unknown>): Promise<ConnectError> {
  try {
    await promise;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("the call succeeded");
}

describe("plain JSON over HTTP", () => {
  it("does a task", async () => {
    const server = await startTestServer();
    const response = await post(
      server.url + generatePath,
      JSON.stringify({ model: "m", textToImage: { prompt: "p" } }),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get("x-request-id")).toBe("new-id-1");
    expect(await response.json()).toMatchObject({
      requestId: "new-id-1",
      images: { images: [{ data: "AQIDBA==" }] },
    });
  });

  it("carries several large images, unary and streamed, as they are", async () => {
    const server = await startTestServer();
    const files = [0, 1, 2].map((seed) => {
      return Uint8Array.from({ length: 300_000 + seed }, (_, index) => (index * 31 + seed) % 251);
    });
    // Bytes by bytes; the comparison of objects would take most of a second for each image.
    const expectFiles = (found: readonly unknown[]) =>
      expect(v8.serialize(found).equals(v8.serialize(files))).toBe(true);
    const images = files.map((bytes) => ({ ...image, content: { kind: "bytes", bytes } as const }));
    server.gateway.answer(async (_request, call) => {
      for (const [index, each] of images.entries()) {
        await call.stream?.emit({ kind: "image", index, image: each });
        await call.stream?.emit({ kind: "text", text: "between" });
      }
      return { kind: "generated", generated: generated({ output: { kind: "images", images } }) };
    });
    const options = { baseUrl: server.url, useBinaryFormat: false };
    const transports = [
      createConnectTransport({ ...options, httpVersion: "1.1" }),
      createConnectTransport({ ...options, httpVersion: "2" }),
      createConnectTransport({ ...options, useBinaryFormat: true, httpVersion: "1.1" }),
      createConnectTransport({ ...options, useBinaryFormat: true, httpVersion: "2" }),
      createGrpcWebTransport({ ...options, httpVersion: "1.1" }),
    ];
    for (const transport of transports) {
      const client = createClient(GatewayService, transport);
      const { output } = await client.generate(imageRequest());
      const unary = output.case === "images" ? output.value.images : [];
      expectFiles(unary.map(({ content }) => content.value));
      const streamed: unknown[] = [];
      for await (const { event } of client.streamGenerate({ generate: imageRequest() })) {
        if (event.case === "image") streamed.push(event.value.image?.content.value);
      }
      expectFiles(streamed);
    }
    for (const each of images) expect(each.content.bytes.length).toBeGreaterThan(1000);
  });

  it("reads methods without side effects by GET", async () => {
    const server = await startTestServer();
    const message = Buffer.from(
      toBinary(RouteRequestSchema, create(RouteRequestSchema, { generate: imageRequest() })),
    ).toString("base64url");
    const json = await fetch(
      `${server.url}/spillway.v1.GatewayService/ListProviders?connect=v1&encoding=json&message=%7B%7D`,
    );
    expect(await json.json()).toMatchObject({
      providers: [{ slug: "openai", health: "HEALTH_STATE_HEALTHY" }, { slug: "spare" }],
    });
    const proto = await fetch(
      `${server.url}/spillway.v1.GatewayService/Route?connect=v1&encoding=proto&base64=1&message=${message}`,
    );
    expect(proto.status).toBe(200);
  });

  it("refuses a GET of a method with side effects", async () => {
    const server = await startTestServer();
    const response = await fetch(`${server.url}${generatePath}?encoding=json&message=%7B%7D`);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
    expect((await errorOf(response)).reasons).toEqual(["INVALID_REQUEST"]);
  });

  it("names an unknown field", async () => {
    const server = await startTestServer();
    const body = JSON.stringify({
      model: "m",
      textToImage: { prompt: "p", options: { bogus: 1 } },
    });
    const response = await post(server.url + generatePath, body);
    expect(response.status).toBe(400);
    const error = await errorOf(response);
    expect(error.code).toBe("invalid_argument");
    expect(error.reasons).toEqual(["INVALID_REQUEST"]);
    const badRequest = error.details.find(({ type }) => type === "google.rpc.BadRequest");
    expect(badRequest?.debug).toEqual({
      fieldViolations: [
        {
          field: "text_to_image.options.bogus",
          description: "is not a field of spillway.v1.ImageOptions",
          reason: "JSON_UNKNOWN_FIELD",
        },
      ],
    });
    expect(server.telemetry.calls[0]?.told).toEqual([
      "failed INVALID_REQUEST",
      "ended INVALID_ARGUMENT",
    ]);
  });

  it("names a field of the wrong type and does not repeat its value", async () => {
    const server = await startTestServer();
    const body = JSON.stringify({ model: "m", textToImage: { prompt: { secret: "words" } } });
    const error = await errorOf(await post(server.url + generatePath, body));
    expect(error.message).toBe("The request is not valid: text_to_image.prompt: must be text.");
    expect(JSON.stringify(error)).not.toContain("words");
  });

  it("refuses two tasks at once", async () => {
    const server = await startTestServer();
    const body = JSON.stringify({ model: "m", textToImage: { prompt: "p" }, chat: {} });
    const error = await errorOf(await post(server.url + generatePath, body));
    expect(error).toMatchObject({ code: "invalid_argument", reasons: ["INVALID_REQUEST"] });
    expect(error.message).toContain("more than once");
  });

  it.each(["", "{", "[]", "null", '"text"'])("refuses the body %j", async (body) => {
    const server = await startTestServer();
    const response = await post(server.url + generatePath, body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).reasons).toEqual(["INVALID_REQUEST"]);
  });

  it("refuses a body that is too large, with the limit", async () => {
    const server = await startTestServer({ limits: { maxMessageBytes: 1000 } });
    const response = await post(
      server.url + generatePath,
      JSON.stringify({ endUser: "x".repeat(2000) }),
    );
    expect(response.status).toBe(429);
    const error = await errorOf(response);
    expect(error.code).toBe("resource_exhausted");
    expect(error.message).toContain("1000 bytes");
    expect(error.details[0]?.debug).toMatchObject({
      reason: "INVALID_REQUEST",
      metadata: { limit_bytes: "1000" },
    });
  });

  it("refuses a body that is small only while it is compressed", async () => {
    const server = await startTestServer({ limits: { maxMessageBytes: 1000 } });
    const { gzipSync } = await import("node:zlib");
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(1_000_000, "x")));
    const response = await post(server.url + generatePath, bomb, { "content-encoding": "gzip" });
    expect((await errorOf(response)).code).toBe("resource_exhausted");
  });

  it("refuses an unknown compression and a deadline that is none", async () => {
    const server = await startTestServer();
    const zstd = await errorOf(
      await post(server.url + generatePath, "{}", { "content-encoding": "zstd" }),
    );
    expect(zstd).toMatchObject({ code: "unimplemented", reasons: ["INVALID_REQUEST"] });
    const late = await errorOf(
      await post(server.url + generatePath, "{}", { "connect-timeout-ms": "soon" }),
    );
    expect(late).toMatchObject({ code: "invalid_argument", reasons: ["INVALID_REQUEST"] });
  });

  it("says which content types it takes", async () => {
    const server = await startTestServer();
    const response = await post(server.url + generatePath, "a=b", { "content-type": "text/plain" });
    expect(response.status).toBe(415);
    expect((await errorOf(response)).message).toContain("application/json");
  });

  it("keeps a caller's id only when it is a sane one", async () => {
    const server = await startTestServer();
    for (const id of ["has space", "x".repeat(129), "semi;colon"]) {
      const response = await post(server.url + generatePath, "{}", { "x-request-id": id });
      expect(response.headers.get("x-request-id")).toMatch(/^new-id-\d$/);
    }
  });
});

it("a caller over HTTP/2 that leaves within a request for connect-node is one that left", async () => {
  const server = await startTestServer();
  const session = connectHttp2(server.url);
  // What does not say its length is served by connect-node.
  const stream = session.request({
    ":method": "POST",
    ":path": generatePath,
    "content-type": "application/json",
  });
  stream.on("error", () => {});
  stream.write('{"model":');
  await expect.poll(() => server.telemetry.calls.length).toBe(1);
  session.destroy();
  await expect.poll(() => server.telemetry.calls[0]?.told.at(-1)).toBe("ended CANCELLED");
  expect(server.gateway.asked).toEqual([]);
});

it("a deadline of more than a day counts as one of a day, in every protocol and on every path", async () => {
  const server = await startTestServer();
  const json = JSON.stringify({ model: "m", textToImage: { prompt: "p" } });
  const late = { "content-type": "application/json", "connect-timeout-ms": "9999999999" };
  for (const sized of [true, false]) {
    await http1(server.url, { path: generatePath, headers: late, body: json, sized });
  }
  const weeks = { headers: { "grpc-timeout": "999H" } };
  for (const transport of [
    createGrpcTransport({ baseUrl: server.url }),
    createGrpcTransport({ baseUrl: server.grpcUrl }),
    createGrpcWebTransport({ baseUrl: server.url, httpVersion: "1.1" }),
    createGrpcWebTransport({ baseUrl: server.url, httpVersion: "1.1", useBinaryFormat: false }),
  ]) {
    await createClient(GatewayService, transport).generate(imageRequest(), weeks);
  }
  const day = 24 * 60 * 60 * 1000;
  const left = server.gateway.asked.map(
    ({ call: { deadlineAt = 0, arrivedAt } }) => deadlineAt - arrivedAt,
  );
  expect(left).toHaveLength(6);
  for (const ms of left) expect(Math.abs(ms - day)).toBeLessThan(10_000);
});

describe("what is no method", () => {
  it("is not found, and the answer says where methods are", async () => {
    const server = await startTestServer();
    const response = await post(`${server.url}/v1/images/generations`, "{}");
    expect(response.status).toBe(404);
    const error = await errorOf(response);
    expect(error).toMatchObject({ code: "unimplemented", reasons: ["INVALID_REQUEST"] });
    expect(error.message).toContain(generatePath);
  });

  it("is UNIMPLEMENTED over gRPC", async () => {
    const server = await startTestServer();
    const { UnknownService } = {
      UnknownService: { ...GatewayService.method.generate, name: "Nothing" },
    };
    const transport = createGrpcTransport({ baseUrl: server.url });
    const error = await failure(
      transport.unary(UnknownService, undefined, undefined, undefined, imageRequest()),
    );
    expect(error.code).toBe(Code.Unimplemented);
    expect(error.findDetails(ErrorInfoSchema)).toHaveLength(1);
  });

  it("is a welcome at the root", async () => {
    const server = await startTestServer();
    const response = await fetch(server.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("spillway.v1.GatewayService");
  });
});

describe("errors that the library makes", () => {
  const badBytes: readonly (readonly [
    string,
    (server: TestServer) => ReturnType<typeof createGrpcTransport>,
  ])[] = [
    ["Connect", ({ url }) => createConnectTransport({ baseUrl: url, httpVersion: "2" })],
    ["gRPC-Web", ({ url }) => createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1" })],
    ["gRPC", ({ url }) => createGrpcTransport({ baseUrl: url })],
  ];
  it.each(badBytes)("have an ErrorInfo over %s, unary and streamed", async (_, transport) => {
    const server = await startTestServer({ limits: { maxMessageBytes: 1000 } });
    const client = createClient(GatewayService, transport(server));
    const request = imageRequest({ endUser: "x".repeat(2000) });
    const unary = await failure(client.generate(request));
    expect(unary.code).toBe(Code.ResourceExhausted);
    expect(unary.findDetails(ErrorInfoSchema).map(({ reason }) => reason)).toEqual([
      "INVALID_REQUEST",
    ]);
    const streamed = await failure(drain(client.streamGenerate({ generate: request })));
    expect(streamed.code).toBe(Code.ResourceExhausted);
    expect(streamed.findDetails(ErrorInfoSchema).map(({ reason }) => reason)).toEqual([
      "INVALID_REQUEST",
    ]);
    expect(streamed.findDetails(BadRequestSchema)).toHaveLength(0);
  });
});

describe.each([
  [
    "Connect over HTTP/1.1",
    ({ url }: TestServer) => createConnectTransport({ baseUrl: url, httpVersion: "1.1" }),
  ],
  [
    "Connect over HTTP/2",
    ({ url }: TestServer) => createConnectTransport({ baseUrl: url, httpVersion: "2" }),
  ],
  [
    "gRPC-Web over HTTP/1.1",
    ({ url }: TestServer) => createGrpcWebTransport({ baseUrl: url, httpVersion: "1.1" }),
  ],
] as const)("a caller over %s", (_, transport) => {
  it("has its call ended at its deadline", async () => {
    const server = await startTestServer();
    server.gateway.answer(untilAborted);
    const client = createClient(GatewayService, transport(server));
    // As a client words it that leaves the counting to the gateway: one that counts
    // itself may be gone before it is heard, and the gateway may not have read all of it.
    const headers = { "connect-timeout-ms": "100", "grpc-timeout": "100m" };
    const error = await failure(client.generate(imageRequest(), { headers }));
    expect(error.code).toBe(Code.DeadlineExceeded);
    await expect
      .poll(() => server.telemetry.calls[0]?.told.filter((what) => what !== "requestRead"))
      .toEqual(["failed DEADLINE", "ended DEADLINE_EXCEEDED"]);
  });

  it("ends the gateway's work when it leaves", async () => {
    const server = await startTestServer();
    server.gateway.answer(untilAborted);
    const client = createClient(GatewayService, transport(server));
    const leave = new AbortController();
    const call = failure(client.generate(imageRequest(), { signal: leave.signal }));
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    leave.abort();
    expect((await call).code).toBe(Code.Canceled);
    await expect.poll(() => server.gateway.asked[0]?.call.signal.aborted).toBe(true);
    await expect.poll(() => server.telemetry.calls[0]?.told.at(-1)).toBe("ended CANCELLED");
  });

  it("ends the gateway's work when it leaves a stream", async () => {
    const server = await startTestServer();
    server.gateway.answer(async (request, call) => {
      await call.stream?.emit({ kind: "text", text: "first" });
      return untilAborted(request, call);
    });
    const client = createClient(GatewayService, transport(server));
    const leave = new AbortController();
    const stream = client.streamGenerate({ generate: imageRequest() }, { signal: leave.signal });
    const left = failure(
      (async () => {
        for await (const { event } of stream) {
          expect(event.case).toBe("textDelta");
          leave.abort();
        }
      })(),
    );
    expect((await left).code).toBe(Code.Canceled);
    await expect.poll(() => server.gateway.asked[0]?.call.signal.aborted).toBe(true);
    await expect.poll(() => server.telemetry.calls[0]?.told.at(-1)).toBe("ended CANCELLED");
  });
});

describe("a browser's client", () => {
  it.each([
    ["Connect", createWebConnectTransport],
    ["gRPC-Web", createWebGrpcTransport],
  ])("works with fetch over %s", async (_, transport) => {
    const server = await startTestServer();
    const client = createClient(
      GatewayService,
      transport({ baseUrl: server.url, useBinaryFormat: true }),
    );
    expect(await client.generate(imageRequest())).toMatchObject({ provider: "openai" });
    const events: (string | undefined)[] = [];
    for await (const { event } of client.streamGenerate({ generate: imageRequest() }))
      events.push(event.case);
    expect(events).toEqual(["completed"]);
    const error = await failure(client.getModel({ id: "nothing" }));
    expect(error.code).toBe(Code.NotFound);
    expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({
      reason: "MODEL_NOT_FOUND",
      metadata: { suggestions: "gpt-image-2,imagen-4" },
    });
  });

  it("may call from the pages that are configured, and from no others", async () => {
    const server = await startTestServer({ cors: { origins: ["https://app.example"] } });
    const preflight = (origin: string) =>
      fetch(server.url + generatePath, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type,x-request-id",
        },
      });
    const allowed = await preflight("https://app.example");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(allowed.headers.get("access-control-allow-methods")).toBe("GET, POST, OPTIONS");
    expect(allowed.headers.get("access-control-allow-headers")?.toLowerCase()).toContain(
      "x-request-id",
    );
    const other = await preflight("https://evil.example");
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    const call = await post(server.url + generatePath, "{}", { origin: "https://app.example" });
    expect(call.headers.get("access-control-expose-headers")?.toLowerCase()).toBe(
      "grpc-status, grpc-message, grpc-status-details-bin, content-encoding, connect-content-encoding, x-request-id",
    );
    expect(call.headers.get("vary")).toBe("Origin");
  });
});

/** Writes raw bytes and gives all that comes back until the connection closes. */
function talk(server: TestServer, ...parts: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connectTcp(Number(port), hostname);
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(heard));
    for (const part of parts) socket.write(part);
  });
}

describe("a caller that means no good", () => {
  const hasty = { headersTimeoutMs: 100, requestTimeoutMs: 200, idleTimeoutMs: 100 };

  /** A server of little patience, whose clock stands still, but for Node's own limits of HTTP/1.1. */
  async function startHasty(): Promise<{ server: TestServer; clock: ManualClock }> {
    const clock = manualClock();
    return { server: await startTestServer({ limits: hasty, clock }), clock };
  }

  /** The request is a single packet, which is there as a whole however slow the machine is. */
  async function stillServes(server: TestServer): Promise<void> {
    const path =
      "/spillway.v1.GatewayService/ListProviders?connect=v1&encoding=json&message=%7B%7D";
    const { status, body } = await http1(server.url, { path, method: "GET", headers: {} });
    expect([status, body]).toEqual([200, expect.stringContaining('"openai"')]);
    expect(server.bugs).toEqual([]);
  }

  it("is told 431 when its headers are too large", async () => {
    const server = await startTestServer();
    const heard = await talk(
      server,
      `GET / HTTP/1.1\r\nhost: a\r\nx-bomb: ${"x".repeat(20_000)}\r\n\r\n`,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 431 /);
    await stillServes(server);
  });

  it("is refused headers that are too large over HTTP/2", async () => {
    const server = await startTestServer();
    const session = connectHttp2(server.url, { maxSendHeaderBlockLength: 200_000 });
    session.on("error", () => {});
    const headers = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`x-${n}`, "y".repeat(1000)]),
    );
    const stream = session.request({ ":path": "/", ...headers });
    const answer = await new Promise((resolve) => {
      stream.on("response", ({ ":status": status }) => resolve(status));
      stream.on("error", () => resolve("reset"));
      stream.on("close", () => resolve("closed"));
    });
    expect(answer).toBe(431);
    session.destroy();
    await stillServes(server);
  });

  it("is cut off when it says nothing", async () => {
    const { server, clock } = await startHasty();
    const heard = talk(server);
    await expect.poll(clock.pending).toBe(1);
    await clock.advance(hasty.headersTimeoutMs);
    expect(await heard).toBe("");
    await stillServes(server);
  });

  it("is cut off when it dribbles its headers", async () => {
    const { server } = await startHasty();
    expect(await talk(server, "POST / HTTP/1.1\r\nhost: a\r\nx-slow: ")).toMatch(
      /^HTTP\/1\.1 408 /,
    );
    await stillServes(server);
  });

  it("is cut off when it dribbles its body", async () => {
    const { server } = await startHasty();
    const head = `POST ${generatePath} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n`;
    await talk(server, head, "{");
    await stillServes(server);
    await expect.poll(() => server.telemetry.calls[0]?.told.at(-1)).toMatch(/^ended /);
  });

  it("is cut off when it dribbles the preface of HTTP/2", async () => {
    const { server, clock } = await startHasty();
    const heard = talk(server, "PR");
    await expect.poll(clock.pending).toBe(1);
    await clock.advance(hasty.headersTimeoutMs);
    expect(await heard).toBe("");
    await stillServes(server);
  });

  it("is cut off when it opens HTTP/2 and asks nothing", async () => {
    const { server, clock } = await startHasty();
    const session = connectHttp2(server.url);
    const closed = new Promise((resolve) => session.once("close", resolve));
    // For it to ask something, and to answer a ping.
    await expect.poll(clock.pending).toBe(2);
    await clock.advance(hasty.idleTimeoutMs);
    await closed;
    await stillServes(server);
  });

  it("is cut off when it dribbles its body over HTTP/2", async () => {
    const { server, clock } = await startHasty();
    const session = connectHttp2(server.url);
    const stream = session.request({
      ":method": "POST",
      ":path": generatePath,
      "content-type": "application/json",
    });
    stream.on("error", () => {});
    stream.write("{");
    const closed = new Promise((resolve) => stream.once("close", resolve));
    await expect.poll(() => server.telemetry.calls.length).toBe(1);
    await clock.advance(hasty.requestTimeoutMs);
    await closed;
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
    session.destroy();
    await stillServes(server);
  });

  it.each(["host: a b", "host: [", "x-none: 1", "host: "])(
    "is told that an address is wrong: %j",
    async (host) => {
      const server = await startTestServer();
      const heard = await talk(
        server,
        `POST ${generatePath} HTTP/1.1\r\n${host}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`,
      );
      expect(heard).toMatch(/^HTTP\/1\.1 400 /);
      await stillServes(server);
    },
  );

  it("is told that what it speaks is no HTTP", async () => {
    const server = await startTestServer();
    expect(await talk(server, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    await stillServes(server);
  });
});

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}
