import type { JsonObject, JsonValue } from "../domain/json.ts";
import type { HttpCall, MultipartPart } from "../providers/http-call.ts";

/**
 * Merges the caller's `provider_options` into a call's body: objects deep, where
 * arrays and scalars of the caller replace what is there. In a form each option
 * is a field that replaces the fields of its name; an object is a field for each of
 * its members, "svg[model]", as OpenAI's SDKs write it, and a list is written as JSON.
 * Where the body is a list, of tasks say, they go into each of its items.
 * A call without a body stays as it is.
 */
export function mergeOptions(call: HttpCall, options: JsonObject | undefined): HttpCall {
  if (options === undefined || call.body === undefined) return call;
  if (call.body.kind === "json") {
    const { value } = call.body;
    const merged = isList(value)
      ? value.map((item) => mergeObjects(item, options))
      : mergeObjects(value, options);
    return { ...call, body: { kind: "json", value: merged } };
  }
  const kept = call.body.parts.filter((part) => !Object.hasOwn(options, part.name));
  return { ...call, body: { kind: "multipart", parts: [...kept, ...toFields(options)] } };
}

function mergeObjects(base: JsonObject, over: JsonObject): JsonObject {
  // Without a prototype, a key like "__proto__" is a key like any other.
  const merged: Record<string, JsonValue | undefined> = Object.assign(Object.create(null), base);
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? mergeObjects(before, value) : value;
  }
  return merged;
}

/** `Array.isArray` does not narrow a read-only list. */
function isList(value: JsonObject | readonly JsonObject[]): value is readonly JsonObject[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

function toFields(options: JsonObject): MultipartPart[] {
  return Object.entries(options).flatMap(([name, value]) => fieldsOf(name, value));
}

function fieldsOf(name: string, value: JsonValue | undefined): MultipartPart[] {
  if (value === undefined || value === null) return [];
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, item]) => fieldsOf(`${name}[${key}]`, item));
  }
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return [{ kind: "field", name, value: text }];
}
