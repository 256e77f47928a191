import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { writePieces } from "../../src/rpc/write-pieces.ts";

describe("writing a body in pieces", () => {
  it("writes all of them in order and ends", async () => {
    const stream = new PassThrough();
    writePieces(stream, [Buffer.from("a"), Buffer.from("b"), Buffer.from("c")]);
    expect(await text(stream)).toBe("abc");
  });

  it("ends a body that is empty", async () => {
    const stream = new PassThrough();
    writePieces(stream, []);
    expect(await text(stream)).toBe("");
  });

  it("makes a piece only when there is room for it", async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    let made = 0;
    writePieces(
      stream,
      (function* () {
        for (; made < 100; made++) yield Buffer.alloc(10, "x");
      })(),
    );
    expect(made).toBeLessThan(10);
    expect(await text(stream)).toHaveLength(1000);
    expect(made).toBe(100);
  });

  it("tells when all of it was taken, and not before", () => {
    const taken: (() => void)[] = [];
    const stream = new Writable({ write: (_chunk, _encoding, done) => void taken.push(done) });
    let sent = 0;
    writePieces(stream, [Buffer.from("a"), Buffer.from("b")], () => sent++);
    taken[0]?.();
    expect([taken.length, sent]).toEqual([2, 0]);
    taken[1]?.();
    return new Promise<void>((resolve) => stream.once("finish", resolve)).then(() =>
      expect(sent).toBe(1),
    );
  });

  it.each([undefined, new Error("reset")])(
    "tells nothing when the stream breaks off: %s",
    async (error) => {
      let take: (() => void) | undefined;
      const stream = new Writable({
        write: (_chunk, _encoding, done) => {
          take = done;
        },
      });
      stream.on("error", () => {});
      let sent = 0;
      writePieces(stream, [Buffer.from("a")], () => sent++);
      stream.destroy(error);
      take?.();
      await new Promise<void>((resolve) => stream.once("close", resolve));
      expect(sent).toBe(0);
    },
  );

  it("tells nothing when the stream under a response of HTTP/2 breaks off", () => {
    const stream = { destroyed: false };
    let taken: ((error?: Error | null) => void) | undefined;
    let sent = 0;
    const response = {
      stream,
      write(_piece: Uint8Array, done?: (error?: Error | null) => void) {
        taken = done;
        return true;
      },
      end() {},
      once() {},
    };
    writePieces(response, [Buffer.from("a")], () => sent++);
    stream.destroyed = true;
    taken?.(null);
    expect(sent).toBe(0);
  });
});

async function text(stream: PassThrough): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += chunk;
  return all;
}
