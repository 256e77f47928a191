import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { StreamWriter } from "../../src/rpc/stream-writer.ts";

/** A stream that notes each write, and takes the next one when the test says so. */
function slowStream(highWaterMark = 64 * 1024) {
  const writes: Uint8Array[] = [];
  let takeNext = () => {};
  const stream = new Writable({
    highWaterMark,
    write(chunk, _encoding, done) {
      writes.push(chunk);
      takeNext = done;
    },
  });
  return { stream, writes, takeNext: () => takeNext(), texts: () => writes.map(String) };
}

const turn = () => new Promise(setImmediate);

describe("writing a stream of messages", () => {
  it("writes the small ones of one turn at once, at its end", async () => {
    const { stream, texts, takeNext } = slowStream();
    const writer = new StreamWriter(stream);
    for (const text of ["a", "b", "c"]) {
      expect(writer.write([Buffer.from(text), Buffer.from("!")])).toBeUndefined();
    }
    expect(texts()).toEqual([]);
    await turn();
    expect(texts()).toEqual(["a!b!c!"]);
    takeNext();
    expect(writer.write([Buffer.from("d")])).toBeUndefined();
    await turn();
    expect(texts()).toEqual(["a!b!c!", "d"]);
  });

  it("neither gathers nor copies what is large, and keeps the order", async () => {
    const { stream, writes, takeNext } = slowStream();
    const writer = new StreamWriter(stream);
    const large = Buffer.alloc(20_000, "x");
    writer.write([Buffer.from("before")]);
    writer.write([Buffer.from("head"), large, Buffer.from("tail")]);
    await turn();
    for (let count = 0; count < 3; count++) {
      takeNext();
      await turn();
    }
    expect(writes.map(({ length }) => length)).toEqual([10, 20_000, 4]);
    expect(writes[1]?.buffer).toBe(large.buffer);
  });

  it("holds no more than the stream has room for, whoever goes on writing in one turn", async () => {
    const { stream, takeNext, writes } = slowStream(32 * 1024);
    const writer = new StreamWriter(stream);
    let taken = 0;
    const message = function* () {
      taken++;
      yield Buffer.alloc(1000);
    };
    const waits = Array.from({ length: 100 }, () => writer.write(message()));
    expect(waits.findIndex((wait) => wait !== undefined)).toBeLessThan(36);
    expect(taken).toBeLessThan(37);
    let told = false;
    void waits.at(-1)?.then(() => {
      told = true;
    });
    for (let count = 0; writes.reduce((sum, { length }) => sum + length, 0) < 100_000; count++) {
      expect(count).toBeLessThan(20);
      takeNext();
      await turn();
    }
    takeNext();
    await turn();
    expect(told).toBe(true);
  });

  it("makes the next turn wait when this one has filled the stream", async () => {
    const { stream, takeNext, texts } = slowStream(2);
    const writer = new StreamWriter(stream);
    expect(writer.write([Buffer.from("ab")])).toBeUndefined();
    await turn();
    const wait = writer.write([Buffer.from("c")]);
    expect(wait).toBeInstanceOf(Promise);
    await turn();
    expect(texts()).toEqual(["ab"]);
    takeNext();
    await wait;
    await turn();
    expect(texts()).toEqual(["ab", "c"]);
  });

  it("ends the stream after all that was written", async () => {
    for (const highWaterMark of [1, 100]) {
      const { stream, takeNext, texts } = slowStream(highWaterMark);
      const writer = new StreamWriter(stream);
      writer.write([Buffer.from("ab")]);
      await turn();
      writer.write([Buffer.from("c")]);
      writer.write([Buffer.from("d")]);
      writer.end();
      for (let count = 0; count < 5; count++) {
        takeNext();
        await turn();
      }
      expect(texts().join("")).toBe("abcd");
      expect(stream.writableFinished).toBe(true);
    }
  });

  it("lets nobody wait for a stream that is over", async () => {
    const { stream, texts } = slowStream(1);
    const writer = new StreamWriter(stream);
    writer.write([Buffer.from("ab")]);
    await turn();
    const wait = writer.write([Buffer.from("c")]);
    writer.close();
    await wait;
    await turn();
    expect(texts()).toEqual(["ab"]);
  });
});
