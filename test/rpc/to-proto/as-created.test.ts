import {
  create,
  type DescMessage,
  isMessage,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  GenerateResponseSchema,
  StreamGenerateResponseSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import { completedToProto, eventToProto } from "../../../src/rpc/to-proto/event.ts";
import { generatedToProto } from "../../../src/rpc/to-proto/generated.ts";
import { anyEvent, anyGenerated } from "../support/any-generated.ts";

it("writes any result as Protobuf-ES would create it", () => {
  fc.assert(
    fc.property(anyGenerated, (generated) => {
      const response = generatedToProto(generated);
      expectAsCreated(GenerateResponseSchema, response);
      expectAsCreated(StreamGenerateResponseSchema, completedToProto(response));
    }),
  );
});

it("writes any event as Protobuf-ES would create it", () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expectAsCreated(StreamGenerateResponseSchema, eventToProto(event));
    }),
  );
});

/** The same fields, and no other ones, with the same prototypes and the same types, at any depth. */
function expectAsCreated<D extends DescMessage>(schema: D, message: MessageShape<D>): void {
  expect(isMessage(message, schema)).toBe(true);
  expect(message).toStrictEqual(create(schema, untyped(message) as MessageInitShape<D>));
}

/** Without the names of types, so that Protobuf-ES takes nothing for a message that is ready. */
function untyped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untyped);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const { $typeName, ...fields } = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(fields).map(([name, held]) => [name, untyped(held)]));
}
