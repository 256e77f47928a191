import type { JsonObject, JsonValue } from "../domain/json.ts";

/** The value when it is a JSON object. */
export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
    ? (value as JsonObject)
    : undefined;
}

/** The value when it is a list, else an empty one. */
export function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** The value when it is text. */
export function asText(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value as words: a text as it is, all else as JSON, since an object can bring a toString of its own. */
export function inWords(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : String(JSON.stringify(value));
}

/** The value when it is a number. */
export function asNumber(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Whether the value is a whole number within bounds, both included. */
export function isWhole(value: JsonValue | undefined, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
