import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { Reply } from "../reply.ts";

/** An answer's body when it is a JSON object, else undefined. */
export function objectBody({ body }: Reply): JsonObject | undefined {
  return body.kind === "json" ? asObject(body.value) : undefined;
}

/** The value when it is a JSON object, else undefined. Arrays and media are no objects. */
export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) || value instanceof Uint8Array) return undefined;
  return value as JsonObject;
}

/** The value when it is a JSON array, else an empty one: for lists that may be missing. */
export function asArray(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** The value when it is a string with something in it, else undefined. */
export function asText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The value when it is a finite number, else undefined. */
export function asNumber(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The value when it is a whole number from 0: a count of tokens, an index. Else undefined. */
export function asCount(value: JsonValue | undefined): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** The value when it is media that the transport decoded, with something in it. Else undefined. */
export function asBytes(value: JsonValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array && value.length > 0 ? value : undefined;
}

/**
 * What stands at a path inside a value: `at(body, "error", "details", 0)`. Undefined
 * when a step leads nowhere, whatever stands there instead.
 */
export function at(
  value: JsonValue | undefined,
  ...path: readonly (string | number)[]
): JsonValue | undefined {
  let current = value;
  for (const step of path) {
    if (typeof step === "number") current = asArray(current)[step];
    else current = ownProperty(asObject(current), step);
  }
  return current;
}

/** A field of the object itself: a body that lacks "constructor" has none. */
function ownProperty(object: JsonObject | undefined, name: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}
