import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  fromJson,
  type JsonValue,
  ScalarType,
} from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { closestName } from "../domain/closest-names.ts";
import { fieldHint } from "../domain/did-you-mean.ts";
import type { FieldViolation } from "../domain/gateway-error.ts";
import { repeatableKey } from "./repeatable-key.ts";
import type { Step } from "./validation/report.ts";

/**
 * What keeps a JSON document from being a message: every place by its Protobuf path,
 * "text_to_image.options.format", with what is expected there. The values that stand
 * there are not repeated. It may find nothing: it looks at a hundred thousand values at
 * most, and for a hundred violations, since each costs time that other calls wait.
 */
export function jsonViolations(schema: DescMessage, json: JsonValue): readonly FieldViolation[] {
  const search: Search = { path: [], found: [], left: mostValues };
  searchMessage(schema, json, search);
  return search.found;
}

const mostValues = 100_000;
const mostViolations = 100;

interface Search {
  /** The way to the value that is looked at. */
  readonly path: Step[];
  readonly found: FieldViolation[];
  /** How many values may still be looked at. */
  left: number;
}

/** Whether enough was found or looked at; if not, one more value is looked at. */
function isOver(search: Search): boolean {
  return search.found.length >= mostViolations || search.left-- <= 0;
}

function searchMessage(schema: DescMessage, json: JsonValue, search: Search): void {
  if (!isObject(json)) {
    violate(search, "must be an object", "json.wrong_value");
    return;
  }
  const set = new Map<DescField | DescOneof, DescField>();
  for (const [key, value] of Object.entries(json)) {
    if (isOver(search)) return;
    const field = schema.fields.find(({ name, jsonName }) => key === name || key === jsonName);
    if (field === undefined) {
      violateUnknown(schema, key, search);
    } else if (set.has(field)) {
      within(search, field, () => violate(search, "is set more than once", "json.set_twice"));
    } else {
      set.set(field, field);
      searchOneof(field, value, set, search);
      within(search, field, () => searchField(field, value, search));
    }
  }
}

/** Of a oneof only one field can be set. A scalar that is null is not. */
function searchOneof(
  field: DescField,
  value: JsonValue,
  set: Map<DescField | DescOneof, DescField>,
  search: Search,
): void {
  const { oneof } = field;
  if (oneof === undefined || (value === null && field.fieldKind === "scalar")) return;
  const other = set.get(oneof);
  if (other === undefined) {
    set.set(oneof, field);
    return;
  }
  const description = `is set more than once, by ${other.name} and by ${field.name}`;
  within(search, oneof, () => violate(search, description, "json.set_twice"));
}

function searchField(field: DescField, json: JsonValue, search: Search): void {
  // A field that is null is not set.
  if (json === null) return;
  switch (field.fieldKind) {
    case "list":
      if (!Array.isArray(json)) {
        violate(search, "must be a list", "json.wrong_value");
        return;
      }
      for (const [index, item] of json.entries()) {
        within(search, { kind: "list_sub", index }, () => searchValue(field, item, [item], search));
      }
      return;
    case "map":
      if (!isObject(json)) {
        violate(search, "must be an object", "json.wrong_value");
        return;
      }
      for (const [key, item] of Object.entries(json)) {
        const entry = { [key]: item };
        const step: Step = { kind: "map_sub", key: repeatableKey(key) };
        within(search, step, () => searchValue(field, item, entry, search));
      }
      return;
    default:
      searchValue(field, json, json, search);
  }
}

/** Looks at a value that is in a field by itself, as an item or as an entry: `alone` is the field with it alone. */
function searchValue(field: DescField, value: JsonValue, alone: JsonValue, search: Search): void {
  if (isOver(search)) return;
  const { message } = field;
  if (message !== undefined && !message.typeName.startsWith("google.protobuf.")) {
    searchMessage(message, value, search);
  } else if (!suits(field, alone)) {
    violate(search, expectation(field, value), "json.wrong_value");
  }
}

/** Whether Protobuf-ES, whose rules for numbers, texts and base64 count, takes this for a field. */
function suits(field: DescField, json: JsonValue): boolean {
  try {
    fromJson(field.parent, { [field.name]: json });
    return true;
  } catch {
    return false;
  }
}

function expectation({ enum: words, message, scalar }: DescField, value: JsonValue): string {
  if (words !== undefined) return enumExpectation(words, value);
  if (message !== undefined) {
    return message.typeName === "google.protobuf.Struct"
      ? "must be an object"
      : `must be the JSON of a ${message.typeName}`;
  }
  switch (scalar) {
    case ScalarType.STRING:
      return typeof value === "string" ? "must be valid Unicode" : "must be text";
    case ScalarType.BYTES:
      return "must be base64 text";
    case ScalarType.BOOL:
      return "must be true or false";
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return "must be a number";
    default:
      return "must be a whole number";
  }
}

function enumExpectation({ values, sharedPrefix = "" }: DescEnum, value: JsonValue): string {
  const names = values.filter(({ number }) => number !== 0).map(({ name }) => name);
  const prefix = sharedPrefix.toUpperCase();
  const wanted = typeof value === "string" ? value : "";
  const bare = closestName(
    wanted.toUpperCase().replace(prefix, ""),
    names.map((name) => name.replace(prefix, "")),
  );
  return `must be one of ${names.join(", ")}${fieldHint(bare && prefix + bare)}`;
}

function violateUnknown(schema: DescMessage, key: string, search: Search): void {
  const names = schema.fields.map(({ name, jsonName }) => (key.includes("_") ? name : jsonName));
  const description = `is not a field of ${schema.typeName}${fieldHint(closestName(key, names))}`;
  const parent = pathToString(search.path);
  const name = repeatableKey(key);
  const field = parent === "" ? name : `${parent}.${name}`;
  search.found.push({ field, description, rule: "json.unknown_field" });
}

function violate({ path, found }: Search, description: string, rule: string): void {
  // A key of a map can hold half of a pair.
  found.push({ field: pathToString(path).toWellFormed(), description, rule });
}

function within(search: Search, step: Step, look: () => void): void {
  search.path.push(step);
  look();
  search.path.pop();
}

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
