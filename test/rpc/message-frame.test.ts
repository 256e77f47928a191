import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { GenerateResponseSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { jsonMediaFactory } from "../../src/rpc/json-media.ts";
import { jsonFrame, messageFrame } from "../../src/rpc/message-frame.ts";

it.each([
  ["nothing", GenerateResponseSchema, {}],
  ["words", GenerateResponseSchema, { model: "boat", configVersion: "v".repeat(300) }],
  ["a message that Protobuf-ES writes", StructSchema, { fields: { a: { kind: {} } } }],
] as const)("a frame holds its message behind its length: %s", (_, schema, init) => {
  const message = create(schema, init as never);
  const frame = Buffer.concat(messageFrame(schema, message));
  expect(frame[0]).toBe(0);
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
  expect(frame.subarray(5)).toEqual(Buffer.from(toBinary(schema, message)));
});

it("a frame counts an image, and does not copy it", () => {
  const bytes = Buffer.alloc(70_000, "image");
  const message = create(GenerateResponseSchema, {
    output: { case: "images", value: { images: [{ content: { case: "data", value: bytes } }] } },
  });
  const pieces = messageFrame(GenerateResponseSchema, message);
  const frame = Buffer.concat(pieces);
  expect(pieces).toContain(bytes);
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
  expect(frame.subarray(5)).toEqual(Buffer.from(toBinary(GenerateResponseSchema, message)));
});

it.each([
  ["nothing", {}],
  ["words", { model: "boat \ud83d\ude00" }],
  ["images", { output: { case: "images", value: { images: [imageOf(3), imageOf(70_000)] } } }],
] as const)("a frame of JSON holds its message behind its length: %s", (_, init) => {
  const message = create(GenerateResponseSchema, init as never);
  const json = toJsonString(GenerateResponseSchema, message);
  const media = jsonMediaFactory("secret")();
  const frame = Buffer.concat([...jsonFrame(GenerateResponseSchema, message, media)]);
  expect(frame[0]).toBe(0);
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
  expect(frame.subarray(5).toString()).toBe(json);
});

function imageOf(length: number) {
  return { content: { case: "data", value: Buffer.alloc(length, "image") } };
}
