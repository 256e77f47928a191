import type { DoubleRules, Int32Rules, Int64Rules } from "../../../gen/buf/validate/validate_pb.ts";
import {
  DoubleRulesSchema,
  Int32RulesSchema,
  Int64RulesSchema,
} from "../../../gen/buf/validate/validate_pb.ts";
import { refuseOthers } from "./refuse-others.ts";
import type { Check } from "./report.ts";

/** The check that a number is neither below the `gte` nor above the `lte` of its rules. */
export function compileRange(
  type: "int32" | "int64" | "double",
  rules: Int32Rules | Int64Rules | DoubleRules,
): Check {
  refuseOthers(schemas[type], rules, ["gte", "lte"]);
  const { greaterThan, lessThan } = rules;
  const least = greaterThan.case === undefined ? undefined : greaterThan.value;
  const most = lessThan.case === undefined ? undefined : lessThan.value;
  const bounds = [
    ...(least === undefined ? [] : [`greater than or equal to ${least}`]),
    ...(most === undefined ? [] : [`less than or equal to ${most}`]),
  ];
  const rule = `${type}.${[greaterThan.case, lessThan.case].filter(Boolean).join("_")}`;
  const description = `must be ${bounds.join(" and ")}`;
  return (value, report) => {
    const number = value as number | bigint;
    // Written so that what is no number breaks the rule.
    const holds =
      (least === undefined || number >= least) && (most === undefined || number <= most);
    if (!holds) report.violate(description, rule);
  };
}

const schemas = { int32: Int32RulesSchema, int64: Int64RulesSchema, double: DoubleRulesSchema };
