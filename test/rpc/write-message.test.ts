import { create, type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { DurationSchema, StructSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import {
  GenerateResponseSchema,
  StreamGenerateResponseSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { messagePieces } from "../../src/rpc/message-pieces.ts";
import { Scratch } from "../../src/rpc/scratch.ts";
import { writeMessage } from "../../src/rpc/write-message.ts";
import { anyMessage } from "./support/any-message.ts";

function written(schema: DescMessage, message: Message): string {
  return hex(Buffer.concat(messagePieces(schema, message)));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("a message written as Protobuf", () => {
  it.each(GatewayService.methods.map(({ output }) => [output.name, output] as const))(
    "is what Protobuf-ES writes: any %s",
    (_, schema) => {
      fc.assert(
        fc.property(anyMessage(schema, 6), (message) => {
          expect(written(schema, message)).toBe(hex(toBinary(schema, message)));
        }),
        { numRuns: 300 },
      );
    },
  );

  it("writes the results itself, and leaves what holds maps to Protobuf-ES", () => {
    const isWritten = (schema: DescMessage) => {
      return writeMessage(schema, create(schema), new Scratch());
    };
    expect(isWritten(GenerateResponseSchema)).toBe(true);
    expect(isWritten(StreamGenerateResponseSchema)).toBe(true);
    expect(isWritten(StructSchema)).toBe(false);
    const struct = create(StructSchema, {
      fields: { a: { kind: { case: "numberValue", value: 1 } } },
    });
    expect(written(StructSchema, struct)).toBe(hex(toBinary(StructSchema, struct)));
  });

  it("writes any whole number, also a negative one", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer(),
        (seconds, nanos) => {
          for (const schema of [TimestampSchema, DurationSchema]) {
            const message = create(schema, { seconds, nanos });
            expect(written(schema, message)).toBe(hex(toBinary(schema, message)));
          }
        },
      ),
    );
  });

  it("writes texts of any length and script, small ones and large ones in turn", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom("a", "é", "€", "\ud83d\ude00", "\u0000"), fc.nat(300_000)),
          { maxLength: 3 },
        ),
        (texts) => {
          for (const [unit, length] of texts) {
            const short = { upstreamModel: unit.repeat(length % 200) };
            const message = create(GenerateResponseSchema, {
              output: { case: "chat", value: { text: unit.repeat(length) } },
              attempts: [short, short],
            });
            expect(written(GenerateResponseSchema, message)).toBe(
              hex(toBinary(GenerateResponseSchema, message)),
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("gives bytes of their own, which the next message does not touch", () => {
    const schema = GenerateResponseSchema;
    const [first] = messagePieces(schema, create(schema, { model: "one" }));
    const before = hex(first);
    messagePieces(schema, create(schema, { model: "two" }));
    expect(hex(first)).toBe(before);
  });
});
