import { z } from "zod";
import type { Path } from "./problem.ts";

/** The keys that the mapping at a path may have. Empty where a schema has no mapping. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const bare = unwrap(schema);
  const [segment, ...rest] = path;
  if (bare instanceof z.ZodObject) {
    if (segment === undefined) return Object.keys(bare.shape);
    const inner: z.core.$ZodType | undefined = bare.shape[segment];
    return inner === undefined ? [] : keysAt(inner, rest);
  }
  if (bare instanceof z.ZodRecord) return keysAt(bare.valueType, rest);
  if (bare instanceof z.ZodArray) return keysAt(bare.element, rest);
  if (bare instanceof z.ZodUnion) return bare.options.flatMap((option) => keysAt(option, path));
  return [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
