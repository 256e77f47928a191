import { PassThrough } from "node:stream";
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
});

async function text(stream: PassThrough): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += chunk;
  return all;
}
