import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
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
  it("reads as the message, with each image's own bytes as a piece", () => {
    const message = create(GenerateResponseSchema, response);
    const before = toBinary(GenerateResponseSchema, message);
    const pieces = messagePieces(GenerateResponseSchema, message);
    expect(fromBinary(GenerateResponseSchema, joined(pieces))).toEqual(message);
    expect(pieces.filter((piece) => piece === bytes)).toHaveLength(2);
    expect(lengthOf(pieces)).toBe(before.length);
    expect(toBinary(GenerateResponseSchema, message)).toEqual(before);
  });

  it.each([
    { case: "image", value: { index: 1, image } },
    { case: "partialImage", value: { index: 1, image } },
    { case: "completed", value: response },
    { case: "textDelta", value: { text: "hello" } },
  ] as const)("reads as the event of a stream: $case", (event) => {
    const message = create(StreamGenerateResponseSchema, {
      event,
    } as MessageInitShape<typeof StreamGenerateResponseSchema>);
    const pieces = messagePieces(StreamGenerateResponseSchema, message);
    expect(fromBinary(StreamGenerateResponseSchema, joined(pieces))).toEqual(message);
    expect(pieces.includes(bytes)).toBe(event.case !== "textDelta");
  });

  it("is one piece without images", () => {
    const chat = create(GenerateResponseSchema, {
      output: { case: "chat", value: { text: "hello" } },
    });
    expect(messagePieces(GenerateResponseSchema, chat)).toEqual([
      toBinary(GenerateResponseSchema, chat),
    ]);
  });
});

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
