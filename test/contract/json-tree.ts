import { DataUrlBytes } from "../../src/domain/data-url-bytes.ts";
import type { JsonValue } from "../../src/domain/json.ts";

/**
 * Decodes the base64 at media paths ("data[].b64_json"), as the transport does: data
 * URLs too, and what is no base64 stays as it is.
 */
export function decodeMedia(value: JsonValue, paths: readonly string[] = []): JsonValue {
  return paths.reduce(
    (current, path) => decodeAt(current, path.replaceAll("[]", ".[]").split(".").filter(Boolean)),
    value,
  );
}

function decodeAt(value: JsonValue, path: readonly string[]): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === "string" ? decodeText(value) : value;
  if (step === "[]") {
    return Array.isArray(value) ? value.map((item) => decodeAt(item, rest)) : value;
  }
  if (!isPlainObject(value) || !Object.hasOwn(value, step)) return value;
  return { ...value, [step]: decodeAt(value[step] ?? null, rest) };
}

function decodeText(text: string): string | Uint8Array {
  const digits = text.replace(/^data:[^,]*;base64,/, "").replace(/[ \t\r\n]/g, "");
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(digits) && digits.length % 4 === 0;
  return isBase64 ? new Uint8Array(Buffer.from(digits, "base64")) : text;
}

/** A value as JSON could hold it: bytes as `{"$bytes": length}` or their data URL, and nothing undefined. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, function (key, item) {
      // Buffers have a toJSON, which has run by the time this is called.
      const raw: unknown = this[key];
      const isBare = raw instanceof Uint8Array && !(raw instanceof DataUrlBytes);
      return isBare ? { $bytes: raw.length } : item;
    }),
  );
}

/** How many values there are in a tree, itself included. */
export function countNodes(value: unknown): number {
  return 1 + children(value).reduce<number>((sum, item) => sum + countNodes(item), 0);
}

/** A copy of a tree in which one value, by its number in reading order, is another one. */
export function replaceNode(value: JsonValue, number: number, by: JsonValue): JsonValue {
  let left = number;
  const visit = (node: JsonValue): JsonValue => {
    if (left-- === 0) return by;
    return mapChildren(node, visit);
  };
  return visit(value);
}

/** A copy of a tree in which every string is `text`. */
export function replaceStrings(value: JsonValue, text: string): JsonValue {
  if (typeof value === "string") return text;
  return mapChildren(value, (item) => replaceStrings(item, text));
}

/** Copies of a tree, in each of which another one of its strings is `text`. */
export function replaceEachString(value: JsonValue, text: string): readonly JsonValue[] {
  return nodesOf(value).flatMap((node, number) =>
    typeof node === "string" ? [replaceNode(value, number, text)] : [],
  );
}

/** Freezes a tree all through, so that who changes it throws. Bytes cannot be frozen. */
export function deepFreeze<T>(value: T): T {
  for (const item of children(value)) deepFreeze(item);
  return value instanceof Uint8Array ? value : Object.freeze(value);
}

/** Every value in a tree in reading order, itself first. */
function nodesOf(value: unknown): readonly unknown[] {
  return [value, ...children(value).flatMap(nodesOf)];
}

function children(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  return Object.values(value);
}

function mapChildren(value: JsonValue, change: (item: JsonValue) => JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(change);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, change(item ?? null)]),
  );
}

function isPlainObject(
  value: JsonValue,
): value is { readonly [key: string]: JsonValue | undefined } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}
