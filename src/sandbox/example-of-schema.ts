import type { JsonObject, JsonValue } from "../domain/json.ts";
import { asList, asNumber, asObject } from "./read-json.ts";

/**
 * Makes up a value that fits a JSON Schema: constants and the first of what is
 * listed as they are, every named property, one item in a list, the word
 * "sandbox" for text. It knows the keywords that structured outputs allow;
 * what it does not know it leaves out of account. Nesting ends at 8 levels.
 */
export function exampleOfSchema(schema: JsonObject, root = schema, depth = 0): JsonValue {
  if (depth > 8) return null;
  const inner = (value: JsonValue | undefined): JsonValue =>
    exampleOfSchema(asObject(value) ?? {}, root, depth + 1);
  if (schema["const"] !== undefined) return schema["const"];
  const listed = asList(schema["enum"])[0] ?? asList(schema["examples"])[0] ?? schema["default"];
  if (listed !== undefined) return listed;
  if (typeof schema["$ref"] === "string") return inner(resolve(schema["$ref"], root));
  const option =
    asList(schema["anyOf"])[0] ?? asList(schema["oneOf"])[0] ?? asList(schema["allOf"])[0];
  if (option !== undefined) return inner(option);

  switch (typeOf(schema)) {
    case "object": {
      const properties = asObject(schema["properties"]) ?? {};
      return Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, inner(value)]),
      );
    }
    case "array": {
      const count = Math.min(Math.max(asNumber(schema["minItems"]) ?? 1, 0), 16);
      return Array.from({ length: count }, () => inner(schema["items"]));
    }
    case "integer":
    case "number":
      return asNumber(schema["minimum"]) ?? asNumber(schema["maximum"]) ?? 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "sandbox".padEnd(asNumber(schema["minLength"]) ?? 0, "-");
  }
}

/** Google writes types in capitals; a list of types means any of them. */
function typeOf(schema: JsonObject): string {
  const type = Array.isArray(schema["type"]) ? asList(schema["type"])[0] : schema["type"];
  if (typeof type === "string") return type.toLowerCase();
  return schema["properties"] === undefined ? "string" : "object";
}

function resolve(pointer: string, root: JsonObject): JsonObject | undefined {
  let value: JsonValue | undefined = root;
  for (const step of pointer.replace(/^#\/?/, "").split("/")) {
    if (step !== "") value = asObject(value)?.[step];
  }
  return asObject(value);
}
