import { readFileSync } from "node:fs";
import type { LookupFunction, Socket } from "node:net";
import tls from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import type { HttpBody } from "../../src/providers/http-call.ts";
import type { ExchangeResult } from "../../src/transport/transport.ts";
import {
  deferred,
  endpointAt,
  exchangeWith,
  httpServer,
  listening,
  refusingOrigin,
  socketServer,
  transport,
} from "./support.ts";

/** More than the buffers of two sockets on loopback can hold. */
const largeBody: HttpBody = {
  kind: "json",
  value: { image: Buffer.alloc(24 * 1024 * 1024) },
};

function failureOf(result: ExchangeResult) {
  if (result.kind !== "failed") throw new Error(`The exchange gave ${result.kind}.`);
  return result.failure;
}

describe("what a failure says of how far the request had got", () => {
  it("was never sent when the port refuses", async () => {
    const result = await transport().call(exchangeWith(await refusingOrigin()));
    expect(failureOf(result)).toMatchObject({
      class: "never_sent",
      delivery: "not_sent",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("was never sent when the name does not resolve", async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), []);
    const result = await transport({ lookup }).call(exchangeWith("https://provider.example/v1"));
    expect(failureOf(result)).toMatchObject({
      class: "never_sent",
      delivery: "not_sent",
      message: expect.stringContaining("ENOTFOUND"),
    });
  });

  it("was never sent when the other side speaks no TLS", async () => {
    const origin = await socketServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const result = await transport().call(exchangeWith(origin.replace("http:", "https:")));
    expect(failureOf(result)).toMatchObject({ class: "never_sent", delivery: "not_sent" });
  });

  it("was sent when an answer came whose headers are too large", async () => {
    const origin = await httpServer((_request, response) => {
      response.setHeader("x-padding", "a".repeat(20_000)).end("{}");
    });
    const result = await transport().call(exchangeWith(origin));
    expect(failureOf(result)).toEqual({
      class: "server_fault",
      delivery: "sent",
      message: "The answer's headers are too large.",
    });
  });

  it("was never sent when the certificate is nobody's", async () => {
    const { key, cert } = selfSigned();
    let received = 0;
    const server = tls.createServer({ key, cert }, (socket) =>
      socket.on("data", (chunk) => {
        received += chunk.length;
      }),
    );
    server.on("tlsClientError", () => {});
    onTestFinished(() => void server.close());
    const result = await transport().call(
      exchangeWith(`https://127.0.0.1:${await listening(server)}`),
    );
    expect(failureOf(result)).toMatchObject({
      class: "never_sent",
      message: expect.stringContaining("SELF_SIGNED"),
    });
    expect(received).toBe(0);
  });

  it("was never sent when the connection is reset while TLS is agreed on", async () => {
    const origin = await socketServer((socket) => socket.resetAndDestroy());
    const result = await transport().call(exchangeWith(origin.replace("http:", "https:")));
    expect(failureOf(result)).toMatchObject({ class: "never_sent", delivery: "not_sent" });
  });

  it("was never sent when the connection is reset before a large body is through", async () => {
    const origin = await socketServer((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    const result = await transport().call(exchangeWith(origin, { body: largeBody }));
    expect(failureOf(result)).toMatchObject({ class: "never_sent", delivery: "not_sent" });
  });

  it("is ambiguous when the connection is reset after the body and before an answer", async () => {
    const origin = await socketServer((socket) => {
      afterRequest(socket, () => socket.resetAndDestroy());
    });
    const result = await transport().call(exchangeWith(origin));
    expect(failureOf(result)).toMatchObject({ class: "ambiguous", delivery: "ambiguous" });
  });

  it("is ambiguous when a large body is through and the connection is closed without an answer", async () => {
    const origin = await socketServer((socket) => {
      afterRequest(socket, () => socket.destroy());
    });
    const result = await transport().call(exchangeWith(origin, { body: largeBody }));
    expect(failureOf(result)).toMatchObject({ class: "ambiguous", delivery: "ambiguous" });
  });

  it("is ambiguous over TLS as well when the connection is closed after the body", async () => {
    const { key, cert } = selfSigned();
    const server = tls.createServer({ key, cert }, (socket) =>
      socket.once("data", () => socket.destroy()),
    );
    onTestFinished(() => void server.close());
    const result = await transport({ connect: { ca: cert } }).call(
      exchangeWith(`https://127.0.0.1:${await listening(server)}`),
    );
    expect(failureOf(result)).toMatchObject({ class: "ambiguous", delivery: "ambiguous" });
  });

  it("is ambiguous when the head of the answer is not whole, or only an interim one", async () => {
    for (const beginning of ["HTTP/1.1 200 OK\r\ncontent-", "HTTP/1.1 103 Early Hints\r\n\r\n"]) {
      const origin = await socketServer((socket) => {
        afterRequest(socket, () => socket.end(beginning));
      });
      const result = await transport().call(exchangeWith(origin));
      expect(failureOf(result)).toMatchObject({ class: "ambiguous", delivery: "ambiguous" });
    }
  });

  it.each([
    ['content-length: 100\r\n\r\n{"data":['],
    ['transfer-encoding: chunked\r\n\r\n5\r\n{"dat\r\n'],
    ['transfer-encoding: chunked\r\n\r\n5\r\n{"dat\r\nzz'],
  ])("is the server's fault when half an answer came: %j", async (rest) => {
    const origin = await socketServer((socket) => {
      afterRequest(socket, () =>
        socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${rest}`),
      );
    });
    for (const call of [{}, { media: ["data[].b64_json"] }]) {
      const failure = failureOf(await transport().call(exchangeWith(origin, call)));
      expect(failure).toMatchObject({ class: "server_fault", delivery: "sent", httpStatus: 200 });
    }
  });

  it("gives an error status even when its body broke off", async () => {
    const origin = await socketServer((socket) => {
      afterRequest(socket, () =>
        socket.end('HTTP/1.1 429 Slow Down\r\nretry-after: 3\r\ncontent-length: 99\r\n\r\n{"err'),
      );
    });
    expect(await transport().call(exchangeWith(origin))).toMatchObject({
      kind: "reply",
      reply: {
        status: 429,
        headers: { "retry-after": "3" },
        body: { kind: "text", text: '{"err' },
      },
    });
  });

  it("takes the answer of a server that does not wait for the whole body", async () => {
    const origin = await httpServer((_request, response) => {
      response.writeHead(413, { "content-length": "0", connection: "close" });
      response.end();
    });
    const result = await transport().call(exchangeWith(origin, { body: largeBody }));
    // The server closes while the body is under way, so that its answer can be lost; it was refused all the same.
    if (result.kind === "reply") expect(result.reply.status).toBe(413);
    else expect(result.failure.delivery).toBe("not_sent");
  });
});

describe("an exchange that is ended from this side", () => {
  it("is not begun when it was ended before", async () => {
    let requests = 0;
    const origin = await httpServer((_request, response) => {
      requests++;
      response.end();
    });
    const signal = AbortSignal.abort();
    const result = await transport().call(exchangeWith(origin, {}, { signal }));
    expect(failureOf(result)).toMatchObject({ class: "cancelled", delivery: "not_sent" });
    expect(requests).toBe(0);
  });

  it("was not sent when it was ended while the name was looked up, and is not sent later", async () => {
    let requests = 0;
    const origin = await httpServer((_request, response) => {
      requests++;
      response.end("{}");
    });
    const lookedUp = deferred<() => void>();
    let lookups = 0;
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      const answer = () => callback(null, [{ address: "127.0.0.1", family: 4 }]);
      if (lookups++ === 0) lookedUp.resolve(answer);
      else answer();
    };
    const under = transport({ lookup });
    const baseUrl = origin.replace("127.0.0.1", "provider.example");
    const ending = new AbortController();
    const ended = under.call(exchangeWith(baseUrl, {}, { signal: ending.signal }));
    const resolve = await lookedUp.promise;
    ending.abort();
    expect(failureOf(await ended)).toMatchObject({ class: "cancelled", delivery: "not_sent" });
    resolve();
    expect((await under.call(exchangeWith(baseUrl))).kind).toBe("reply");
    expect(requests).toBe(1);
  });

  it("closes the provider's socket, and is ambiguous, when the provider is silent", async () => {
    const arrived = deferred<Socket>();
    const origin = await socketServer((socket) => {
      afterRequest(socket, () => arrived.resolve(socket));
    });
    const ending = new AbortController();
    const ended = transport().call(exchangeWith(origin, {}, { signal: ending.signal }));
    const socket = await arrived.promise;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    ending.abort();
    expect(failureOf(await ended)).toMatchObject({ class: "cancelled", delivery: "ambiguous" });
    await closed;
  });

  it("was not sent when it was ended in the middle of a large body", async () => {
    const arrived = deferred<Socket>();
    const origin = await socketServer((socket) => {
      socket.once("data", () => {
        socket.pause();
        arrived.resolve(socket);
      });
    });
    const ending = new AbortController();
    const signal = ending.signal;
    const ended = transport().call(exchangeWith(origin, { body: largeBody }, { signal }));
    const socket = await arrived.promise;
    ending.abort();
    expect(failureOf(await ended)).toMatchObject({ class: "cancelled", delivery: "not_sent" });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.resume();
    await closed;
  });

  it("is ambiguous, and closes the socket, in the middle of an answer", async () => {
    const arrived = deferred<Socket>();
    const origin = await socketServer((socket) => {
      afterRequest(socket, () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", () =>
          arrived.resolve(socket),
        );
      });
    });
    const ending = new AbortController();
    const ended = transport().call(exchangeWith(origin, {}, { signal: ending.signal }));
    const socket = await arrived.promise;
    const closed = new Promise((resolve) => socket.once("close", resolve));
    ending.abort();
    expect(failureOf(await ended)).toMatchObject({ class: "cancelled", delivery: "ambiguous" });
    await closed;
  });

  it("leaves no listener on the signal", async () => {
    const origin = await httpServer((_request, response) => response.end("{}"));
    const signal = new AbortController().signal;
    const listeners = new Set<unknown>();
    const watched = new Proxy(signal, {
      get(target, name) {
        if (name === "addEventListener")
          return (_type: string, each: unknown) => listeners.add(each);
        if (name === "removeEventListener") {
          return (_type: string, each: unknown) => listeners.delete(each);
        }
        return Reflect.get(target, name, target) as unknown;
      },
    });
    await transport().call(exchangeWith(origin, {}, { signal: watched }));
    expect(listeners.size).toBe(0);
  });
});

describe("a connection that is kept", () => {
  /** A request of one packet, so that a bare socket can tell where it ends. */
  const question = { method: "GET", body: undefined } as const;
  // For longer than a slow machine stands still.
  const answer = "HTTP/1.1 200 OK\r\nkeep-alive: timeout=60\r\ncontent-length: 2\r\n\r\n{}";

  it("is used again", async () => {
    let connections = 0;
    const origin = await socketServer((socket) => {
      connections++;
      socket.on("data", () => socket.write(answer));
    });
    const under = transport();
    for (let turn = 0; turn < 10; turn++) {
      expect((await under.call(exchangeWith(origin, question))).kind).toBe("reply");
    }
    // undici frees a connection one turn of the event loop after its answer, so that two alternate here.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it("costs no request when the server has closed it in the meantime", async () => {
    let connections = 0;
    const idle: Socket[] = [];
    const origin = await socketServer((socket) => {
      connections++;
      idle.push(socket);
      socket.on("data", () => socket.write(answer));
    });
    const under = transport();
    for (let turn = 1; turn <= 10; turn++) {
      expect(await under.call(exchangeWith(origin, question))).toMatchObject({ kind: "reply" });
      expect(connections).toBe(turn);
      const socket = idle.pop();
      const closed = new Promise((resolve) => socket?.once("close", resolve));
      socket?.end();
      await closed;
    }
  });

  it("leaves the next request unsent when the server has reset it in the meantime", async () => {
    const idle: Socket[] = [];
    let requests = 0;
    const origin = await socketServer((socket) => {
      idle.push(socket);
      socket.on("data", () => {
        requests++;
        socket.write(answer);
      });
    });
    const under = transport();
    let replies = 0;
    for (let turn = 1; turn <= 10; turn++) {
      const result = await under.call(exchangeWith(origin, question));
      if (result.kind === "reply") replies++;
      else expect(result.failure).toMatchObject({ class: "never_sent", delivery: "not_sent" });
      const socket = idle.pop();
      const closed = new Promise((resolve) => socket?.once("close", resolve));
      socket?.resetAndDestroy();
      if (socket !== undefined) await closed;
    }
    expect(requests).toBe(replies);
    expect(replies).toBeGreaterThanOrEqual(5);
  });

  it("is kept apart for each origin", async () => {
    const hosts: (string | undefined)[] = [];
    const origins = await Promise.all(
      [1, 2].map(() =>
        httpServer((request, response) => {
          hosts.push(request.headers.host);
          response.end("{}");
        }),
      ),
    );
    const under = transport();
    for (const origin of origins) {
      await under.call({ ...exchangeWith(origin), endpoint: endpointAt(`${origin}/a`) });
    }
    expect(hosts).toEqual(origins.map((origin) => new URL(origin).host));
  });
});

/** Calls back once the whole request has come. */
function afterRequest(socket: Socket, then: () => void): void {
  let head = "";
  let missing = Number.POSITIVE_INFINITY;
  socket.on("data", (chunk: Buffer) => {
    if (missing === Number.POSITIVE_INFINITY) {
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      missing = length - (head.length - end - 4);
    } else {
      missing -= chunk.length;
    }
    if (missing <= 0) then();
  });
}

/** A certificate for 127.0.0.1 that nobody has signed. */
function selfSigned(): { key: string; cert: string } {
  const both = readFileSync(new URL("fixtures/self-signed.pem", import.meta.url), "utf8");
  const [key = "", cert = ""] = both.match(/-----BEGIN[\s\S]*?-----END [A-Z ]+-----/g) ?? [];
  return { key, cert };
}
