import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  GenerateResponseSchema,
  StreamGenerateResponseSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import type { ImageSchema } from "../../gen/spillway/v1/image_pb.ts";
import { lengthOf, messagePieces } from "../../src/rpc/message-pieces.ts";

const bytes = new Uint8Array(300).map((_, index) => index);
const image = {
  content: { case: "data", value: bytes },
  mimeType: "image/png",
  width: 4,
} satisfies MessageInitShape<typeof ImageSchema>;
const link = {
  content: { case: "url", value: "https://files.test/a.png" },
} satisfies MessageInitShape<typeof ImageSchema>;
const response = {
  requestId: "r",
  model: "boat",
  output: { case: "images", value: { images: [image, link, image] } },
} satisfies MessageInitShape<typeof GenerateResponseSchema>;

describe("a message in pieces", () => {
  it("is what Protobuf-ES writes, with each image's own bytes as a piece", () => {
    const message = create(GenerateResponseSchema, response);
    const pieces = messagePieces(GenerateResponseSchema, message);
    expect(joined(pieces)).toEqual(toBinary(GenerateResponseSchema, message));
    expect(pieces.filter((piece) => piece === bytes)).toHaveLength(2);
    expect(lengthOf(pieces)).toBe(joined(pieces).length);
  });

  it.each([
    { case: "image", value: { index: 1, image } },
    { case: "partialImage", value: { index: 1, image } },
    { case: "completed", value: response },
    { case: "textDelta", value: { text: "hello" } },
  ] as const)("is the event of a stream: $case", (event) => {
    const message = create(StreamGenerateResponseSchema, {
      event,
    } as MessageInitShape<typeof StreamGenerateResponseSchema>);
    const pieces = messagePieces(StreamGenerateResponseSchema, message);
    expect(joined(pieces)).toEqual(toBinary(StreamGenerateResponseSchema, message));
    expect(pieces.includes(bytes)).toBe(event.case !== "textDelta");
  });

  it("finds the place of every image, of whatever size they are", () => {
    const size = fc.oneof(fc.nat(3), fc.nat(300), fc.constantFrom(16_383, 16_384, 2_097_152));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 4 }), fc.nat(300), (sizes, words) => {
        const images = sizes.map((length) => ({
          content: { case: "data" as const, value: new Uint8Array(length).fill(length) },
          revisedPrompt: "w".repeat(words),
        }));
        const message = create(GenerateResponseSchema, {
          output: { case: "images", value: { images } },
          configVersion: "after the images",
        });
        const pieces = messagePieces(GenerateResponseSchema, message);
        const expected = toBinary(GenerateResponseSchema, message);
        expect(Buffer.compare(joined(pieces), expected)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves room for a head before it", () => {
    const message = create(GenerateResponseSchema, response);
    const pieces = messagePieces(GenerateResponseSchema, message, 5);
    expect(joined(pieces).subarray(5)).toEqual(toBinary(GenerateResponseSchema, message));
  });

  it("is one piece without images", () => {
    const chat = create(GenerateResponseSchema, {
      output: { case: "chat", value: { text: "hello" } },
    });
    expect(messagePieces(GenerateResponseSchema, chat)).toHaveLength(1);
  });

  it("forgets what was begun when a message cannot be written", () => {
    const wrong = create(GenerateResponseSchema, response);
    wrong.attempts = [null as never];
    expect(() => messagePieces(GenerateResponseSchema, wrong)).toThrow();
    const right = create(GenerateResponseSchema, { model: "boat" });
    expect(joined(messagePieces(GenerateResponseSchema, right))).toEqual(
      toBinary(GenerateResponseSchema, right),
    );
  });
});

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
