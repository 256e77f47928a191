import {
  create,
  type DescField,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import fc from "fast-check";

/**
 * Any message of a type, made of values on both sides of the limits that our rules
 * set, so that about as many keep a rule as break it. What stands in a long list holds
 * no long list itself: three of them in one another are a message of gigabytes.
 */
export function anyMessage<D extends DescMessage>(
  schema: D,
  depth = 5,
): fc.Arbitrary<MessageShape<D>> {
  return fields(schema, { depth, long: true }).map((init) =>
    create(schema, init as MessageInitShape<D>),
  );
}

type Room = { readonly depth: number; readonly long: boolean };

function fields(schema: DescMessage, room: Room): fc.Arbitrary<Record<string, unknown>> {
  if (schema.typeName === "google.protobuf.Struct") return fc.constant({ any: { thing: [1] } });
  const single: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of schema.members) {
    if (member.kind === "oneof") {
      const cases = member.fields.filter((field) => room.depth > 0 || field.message === undefined);
      single[member.localName] = fc.oneof(
        { weight: 1, arbitrary: fc.constant({ case: undefined }) },
        ...cases.map((field) => ({
          weight: 2,
          arbitrary: value(field, room).map((content) => ({
            case: field.localName,
            value: content,
          })),
        })),
      );
    } else if (room.depth > 0 || member.message === undefined) {
      single[member.localName] = fieldValue(member, room);
    }
  }
  return fc.record(single, { requiredKeys: [] });
}

function fieldValue(field: DescField, room: Room): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case "list":
      return sometimes(
        fc.array(value(field, room), { maxLength: 2 }),
        room.long &&
          fc
            .tuple(value(field, { ...room, long: false }), fc.constantFrom(...lengths))
            .map(([item, length]) => Array.from({ length }, () => item)),
      );
    case "map":
      return sometimes(
        fc.dictionary(texts, value(field, room), { maxKeys: 2 }),
        room.long &&
          fc
            .tuple(value(field, { ...room, long: false }), fc.constantFrom(32, 33))
            .map(([item, size]) =>
              Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, item])),
            ),
      );
    default:
      return value(field, room);
  }
}

function sometimes(
  usual: fc.Arbitrary<unknown>,
  long: fc.Arbitrary<unknown> | false,
): fc.Arbitrary<unknown> {
  if (long === false) return usual;
  return fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: long });
}

function value(field: DescField, room: Room): fc.Arbitrary<unknown> {
  if (field.message !== undefined) return fields(field.message, { ...room, depth: room.depth - 1 });
  if (field.enum !== undefined) return fc.constantFrom(0, 1, 2, 3, 4, 99, -1);
  switch (field.scalar) {
    case ScalarType.STRING:
      return texts;
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 2 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.INT64:
      return fc.constantFrom(-1n, 0n, 1n, 2n ** 53n - 1n, 2n ** 53n);
    case ScalarType.DOUBLE:
      return fc.constantFrom(Number.NaN, -0.1, 0, 0.5, 1, 1.5, 2, 2.1, 16, 17, Infinity);
    default:
      return fc.constantFrom(-1, 0, 1, 3, 4, 10, 11, 15, 16, 32, 33, 100, 101, 16384, 16385);
  }
}

const lengths = [8, 9, 16, 17, 32, 33, 128, 129];

const texts = fc.oneof(
  fc.constantFrom(
    ...["", "gpt-5.1", "a/b", "a//b", "../x", "/", ".", "a\nb", "é", "16:9", "101:9", "16:9\n"],
    ...["https://example.com/a.png", "https://exa mple.com", "data:image/png;base64,AA==", "x:"],
    ...['say "\\"', "\ud83d\ude00", "\ud800"],
  ),
  fc
    .tuple(
      fc.constantFrom("a", "\ud83d\ude00"),
      fc.constantFrom(64, 65, 128, 129, 256, 257, 512, 513),
    )
    .map(([unit, length]) => unit.repeat(length)),
  fc.string({ maxLength: 6 }),
);
