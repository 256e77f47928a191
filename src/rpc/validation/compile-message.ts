import {
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  type Message,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import {
  type FieldRules,
  field as fieldRules,
  message as messageRules,
  oneof as oneofRules,
} from "../../../gen/buf/validate/validate_pb.ts";
import { compileFieldRules } from "./compile-field-rules.ts";
import type { Check } from "./report.ts";

/**
 * Compiles the `buf.validate` rules of a message and of all that it holds, once for
 * each type. Undefined when there are none. Throws for a rule that it does not know.
 */
export function compileMessage(schema: DescMessage): Check | undefined {
  if (compiled.has(schema)) return compiled.get(schema);
  if (compiling.has(schema)) {
    compiling.set(schema, true);
    return undefined;
  }
  compiling.set(schema, false);
  const { cel, celExpression, oneof } = getOption(schema, messageRules);
  if (cel.length + celExpression.length + oneof.length > 0) {
    throw new Error(`Rules for ${schema.typeName} as a whole are not known here.`);
  }
  const checks = [...schema.fields.map(compileField), ...schema.oneofs.map(compileOneof)];
  const check = all(checks.filter((each) => each !== undefined));
  // Of ours only Struct holds itself, and it has no rules.
  if (check !== undefined && compiling.get(schema)) {
    throw new Error(`Rules in ${schema.typeName}, which holds itself, are not known here.`);
  }
  compiling.delete(schema);
  compiled.set(schema, check);
  return check;
}

const compiled = new Map<DescMessage, Check | undefined>();

/** What is being compiled, and whether it was met again inside itself. */
const compiling = new Map<DescMessage, boolean>();

function compileField(field: DescField): Check | undefined {
  const rules = getOption(field, fieldRules);
  const check = compileValue(field, rules);
  if (check === undefined && !rules.required) return undefined;
  const read = reader(field);
  return (message, report) => {
    const value = read(message as Fields);
    if (value === undefined) {
      if (!rules.required) return;
      report.path.push(field);
      report.violate("value is required", "required");
    } else {
      if (check === undefined) return;
      report.path.push(field);
      check(value, report);
    }
    report.path.pop();
  };

  /** Gives a field's value, or undefined when the rules do not look at it. */
  function reader({ localName, oneof, presence }: DescField): (message: Fields) => unknown {
    if (oneof !== undefined) {
      const oneofName = oneof.localName;
      return (message) => {
        const chosen = message[oneofName] as { readonly case?: string; readonly value?: unknown };
        return chosen.case === localName ? chosen.value : undefined;
      };
    }
    // Without presence a zero counts like any value, unless the field is required.
    if (presence !== Presence.IMPLICIT || !rules.required) return (message) => message[localName];
    return (message) => {
      const value = message[localName];
      return isZero(value) ? undefined : value;
    };
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isZero(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === 0 || value === 0n || value === "" || value === false;
}

function compileValue(field: DescField, rules: FieldRules): Check | undefined {
  const own = compileFieldRules(rules, field.enum);
  switch (field.fieldKind) {
    case "list": {
      const items = rules.type.case === "repeated" ? rules.type.value.items : undefined;
      return all([...own, ...inAll(compileItem(field, items), eachItem)]);
    }
    case "map": {
      const { keys, values } =
        rules.type.case === "map" ? rules.type.value : { keys: undefined, values: undefined };
      const key = keys && all(compileFieldRules(keys));
      return all([...own, ...inAll(inOrder(key, compileItem(field, values)), eachEntry)]);
    }
    case "message":
      return all([...own, ...inAll(compileMessage(field.message), (check) => check)]);
    default:
      return all(own);
  }
}

/** The checks of a list's items, or of a map's values. */
function compileItem(field: DescField, rules: FieldRules | undefined): Check | undefined {
  const own = rules === undefined ? [] : compileFieldRules(rules, field.enum);
  const nested = field.message && compileMessage(field.message);
  return all(nested === undefined ? own : [...own, nested]);
}

function inAll<T>(check: T | undefined, wrap: (check: T) => Check): Check[] {
  return check === undefined ? [] : [wrap(check)];
}

function eachItem(check: Check): Check {
  return (list, report) => {
    let index = 0;
    for (const item of list as readonly unknown[]) {
      report.path.push({ kind: "list_sub", index });
      check(item, report);
      report.path.pop();
      index++;
    }
  };
}

/** A map's entry: its key's check and its value's. */
type EntryCheck = (key: string, value: unknown, report: Parameters<Check>[1]) => void;

function inOrder(key: Check | undefined, value: Check | undefined): EntryCheck | undefined {
  if (key === undefined && value === undefined) return undefined;
  return (name, content, report) => {
    key?.(name, report);
    value?.(content, report);
  };
}

function eachEntry(check: EntryCheck): Check {
  return (map, report) => {
    const entries = map as Fields;
    for (const key of Object.keys(entries)) {
      report.path.push({ kind: "map_sub", key });
      check(key, entries[key], report);
      report.path.pop();
    }
  };
}

function compileOneof(oneof: DescOneof): Check | undefined {
  if (!getOption(oneof, oneofRules).required) return undefined;
  const { localName } = oneof;
  return (message, report) => {
    const chosen = (message as Message & Fields)[localName] as { readonly case?: string };
    if (chosen.case !== undefined) return;
    report.path.push(oneof);
    report.violate("exactly one field is required in oneof", "required");
    report.path.pop();
  };
}

/** Several checks as one. */
function all(checks: readonly Check[]): Check | undefined {
  if (checks.length <= 1) return checks[0];
  return (value, report) => {
    for (const check of checks) check(value, report);
  };
}
