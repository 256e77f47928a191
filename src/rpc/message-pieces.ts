import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ImageSchema } from "../../gen/spillway/v1/image_pb.ts";
import { writeMessage } from "./write-message.ts";

/**
 * Writes a message without copying the images in it: its Protobuf encoding in
 * pieces, of which those that are images are the images' own bytes. Protobuf-ES
 * writes a message twice, once into a buffer that grows and once out of it, which
 * is twice the memory of an image. An image comes after its siblings, which a
 * reader of Protobuf must not mind.
 */
export function messagePieces(schema: DescMessage, message: Message): Uint8Array[] {
  const fields = imageFields(schema);
  if (fields.length === 0) return [writeMessage(schema, message)];
  const light = Object.assign(Object.create(Object.getPrototypeOf(message)), message);
  const pieces: Uint8Array[] = [];
  for (const field of fields) {
    const value = takeField(field, light);
    if (value instanceof Uint8Array) {
      pieces.push(...delimited(field, [value]));
    } else if (Array.isArray(value)) {
      for (const item of value as Message[]) pieces.push(...nested(field, item));
    } else if (value !== undefined) {
      pieces.push(...nested(field, value as Message));
    }
  }
  return [writeMessage(schema, light), ...pieces];
}

/** How many bytes some pieces have together. */
export function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

function nested(field: DescField, message: Message): Uint8Array[] {
  return delimited(field, messagePieces(field.message as DescMessage, message));
}

function delimited(field: DescField, pieces: Uint8Array[]): Uint8Array[] {
  const head = new BinaryWriter()
    .tag(field.number, WireType.LengthDelimited)
    .uint32(lengthOf(pieces));
  return [head.finish(), ...pieces];
}

/** Gives the value of a field and leaves the message without it. */
function takeField(field: DescField, message: Record<string, unknown>): unknown {
  const { oneof, localName } = field;
  if (oneof === undefined) {
    const value = message[localName];
    message[localName] = field.fieldKind === "list" ? [] : undefined;
    return value;
  }
  const chosen = message[oneof.localName] as { case?: string; value?: unknown };
  if (chosen.case !== localName) return undefined;
  message[oneof.localName] = { case: undefined };
  return chosen.value;
}

const known = new Map<string, readonly DescField[]>([
  [ImageSchema.typeName, [ImageSchema.field.data]],
]);

/** The fields of a message in which there are images, at any depth. */
function imageFields(schema: DescMessage): readonly DescField[] {
  let fields = known.get(schema.typeName);
  if (fields === undefined) {
    // A message that holds itself finds none in there, which is right: it holds them elsewhere too.
    known.set(schema.typeName, []);
    fields = schema.fields.filter(
      ({ message, fieldKind }) =>
        message !== undefined && fieldKind !== "map" && imageFields(message).length > 0,
    );
    known.set(schema.typeName, fields);
  }
  return fields;
}
