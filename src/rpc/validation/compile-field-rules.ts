import { type DescEnum, isFieldSet, type MessageShape } from "@bufbuild/protobuf";
import {
  type BytesRules,
  BytesRulesSchema,
  type EnumRules,
  EnumRulesSchema,
  type FieldRules,
  FieldRulesSchema,
  type MapRules,
  MapRulesSchema,
  type RepeatedRules,
  RepeatedRulesSchema,
  type StringRules,
  StringRulesSchema,
} from "../../../gen/buf/validate/validate_pb.ts";
import { compileRange } from "./compile-range.ts";
import { expressions } from "./expressions.ts";
import { isUri } from "./is-uri.ts";
import { refuseOthers } from "./refuse-others.ts";
import type { Check } from "./report.ts";

/** The checks of the rules that hold for one value by itself. `descEnum` is its type when that is an enum. */
export function compileFieldRules(rules: FieldRules, descEnum?: DescEnum): Check[] {
  refuseOthers(FieldRulesSchema, rules, ["required", "cel", "type"]);
  return [...rules.cel.map(compileExpression), ...compileType(rules.type, descEnum)];
}

function compileExpression({
  expression,
  message,
  id,
}: MessageShape<typeof FieldRulesSchema>["cel"][number]): Check {
  const holds = expressions.get(expression);
  if (holds === undefined) throw new Error(`The expression ${id} is not among those known.`);
  return (value, report) => {
    if (!holds(value)) report.violate(message, id);
  };
}

function compileType(type: FieldRules["type"], descEnum: DescEnum | undefined): Check[] {
  switch (type.case) {
    case undefined:
      return [];
    case "string":
      return compileString(type.value);
    case "bytes":
      return compileBytes(type.value);
    case "enum":
      return compileEnum(type.value, descEnum);
    case "int32":
    case "int64":
    case "double":
      return [compileRange(type.case, type.value)];
    case "repeated":
      return compileRepeated(type.value);
    case "map":
      return compileMap(type.value);
    default:
      throw new Error(`Rules for ${type.case} are not known here.`);
  }
}

function compileString(rules: StringRules): Check[] {
  refuseOthers(StringRulesSchema, rules, ["min_len", "max_len", "pattern", "uri"]);
  const checks: Check[] = [];
  const { field } = StringRulesSchema;
  if (isFieldSet(rules, field.minLen)) {
    const least = Number(rules.minLen);
    checks.push((value, report) => {
      if (isShorter(value as string, least)) {
        report.violate(`must be at least ${least} characters`, "string.min_len");
      }
    });
  }
  if (isFieldSet(rules, field.maxLen)) {
    const most = Number(rules.maxLen);
    checks.push((value, report) => {
      if (!isShorter(value as string, most + 1)) {
        report.violate(`must be at most ${most} characters`, "string.max_len");
      }
    });
  }
  if (isFieldSet(rules, field.pattern)) {
    const pattern = new RegExp(rules.pattern);
    checks.push((value, report) => {
      if (!pattern.test(value as string)) {
        report.violate(`does not match regex pattern \`${rules.pattern}\``, "string.pattern");
      }
    });
  }
  if (rules.wellKnown.case === "uri") {
    checks.push((value, report) => {
      if (value === "") {
        report.violate("value is empty, which is not a valid URI", "string.uri_empty");
      } else if (!isUri(value as string)) {
        report.violate("must be a valid URI", "string.uri");
      }
    });
  }
  return checks;
}

/** Whether a text has fewer code points than this. They are counted only where the units do not tell. */
function isShorter(text: string, length: number): boolean {
  if (text.length < length) return true;
  if (text.length >= length * 2) return false;
  let points = 0;
  for (const _ of text) points++;
  return points < length;
}

function compileBytes(rules: BytesRules): Check[] {
  refuseOthers(BytesRulesSchema, rules, ["min_len"]);
  const least = Number(rules.minLen);
  return [
    (value, report) => {
      if ((value as Uint8Array).length < least) {
        report.violate(`must be at least ${least} bytes`, "bytes.min_len");
      }
    },
  ];
}

function compileEnum(rules: EnumRules, descEnum: DescEnum | undefined): Check[] {
  refuseOthers(EnumRulesSchema, rules, ["defined_only", "not_in"]);
  const checks: Check[] = [];
  if (rules.definedOnly) {
    const defined = new Set(descEnum?.values.map(({ number }) => number));
    checks.push((value, report) => {
      if (!defined.has(value as number)) {
        report.violate("value must be one of the defined enum values", "enum.defined_only");
      }
    });
  }
  const { notIn } = rules;
  if (notIn.length > 0) {
    checks.push((value, report) => {
      if (notIn.includes(value as number)) {
        report.violate(`must not be in list [${notIn.join(", ")}]`, "enum.not_in");
      }
    });
  }
  return checks;
}

function compileRepeated(rules: RepeatedRules): Check[] {
  refuseOthers(RepeatedRulesSchema, rules, ["min_items", "max_items", "unique", "items"]);
  const least = Number(rules.minItems);
  const most = isFieldSet(rules, RepeatedRulesSchema.field.maxItems)
    ? Number(rules.maxItems)
    : Number.POSITIVE_INFINITY;
  return [
    (value, report) => {
      const { length } = value as readonly unknown[];
      if (length < least) {
        report.violate(`must contain at least ${least} item(s)`, "repeated.min_items");
      }
      if (length > most) {
        report.violate(`must contain no more than ${most} item(s)`, "repeated.max_items");
      }
      if (rules.unique && length > 1 && new Set(value as readonly unknown[]).size < length) {
        report.violate("repeated value must contain unique items", "repeated.unique");
      }
    },
  ];
}

function compileMap(rules: MapRules): Check[] {
  refuseOthers(MapRulesSchema, rules, ["max_pairs", "keys", "values"]);
  const most = Number(rules.maxPairs);
  return [
    (value, report) => {
      if (Object.keys(value as object).length > most) {
        report.violate(`map must be at most ${most} entries`, "map.max_pairs");
      }
    },
  ];
}
