import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import { GrpcBodyReader } from "../../src/rpc/grpc-message.ts";

function frame(bytes: Uint8Array, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function read(body: Buffer, cuts: readonly number[] = [], maxBytes = 1000) {
  const reader = new GrpcBodyReader(maxBytes);
  const places = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].sort(
    (left, right) => left - right,
  );
  for (const [index, from] of places.entries())
    reader.write(body.subarray(from, places[index + 1]));
  return reader.end();
}

describe("the body of a gRPC call", () => {
  it("is read wherever it is cut into pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(60)), (bytes, cuts) => {
        const message = read(frame(bytes), cuts);
        expect(message).toEqual({ kind: "message", bytes: Buffer.from(bytes) });
      }),
    );
  });

  it("is refused as soon as its head promises too much", () => {
    const reader = new GrpcBodyReader(10);
    expect(reader.write(frame(Buffer.alloc(11)).subarray(0, 5))).toMatchObject({
      code: Code.RESOURCE_EXHAUSTED,
    });
    expect(reader.end()).toMatchObject({ code: Code.RESOURCE_EXHAUSTED });
  });

  it.each([
    ["no message", Buffer.alloc(0), Code.UNIMPLEMENTED],
    [
      "two messages",
      Buffer.concat([frame(Buffer.from("a")), frame(Buffer.from("b"))]),
      Code.UNIMPLEMENTED,
    ],
    ["a head that is cut", frame(Buffer.alloc(0)).subarray(0, 3), Code.INVALID_ARGUMENT],
    ["a message that is cut", frame(Buffer.from("abc")).subarray(0, 7), Code.INVALID_ARGUMENT],
    ["a compressed message", frame(Buffer.from("abc"), 1), Code.INTERNAL],
  ])("is refused with %s", (_, body, code) => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (cuts) => {
        expect(read(body, cuts)).toMatchObject({ kind: "unreadable", code });
      }),
    );
  });
});
