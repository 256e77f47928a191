import { type DescMessage, isFieldSet, type Message, type MessageShape } from "@bufbuild/protobuf";

/** Throws when rules hold one that is not among those known, or not in one of the oneofs known: it must not be passed over without a word. */
export function refuseOthers<Desc extends DescMessage>(
  schema: Desc,
  rules: MessageShape<Desc>,
  known: readonly string[],
): void {
  for (const field of schema.fields) {
    if (known.includes(field.name) || known.includes(field.oneof?.name ?? "")) continue;
    if (isFieldSet(rules as Message, field)) {
      throw new Error(`The rule ${schema.typeName}.${field.name} is not known here.`);
    }
  }
}
