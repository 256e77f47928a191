/** A mapping of a file, of which nothing is known but its keys. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Tells whether a value is a mapping. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a mapping, without entries where it is none. */
export function entriesOf(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}
