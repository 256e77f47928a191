import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { constants, createGzip } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { StreamEvent } from "../../src/providers/reply.ts";
import { deferred, exchangeWith, httpServer, socketServer, transport } from "./support.ts";

const gemini = ["candidates[].content.parts[].inlineData.data"];

/** A server that answers with a stream that the test writes. */
async function streaming(
  contentType: string | undefined,
  write: (response: ServerResponse) => void,
  status = 200,
): Promise<string> {
  return httpServer((request, response) => {
    request.resume();
    response.writeHead(status, contentType === undefined ? {} : { "content-type": contentType });
    write(response);
  });
}

describe("a stream", () => {
  it("hands over each event with its JSON, its text and its name", async () => {
    const origin = await streaming("text/event-stream; charset=utf-8", (response) => {
      response.write(': PROCESSING\n\nevent: a\ndata: {"n":1}\n\ndata: {"n":');
      response.end("2}\n\ndata: [DONE]\n\ndata: oops {\n\n");
    });
    const events: StreamEvent[] = [];
    const result = await transport().stream(exchangeWith(origin), (event) => {
      events.push(event);
      return undefined;
    });
    expect(events).toEqual([
      { name: "a", data: { n: 1 } },
      { name: "", data: { n: 2 } },
      { name: "", text: "[DONE]" },
      { name: "", text: "oops {" },
    ]);
    expect(result).toMatchObject({
      kind: "ended",
      status: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8" },
    });
  });

  it("has the media in its events decoded", async () => {
    const image = Buffer.alloc(400_000, "spillway");
    const event = {
      candidates: [{ content: { parts: [{ inlineData: { data: image.toString("base64") } }] } }],
    };
    const origin = await streaming("text/event-stream", (response) => {
      response.end(`data: ${JSON.stringify(event)}\r\n\r\ndata: [DONE]\r\n\r\n`);
    });
    const events: StreamEvent[] = [];
    await transport().stream(exchangeWith(origin, { media: gemini }), (each) => {
      events.push(each);
      return undefined;
    });
    expect(events).toEqual([
      {
        name: "",
        data: { candidates: [{ content: { parts: [{ inlineData: { data: image } }] } }] },
      },
      { name: "", text: "[DONE]" },
    ]);
  });

  it.each([[undefined], ["text/plain"], ["application/json"], ["application/octet-stream"]])(
    "is known by its first bytes when its type is %s",
    async (type) => {
      const origin = await streaming(type, (response) => {
        response.write("\n:");
        setImmediate(() => response.end(' ping\n\ndata: {"n":1}\n\n'));
      });
      const events: StreamEvent[] = [];
      const result = await transport().stream(exchangeWith(origin), (event) => {
        events.push(event);
        return undefined;
      });
      expect(result.kind).toBe("ended");
      expect(events).toEqual([{ name: "", data: { n: 1 } }]);
    },
  );

  it.each([
    ["application/json", '{"data":[{"b64_json":"QUJD"}]}', 200],
    ["text/plain", ' [{"data":1}]', 200],
    ["text/html", "<html>", 200],
    [undefined, "dat", 200],
    [undefined, "", 200],
    ["text/event-stream", 'data: {"error":{}}\n\n', 429],
  ])("is none, and its answer is whole, with type %s and body %j", async (type, body, status) => {
    const origin = await streaming(type, (response) => void response.end(body), status);
    const result = await transport().stream(exchangeWith(origin), () => {
      throw new Error("There is no event.");
    });
    expect(result).toMatchObject({ kind: "reply", reply: { status } });
  });

  it("ends, and closes the connection, when its reader has had enough", async () => {
    const closed = deferred<void>();
    const origin = await streaming("text/event-stream", (response) => {
      response.on("close", () => closed.resolve());
      response.write("data: 1\n\ndata: 2\n\ndata: 3\n\n");
    });
    for (const verdict of ["stop" as const, Promise.resolve("stop" as const)]) {
      const events: StreamEvent[] = [];
      const result = await transport().stream(exchangeWith(origin), (event) => {
        events.push(event);
        return event.data === 2 ? verdict : undefined;
      });
      expect(result).toMatchObject({ kind: "ended", status: 200 });
      expect(events.map(({ data }) => data)).toEqual([1, 2]);
    }
    await closed.promise;
  });

  it.each(["identity", "gzip"])(
    "in %s waits for its reader and lets the provider wait",
    async (coding) => {
      // Letters without a pattern, so that they stay as many when they are compressed.
      const letters = createHash("shake256", { outputLength: 48 * 1024 }).digest("base64");
      const size = letters.length;
      const count = 512;
      let written = 0;
      const origin = await httpServer((_request, response) => {
        response.writeHead(200, {
          "content-type": "text/event-stream",
          "content-encoding": coding,
        });
        const target = coding === "gzip" ? createGzip({ level: 0 }) : response;
        if (target !== response) target.pipe(response);
        const write = (): void => {
          while (written < count) {
            written++;
            if (!target.write(`data: "${letters}"\n\n`)) return;
          }
          target.end();
        };
        target.on("drain", write);
        write();
      });
      const gate = deferred<undefined>();
      const first = deferred<void>();
      let handed = 0;
      const streamed = transport().stream(exchangeWith(origin), (event) => {
        expect(event.data).toHaveLength(size);
        handed++;
        first.resolve();
        return handed === 1 ? gate.promise : undefined;
      });
      await first.promise;
      // The server fills the buffers of the two sockets, and then it stands still.
      let before = -1;
      for (let still = 0; still < 20_000; still = written === before ? still + 1 : 0) {
        before = written;
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(handed).toBe(1);
      expect(written).toBeLessThan(count);
      gate.resolve(undefined);
      expect(await streamed).toMatchObject({ kind: "ended" });
      expect(handed).toBe(count);
    },
  );

  it("never hands over an event while its reader works on another", async () => {
    const origin = await streaming("text/event-stream", (response) => {
      for (let index = 0; index < 300; index++) response.write(`data: ${index}\n\n`);
      response.end();
    });
    const seen: unknown[] = [];
    let busy = false;
    const result = await transport().stream(exchangeWith(origin), async (event) => {
      expect(busy).toBe(false);
      busy = true;
      await new Promise((resolve) => setImmediate(resolve));
      busy = false;
      seen.push(event.data);
      return undefined;
    });
    expect(result.kind).toBe("ended");
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => index));
  });

  it("that breaks off hands over what had come, and is the server's fault", async () => {
    const origin = await socketServer((socket) => {
      socket.once("data", () =>
        socket.end(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" +
            "9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n5\r\ndata:\r\n",
        ),
      );
    });
    const seen: unknown[] = [];
    const result = await transport().stream(exchangeWith(origin), async (event) => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(event.data);
      return undefined;
    });
    expect(seen).toEqual([1, 2]);
    expect(result).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", delivery: "sent", httpStatus: 200 },
    });
  });

  it("that is reset in the middle is the server's fault", async () => {
    const open = deferred<Socket>();
    const origin = await socketServer((socket) => {
      socket.once("data", () => {
        open.resolve(socket);
        socket.write(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" +
            "9\r\ndata: 1\n\n\r\n",
        );
      });
    });
    const result = await transport().stream(exchangeWith(origin), async () => {
      (await open.promise).resetAndDestroy();
      return undefined;
    });
    expect(result).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", delivery: "sent", httpStatus: 200 },
    });
  });

  it("that is ended from this side hands over nothing more, and its socket is closed", async () => {
    const closed = deferred<void>();
    const origin = await streaming("text/event-stream", (response) => {
      response.on("close", () => closed.resolve());
      response.write("data: 1\n\ndata: 2\n\n");
    });
    const ending = new AbortController();
    const seen: unknown[] = [];
    const result = await transport().stream(
      exchangeWith(origin, {}, { signal: ending.signal }),
      async (event) => {
        seen.push(event.data);
        ending.abort();
        return undefined;
      },
    );
    expect(result).toMatchObject({
      kind: "failed",
      failure: { class: "cancelled", delivery: "ambiguous" },
    });
    await closed.promise;
    expect(seen).toEqual([1]);
  });

  it("arrives event by event when it comes compressed", async () => {
    const handed = [deferred<void>(), deferred<void>()];
    const origin = await httpServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
      const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
      gzip.pipe(response);
      gzip.write("data: 0\n\n");
      handed[0]?.promise.then(() => gzip.write("data: 1\n\n"));
      handed[1]?.promise.then(() => gzip.end("data: 2\n\n"));
    });
    const seen: unknown[] = [];
    const result = await transport().stream(exchangeWith(origin), async (event) => {
      seen.push(event.data);
      handed[Number(event.data)]?.resolve();
      return undefined;
    });
    expect(result.kind).toBe("ended");
    expect(seen).toEqual([0, 1, 2]);
  });

  it("with an event that is too large is refused", async () => {
    const origin = await streaming("text/event-stream", (response) => {
      response.write(`data: 1\n\ndata: ${"x".repeat(200_000)}`);
    });
    const result = await transport({ maxReplyBytes: 100_000 }).stream(
      exchangeWith(origin),
      () => undefined,
    );
    expect(result).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", delivery: "sent" },
    });
  });

  it("rejects when its reader throws, since that is a bug", async () => {
    const origin = await streaming("text/event-stream", (response) => {
      response.write("data: 1\n\n");
    });
    for (const reader of [
      () => {
        throw new Error("a bug");
      },
      () => Promise.reject(new Error("a bug")),
    ]) {
      await expect(transport().stream(exchangeWith(origin), reader)).rejects.toThrow("a bug");
    }
  });

  it("hands over an error that stands in it as bare JSON", async () => {
    const origin = await streaming("text/event-stream", (response) => {
      response.write('data: {"n":1}\n\n{\n  "error": {\n    "code": 503,\n');
      response.end('    "status": "UNAVAILABLE"\n  }\n}');
    });
    const events: StreamEvent[] = [];
    await transport().stream(exchangeWith(origin, { media: gemini }), (event) => {
      events.push(event);
      return undefined;
    });
    expect(events).toEqual([
      { name: "", data: { n: 1 } },
      { name: "", data: { error: { code: 503, status: "UNAVAILABLE" } } },
    ]);
  });
});
