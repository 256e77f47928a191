import {
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { Scratch } from "./scratch.ts";

/**
 * Writes a message as Protobuf, to the same bytes as Protobuf-ES. That one fills a
 * buffer that grows and copies it at the end, for each message anew; this one fills the
 * same memory every time and copies once. What our answers do not consist of, maps
 * for instance, is left to Protobuf-ES.
 */
export function writeMessage(schema: DescMessage, message: Message): Uint8Array {
  const write = writerOf(schema);
  if (write === undefined) return toBinary(schema, message);
  scratch.clear();
  write(message, scratch);
  return scratch.copy();
}

/** Whether messages of a type are written here. */
export function isWritable(schema: DescMessage): boolean {
  return writerOf(schema) !== undefined;
}

// Nothing waits while a message is written, so that one is enough.
const scratch = new Scratch();

type Write = (value: unknown, out: Scratch) => void;
type Fields = Readonly<Record<string, unknown>>;

/** Undefined while a type is being looked at, and when it has a field of a kind that is not known here. */
const writers = new Map<DescMessage, Write | undefined>();

function writerOf(schema: DescMessage): Write | undefined {
  if (writers.has(schema)) return writers.get(schema);
  writers.set(schema, undefined);
  const fields = schema.fields.toSorted((left, right) => left.number - right.number);
  const each = fields.map(fieldWriter);
  if (each.includes(undefined)) return undefined;
  const known = each as Write[];
  const write: Write = (message, out) => {
    for (const writeField of known) writeField(message, out);
  };
  writers.set(schema, write);
  return write;
}

function fieldWriter(field: DescField): Write | undefined {
  const write = valueWriter(field);
  if (write === undefined) return undefined;
  const { localName, oneof } = field;
  if (field.fieldKind === "list") {
    return (message, out) => {
      for (const item of (message as Fields)[localName] as readonly unknown[]) write(item, out);
    };
  }
  if (oneof !== undefined) {
    const oneofName = oneof.localName;
    return (message, out) => {
      const chosen = (message as Fields)[oneofName] as { readonly case?: string; value?: unknown };
      if (chosen.case === localName) write(chosen.value, out);
    };
  }
  const skipsZero = field.presence === Presence.IMPLICIT;
  return (message, out) => {
    const value = (message as Fields)[localName];
    if (value === undefined || (skipsZero && isZero(value))) return;
    write(value, out);
  };
}

function isZero(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return value === 0 || value === "" || value === false || value === 0n;
}

/** Writes one value with its tag. */
function valueWriter(field: DescField): Write | undefined {
  const { number, message, scalar } = field;
  if (field.fieldKind === "map" || (field.fieldKind === "list" && field.packed)) return undefined;
  const varint = (number << 3) | WireType.Varint;
  const delimited = (number << 3) | WireType.LengthDelimited;
  if ("delimitedEncoding" in field && field.delimitedEncoding) return undefined;
  if (message !== undefined) {
    const write = writerOf(message);
    if (write === undefined) return undefined;
    return (value, out) => {
      out.varint(delimited);
      const start = out.open();
      write(value, out);
      out.close(start);
    };
  }
  switch (scalar ?? ScalarType.INT32) {
    case ScalarType.STRING:
      return (value, out) => {
        out.varint(delimited);
        out.text(value as string);
      };
    case ScalarType.BYTES:
      return (value, out) => {
        out.varint(delimited);
        out.bytes(value as Uint8Array);
      };
    case ScalarType.BOOL:
      return (value, out) => {
        out.varint(varint);
        out.varint(value === true ? 1 : 0);
      };
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.INT64:
      return (value, out) => {
        out.varint(varint);
        out.varint(value as number | bigint);
      };
    case ScalarType.DOUBLE:
      return (value, out) => {
        out.varint((number << 3) | WireType.Bit64);
        out.double(value as number);
      };
    default:
      return undefined;
  }
}
