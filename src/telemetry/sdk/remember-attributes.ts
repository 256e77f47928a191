import type { AttributeValue } from "@opentelemetry/api";
import { attributeNames } from "../names.ts";
import type { ByteWriter } from "./byte-writer.ts";

/** Writes one attribute. */
export type WriteAttribute = (
  to: ByteWriter,
  name: string,
  value: AttributeValue | undefined,
) => void;

/**
 * The same, remembering how it wrote: most attributes have few values, which come again
 * with every request. Of each attribute that has a name of ours the first values are kept,
 * so that what a caller or a provider makes up takes no more room than it is given.
 */
export function rememberAttributes(write: WriteAttribute): WriteAttribute {
  const known = new Map(
    Object.values(attributeNames).map((name) => [name as string, new Map<unknown, Uint8Array>()]),
  );
  return (to, name, value) => {
    const values = known.get(name);
    const ready = values?.get(value);
    if (ready !== undefined) {
      to.bytes(ready);
      return;
    }
    const from = to.length;
    write(to, name, value);
    if (values === undefined || values.size >= mostValues || !isShort(value)) return;
    values.set(value, Uint8Array.from(to.written().subarray(from)));
  };
}

const mostValues = 32;

/** A list is never the same as another, and a long text may be a prompt. */
function isShort(value: AttributeValue | undefined): boolean {
  return typeof value === "string" ? value.length <= 64 : typeof value !== "object";
}
