import { once } from "node:events";
import { createServer, request as http1Request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import v8 from "node:v8";
import { fromBinary, toBinary, toJsonString } from "@bufbuild/protobuf";
import { trailerFlag, trailerParse } from "@connectrpc/connect/protocol-grpc-web";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StatusSchema } from "../../gen/google/rpc/status_pb.ts";
import {
  GenerateRequestSchema,
  StreamGenerateRequestSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import type { Attempt } from "../../src/domain/attempt.ts";
import type { GenerateResult } from "../../src/domain/generate-result.ts";
import type { GatewayCall } from "../../src/gateway/gateway.ts";
import { systemClock } from "../../src/process/system-clock.ts";
import { gatewayService } from "../../src/rpc/gateway-service.ts";
import { jsonMediaFactory } from "../../src/rpc/json-media.ts";
import { defaultLimits } from "../../src/rpc/limits.ts";
import type { RpcContext } from "../../src/rpc/rpc-context.ts";
import { webCalls } from "../../src/rpc/web-calls.ts";
import { manualClock } from "../support/manual-clock.ts";
import { anyMessage } from "./support/any-message.ts";
import { type Exchange, http1, http2, type Sent as Raw } from "./support/exchange.ts";
import { fakeGateway, untilAborted } from "./support/fake-gateway.ts";
import { fakeTelemetry } from "./support/fake-telemetry.ts";
import { attempt, exhausted, generated, image, imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

/** A request, with what is usual left out. */
type Sent = Partial<Raw>;

/** A format of a protocol, and how its requests say which. */
interface Form {
  readonly type: string;
  readonly binary: boolean;
  readonly protocol: "connect" | "grpc_web";
}

const connectBinary: Form = {
  type: "application/connect+proto",
  binary: true,
  protocol: "connect",
};
const connectJson: Form = { type: "application/connect+json", binary: false, protocol: "connect" };
const grpcWeb: Form = { type: "application/grpc-web+proto", binary: true, protocol: "grpc_web" };
const grpcWebJson: Form = {
  type: "application/grpc-web+json",
  binary: false,
  protocol: "grpc_web",
};
const forms = [connectBinary, connectJson, grpcWeb, grpcWebJson];

const streamPath = "/spillway.v1.GatewayService/StreamGenerate";
const generatePath = "/spillway.v1.GatewayService/Generate";

/** Who says that its messages may be compressed gets connect-node's answer: there is the one path, and here the other. */
function headersOf({ type, protocol }: Form, sent: Sent, ownPath: boolean): Raw["headers"] {
  const [encoding, accepted] =
    protocol === "connect"
      ? ["connect-content-encoding", "connect-accept-encoding"]
      : ["grpc-encoding", "grpc-accept-encoding"];
  return {
    "content-type": type,
    "x-request-id": "the-same",
    ...(ownPath ? {} : { [encoding]: "gzip", [accepted]: "identity" }),
    ...sent.headers,
  };
}

/** What either path answers. */
async function answers(exchange: Exchange, server: TestServer, form: Form, sent: Sent) {
  const { path = streamPath } = sent;
  const ask = async (ownPath: boolean) => {
    const headers = headersOf(form, sent, ownPath);
    const { body, ...head } = await exchange(server.url, { path, ...sent, headers });
    return { ...head, body: envelopesOf(body) };
  };
  return { own: await ask(true), theirs: await ask(false) };
}

/** What either path answers and tells of it. */
async function both(exchange: Exchange, server: TestServer, form: Form, sent: Sent) {
  const { calls } = server.telemetry;
  calls.length = 0;
  const { own, theirs } = await answers(exchange, server, form, sent);
  await expect.poll(() => calls.every(({ told }) => told.at(-1)?.startsWith("ended"))).toBe(true);
  return { own, theirs, told: calls.map(({ told }) => told) };
}

/** The envelopes of a body, if it has any. */
function envelopesOf(text: string): unknown {
  if (text.startsWith("{")) return text;
  const body = Buffer.from(text, "latin1");
  const envelopes: unknown[] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    const isStatus = body[at] === trailerFlag;
    envelopes.push(isStatus ? statusOf(body.subarray(at + 5, end)) : text.slice(at, end));
    at = end;
  }
  return envelopes;
}

/** The same status can be written with more or fewer characters escaped, and with padding or without. */
function statusOf(trailers: Buffer): unknown {
  const fields = trailerParse(trailers);
  const details = fields.get("grpc-status-details-bin");
  return {
    names: [...fields.keys()],
    code: fields.get("grpc-status"),
    message: decodeURIComponent(fields.get("grpc-message") ?? ""),
    status: details && fromBinary(StatusSchema, Buffer.from(details, "base64")),
  };
}

function envelope(content: Uint8Array | string, flags = 0): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const streamRequest = {
  $typeName: "spillway.v1.StreamGenerateRequest" as const,
  generate: imageRequest(),
  failoverAfterOutput: false,
  partialImages: 0,
};

function contentOf({ binary }: Form): Buffer {
  return binary
    ? Buffer.from(toBinary(StreamGenerateRequestSchema, streamRequest))
    : Buffer.from(toJsonString(StreamGenerateRequestSchema, streamRequest));
}

const empty = ({ binary }: Form) => envelope(binary ? "" : "{}");
const whole = (form: Form) => envelope(contentOf(form));
const timeoutHeader = ({ protocol }: Form) =>
  protocol === "connect" ? "connect-timeout-ms" : "grpc-timeout";

const requests: readonly (readonly [string, (form: Form) => Sent])[] = [
  ["a request", (form) => ({ body: whole(form) })],
  ["a request of unknown length", (form) => ({ body: whole(form), sized: false })],
  ["an empty message", (form) => ({ body: empty(form) })],
  ["an empty content", () => ({ body: envelope("") })],
  ["no message", () => ({})],
  ["two messages", (form) => ({ body: Buffer.concat([whole(form), whole(form)]) })],
  ["a head that is cut", (form) => ({ body: whole(form).subarray(0, 3) })],
  ["a message that is cut", (form) => ({ body: whole(form).subarray(0, -1) })],
  ["content that is cut", (form) => ({ body: envelope(contentOf(form).subarray(0, -1)) })],
  ["content that is none", () => ({ body: envelope("hello") })],
  ["content without an envelope", (form) => ({ body: contentOf(form) })],
  ["a byte order mark", (form) => ({ body: envelope(`\ufeff${contentOf(form)}`) })],
  ["null", () => ({ body: envelope("null") })],
  ["an unknown field", () => ({ body: envelope('{"bogus":1}') })],
  ["a field of a wrong type", () => ({ body: envelope('{"partialImages":"x"}') })],
  ["an unknown field in Protobuf", () => ({ body: envelope(Buffer.from("f83f01", "hex")) })],
  ["another method", (form) => ({ method: "PUT", body: whole(form) })],
  ["a query", (form) => ({ path: `${streamPath}?x=1`, body: whole(form) })],
  ["a unary method", (form) => ({ path: generatePath, body: empty(form) })],
  ["a health check", (form) => ({ path: "/grpc.health.v1.Health/Check", body: empty(form) })],
  [
    "an unknown model",
    (form) => ({
      path: "/spillway.v1.GatewayService/GetModel",
      body: form.binary ? envelope(Buffer.from("0a046e6f7065", "hex")) : envelope('{"id":"nope"}'),
    }),
  ],
  [
    "a page's origin",
    (form) => ({ headers: { origin: "https://app.example" }, body: whole(form) }),
  ],
  [
    "another page's origin",
    (form) => ({ headers: { origin: "https://evil.example" }, body: whole(form) }),
  ],
  ["a key", (form) => ({ headers: { authorization: "Bearer x" }, body: whole(form) })],
  ["version 2", (form) => ({ headers: { "connect-protocol-version": "2" }, body: whole(form) })],
  ...["60000", "86400001", "9999999999", "99999999999", "-1", "1.5", "abc", ""]
    .concat(["1H", "25H", "100S", "5000m", "99999999u", "1x", "-1S", "123456789S"])
    .map(
      (timeout) =>
        [
          `a timeout of ${timeout}`,
          (form: Form) => ({ headers: { [timeoutHeader(form)]: timeout }, body: whole(form) }),
        ] as const,
    ),
  ...["; charset=utf-8", ";charset=UTF8", "; charset=latin1", "-text", "x"].map(
    (rest) =>
      [
        `a type with ${rest}`,
        (form: Form) => ({ headers: { "content-type": form.type + rest }, body: whole(form) }),
      ] as const,
  ),
  [
    "a type in capitals",
    (form) => ({ headers: { "content-type": form.type.toUpperCase() }, body: whole(form) }),
  ],
  [
    "a type without its format",
    (form) => ({
      headers: { "content-type": form.type.replace(/\+.*/, "") },
      body: whole(form),
    }),
  ],
];

const cors = { origins: ["https://app.example"] };

/** An answer of every kind of event, and the end that is given. */
function everyEvent(end: GenerateResult) {
  return async (_: unknown, { stream }: GatewayCall): Promise<GenerateResult> => {
    const begun: Attempt = { ...attempt(), outcome: undefined, durationMs: undefined };
    await stream?.emit({ kind: "attempt_started", attempt: begun });
    await stream?.emit({ kind: "text", text: "words" });
    await stream?.emit({ kind: "reasoning", text: 'thought "é" \ud83d\ude00' });
    await stream?.emit({ kind: "tool_call", index: 0, id: "1", name: "f", arguments: "{" });
    await stream?.emit({ kind: "partial_image", index: 0, image });
    await stream?.emit({ kind: "image", index: 1, image });
    await stream?.emit({ kind: "progress", fraction: 0.5, queuePosition: 2 });
    await stream?.emit({ kind: "attempt_finished", attempt: attempt() });
    return end;
  };
}

const versions = [
  ["HTTP/1.1", http1],
  ["HTTP/2", http2],
] as const;

describe.each(
  versions.flatMap(([version, exchange]) =>
    forms.map((form) => [form.type, version, { form, exchange }] as const),
  ),
)("a call of %s without connect-node, over %s", (_, __, { form, exchange }) => {
  it.each(requests)("answers %s as connect-node does", async (_, sentIn) => {
    const server = await startTestServer({ cors });
    const { own, theirs, told } = await both(exchange, server, form, sentIn(form));
    expect(own).toEqual(theirs);
    if (told.length > 0) expect(told[0]).toEqual(told[1]);
    expect(server.bugs).toEqual([]);
  });

  it("answers any message, mostly refused, as connect-node does", async () => {
    const server = await startTestServer();
    await fc.assert(
      fc.asyncProperty(anyMessage(GenerateRequestSchema, 3), async (message) => {
        const request = { ...streamRequest, generate: message };
        const content = form.binary
          ? toBinary(StreamGenerateRequestSchema, request)
          : toJsonString(StreamGenerateRequestSchema, request);
        const { own, theirs } = await both(exchange, server, form, { body: envelope(content) });
        // It stumbles over an error that quotes half of a pair, as its text for gRPC-Web.
        if (theirs.status === 400) expect(own.body).toMatchObject([{ code: "3" }]);
        else expect(own).toEqual(theirs);
      }),
      { numRuns: 30 },
    );
  });

  it("answers broken messages as connect-node does", async () => {
    const server = await startTestServer();
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(255), async (place, byte) => {
        const content = contentOf(form);
        content[place % content.length] = byte;
        const { own, theirs } = await both(exchange, server, form, { body: envelope(content) });
        expect(own).toEqual(theirs);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["a result", { kind: "generated", generated: generated() }],
    ["a failure", { kind: "failed", error: exhausted }],
  ] as const)("sends every event and %s as connect-node does", async (_, end) => {
    const server = await startTestServer();
    server.gateway.answer(everyEvent(end));
    const { own, theirs, told } = await both(exchange, server, form, { body: whole(form) });
    expect(own).toEqual(theirs);
    expect(own.status).toBe(200);
    expect(told[0]).toEqual(told[1]);
    expect(own.body).toHaveLength(end.kind === "failed" ? 9 : 10);
  });

  it("sends large images as connect-node does", async () => {
    const server = await startTestServer();
    const bytes = Buffer.alloc(1_000_001, "image");
    const large = { ...image, content: { kind: "bytes" as const, bytes } };
    server.gateway.answer(async (_, { stream }) => {
      await stream?.emit({ kind: "partial_image", index: 0, image });
      await stream?.emit({ kind: "image", index: 0, image: large });
      await stream?.emit({ kind: "text", text: "words" });
      const output = { kind: "images" as const, images: [large, image] };
      return { kind: "generated", generated: generated({ output }) };
    });
    const { own, theirs } = await both(exchange, server, form, { body: whole(form) });
    // Bytes by bytes; the comparison of objects would take a second for each image.
    expect(v8.serialize(own).equals(v8.serialize(theirs))).toBe(true);
    expect(v8.serialize(own).length).toBeGreaterThan(2_000_000);
  });

  it("words a bug as connect-node does, and tells of it", async () => {
    const server = await startTestServer();
    server.gateway.answer(async (_, { stream }) => {
      await stream?.emit({ kind: "text", text: "words" });
      throw new Error("a bug");
    });
    const { own, theirs } = await both(exchange, server, form, { body: whole(form) });
    expect(own).toEqual(theirs);
    expect(JSON.stringify(own.body)).toContain("Spillway failed on this request because of a bug.");
    expect(server.bugs).toHaveLength(2);
  });

  it("ends a call at its deadline as connect-node does", async () => {
    const server = await startTestServer();
    server.gateway.answer(untilAborted);
    for (const timeout of form.protocol === "connect" ? ["0", "20"] : ["0m", "20m"]) {
      const headers = { [timeoutHeader(form)]: timeout };
      const { own, theirs, told } = await both(exchange, server, form, {
        headers,
        body: whole(form),
      });
      expect(own).toEqual(theirs);
      expect(told[0]).toEqual(["requestRead", "failed DEADLINE", "ended DEADLINE_EXCEEDED"]);
    }
  });

  it("refuses a message that is too large as connect-node does", async () => {
    const server = await startTestServer({ limits: { maxMessageBytes: 200 } });
    for (const length of [201, 3_000_000]) {
      const body = envelope(Buffer.alloc(length));
      const { own, theirs } = await answers(exchange, server, form, { body });
      expect(own).toEqual(theirs);
      expect(JSON.stringify(own.body)).toContain("200 bytes");
    }
  });
});

/** A call that is sent and left open: its answer is not read before `read` is called. */
interface OpenCall {
  read(): Promise<Buffer>;
  leave(): void;
}

type Open = (server: TestServer, parts: readonly Uint8Array[], ends?: boolean) => OpenCall;

const openHttp1: Open = (server, parts, ends = true) => {
  const headers = { "content-type": connectBinary.type };
  const request = http1Request(server.url + streamPath, { method: "POST", headers });
  const response = once(request, "response");
  response.catch(() => {});
  request.on("error", () => {});
  sendParts(request, parts, ends);
  return {
    read: async () => buffer((await response)[0]),
    leave: () => request.destroy(),
  };
};

const openHttp2: Open = (server, parts, ends = true) => {
  const session = connectHttp2(server.url);
  const headers = { "content-type": connectBinary.type };
  const stream = session.request({ ":method": "POST", ":path": streamPath, ...headers });
  stream.on("error", () => {});
  stream.pause();
  sendParts(stream, parts, ends);
  return {
    read: () => buffer(stream).finally(() => session.destroy()),
    leave: () => session.destroy(),
  };
};

function sendParts(request: Writable, parts: readonly Uint8Array[], ends: boolean): void {
  const [first, ...rest] = parts;
  if (first !== undefined) {
    request.write(first, () => setImmediate(() => sendParts(request, rest, ends)));
  } else if (ends) {
    request.end();
  }
}

const large = { ...image, content: { kind: "bytes" as const, bytes: Buffer.alloc(1_000_000) } };

describe.each([
  ["HTTP/1.1", openHttp1],
  ["HTTP/2", openHttp2],
])("a call of a web page without connect-node, over %s", (_, open) => {
  const body = whole(connectBinary);

  it("takes a request that comes in pieces", async () => {
    const server = await startTestServer();
    const call = open(server, [body.subarray(0, 2), body.subarray(2, 9), body.subarray(9)]);
    expect((await call.read()).subarray(-2).toString()).toBe("{}");
    expect(server.gateway.asked[0]?.request.task).toMatchObject({ prompt: "a lighthouse" });
  });

  it("ends the work of a caller that leaves", async () => {
    const server = await startTestServer();
    server.gateway.answer(untilAborted);
    const call = open(server, [body]);
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    call.leave();
    await expect
      .poll(() => server.telemetry.calls[0]?.told)
      .toEqual(["requestRead", "failed CANCELLED", "ended CANCELLED"]);
    expect(server.bugs).toEqual([]);
  });

  it("tells of a caller that leaves before its request is whole", async () => {
    const server = await startTestServer();
    const call = open(server, [body.subarray(0, 9)], false);
    await expect.poll(() => server.telemetry.calls.length).toBe(1);
    call.leave();
    await expect.poll(() => server.telemetry.calls[0]?.told).toEqual(["ended CANCELLED"]);
    expect(server.gateway.asked).toEqual([]);
    expect(server.bugs).toEqual([]);
  });

  it("lets the handler wait until the caller reads on", async () => {
    const server = await startTestServer();
    let sent = 0;
    server.gateway.answer(async (_, { stream }) => {
      while (sent < 40) await stream?.emit({ kind: "image", index: sent++, image: large });
      return { kind: "generated", generated: generated() };
    });
    const call = open(server, [body]);
    await expect.poll(() => sent).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toBeLessThan(40);
    expect((await call.read()).length).toBeGreaterThan(40_000_000);
    expect(sent).toBe(40);
  });

  it("lets nobody wait for a caller that left", async () => {
    const server = await startTestServer();
    const settled = Promise.withResolvers<void>();
    server.gateway.answer(async (_, { stream }) => {
      for (let index = 0; index < 40; index++) {
        await stream?.emit({ kind: "image", index, image: large });
      }
      settled.resolve();
      return { kind: "generated", generated: generated() };
    });
    const call = open(server, [body]);
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    call.leave();
    await settled.promise;
    await expect
      .poll(() => server.telemetry.calls[0]?.told)
      .toEqual(["requestRead", "generated", "ended CANCELLED"]);
    expect(server.bugs).toEqual([]);
  });

  it("is told when a drain cuts it", async () => {
    const clock = manualClock();
    const server = await startTestServer({ drainMs: 1, clock });
    server.gateway.answer(untilAborted);
    const answer = open(server, [body]).read();
    await expect.poll(() => server.gateway.asked.length).toBe(1);
    const drained = server.drain();
    await clock.advance(1);
    expect((await answer).toString()).toContain("The gateway is stopping");
    await drained;
  });
});

describe("an envelope that breaks the protocol", () => {
  const good = whole(connectBinary);

  it.each([
    ["is compressed", envelope(contentOf(connectBinary), 1), "invalid_argument"],
    ["is marked as the end", envelope(contentOf(connectBinary), 2), "invalid_argument"],
    ["has a flag that is not known", envelope(contentOf(connectBinary), 4), "invalid_argument"],
    ["has a head alone", good.subarray(0, 5), "invalid_argument"],
    ["is followed by a byte", Buffer.concat([good, Buffer.alloc(1)]), "unimplemented"],
  ])("is refused when it %s", async (_, body, code) => {
    const server = await startTestServer();
    const headers = { "content-type": connectBinary.type };
    const answer = await http1(server.url, { path: streamPath, headers, body });
    expect(answer.body).toContain(`{"error":{"code":"${code}"`);
    expect(server.gateway.asked).toEqual([]);
  });
});

describe("which calls go without connect-node", () => {
  const type = connectBinary.type;
  const web = grpcWeb.type;

  it.each<Raw>([
    { path: streamPath, headers: { "content-type": type } },
    { path: streamPath, headers: { "content-type": connectJson.type } },
    { path: streamPath, headers: { "content-type": web } },
    { path: generatePath, headers: { "content-type": web } },
    { path: streamPath, headers: { "content-type": type, "connect-timeout-ms": "9" } },
    { path: streamPath, headers: { "content-type": web, "grpc-timeout": "9S" } },
    { path: streamPath, headers: { "content-type": type, "connect-accept-encoding": "br" } },
  ])("do so: %j", async (sent) => {
    expect(await isTaken(sent)).toBe(true);
  });

  it.each<Raw>([
    { path: generatePath, headers: { "content-type": type } },
    { path: streamPath, headers: { "content-type": "application/grpc-web-text" } },
    { path: streamPath, headers: { "content-type": "application/connect+xml" } },
    { path: streamPath, headers: { "content-type": type, "connect-timeout-ms": "x" } },
    { path: streamPath, headers: { "content-type": web, "grpc-timeout": "123456789S" } },
    { path: streamPath, headers: { "content-type": web, "grpc-encoding": "gzip" } },
    { path: streamPath, method: "PUT", headers: { "content-type": type } },
  ])("do not: %j", async (sent) => {
    expect(await isTaken(sent)).toBe(false);
  });
});

async function isTaken(sent: Raw): Promise<boolean> {
  const context: RpcContext = {
    telemetry: fakeTelemetry(),
    clock: systemClock,
    newId: () => "id",
    limits: defaultLimits,
    onBug: () => {},
    cut: new AbortController().signal,
  };
  const rpcs = gatewayService(() => fakeGateway(), systemClock);
  const take = webCalls(rpcs, context, jsonMediaFactory("secret"));
  const server = createServer((request, response) => {
    if (!take(request.url ?? "", request, response)) response.writeHead(501).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { status } = await http1(`http://127.0.0.1:${port}`, sent);
  server.close();
  return status === 200;
}
