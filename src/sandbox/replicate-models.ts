import type { JsonObject, JsonValue } from "../domain/json.ts";
import { isWhole } from "./read-json.ts";
import { type InputRule, type ReplicateModel, replicateSchemas } from "./replicate-schemas.ts";

/** A complaint about an input: field, type and description, as in `invalid_fields`. */
export type InputProblem = readonly [field: string, type: string, description: string];

const community: ReplicateModel = { output: "list", format: "png" };

/** What is known of a model; a community model for a name that is not known. */
export function findReplicateModel(name: string): ReplicateModel {
  return replicateSchemas.find(([pattern]) => pattern.test(name))?.[1] ?? community;
}

/** Checks an input against the model's schema. */
export function checkReplicateInput(
  model: ReplicateModel,
  input: JsonObject,
): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  if (model.input === undefined) return problems;
  for (const name of ["prompt", ...(model.required ?? [])]) {
    if (input[name] === undefined) problems.push(["input", "required", `${name} is required`]);
  }
  for (const [name, value] of Object.entries(input)) {
    const rule = model.input[name];
    if (rule === undefined) {
      const words = `Additional property ${name} is not allowed`;
      problems.push(["input", "additional_property_not_allowed", words]);
    } else if (value !== undefined) {
      const problem = complaint(name, rule, value);
      if (problem !== undefined) problems.push([`input.${name}`, ...problem]);
    }
  }
  return problems;
}

function complaint(
  name: string,
  rule: InputRule,
  value: JsonValue,
): readonly [type: string, description: string] | undefined {
  switch (rule.kind) {
    case "text":
      return typeof value === "string" ? undefined : wrongType("string", value);
    case "file":
      return wrongFile(value);
    case "flag":
      return typeof value === "boolean" ? undefined : wrongType("boolean", value);
    case "files":
      if (!Array.isArray(value)) return wrongType("array", value);
      if (value.length > rule.most) {
        return ["array_max_items", `Array must have at most ${rule.most} items`];
      }
      return (value as readonly JsonValue[]).map(wrongFile).find((wrong) => wrong !== undefined);
    case "one_of":
      return typeof value === "string" && rule.values.includes(value)
        ? undefined
        : ["enum", `${name} must be one of the following: ${quoted(rule.values)}`];
    case "whole":
    case "number": {
      if (typeof value !== "number") return wrongType(rule.kind, value);
      if (rule.kind === "whole" && !isWhole(value, -Infinity, Infinity)) {
        return wrongType("integer", value);
      }
      if (value < rule.least)
        return ["number_gte", `Must be greater than or equal to ${rule.least}`];
      return value > rule.most
        ? ["number_lte", `Must be less than or equal to ${rule.most}`]
        : undefined;
    }
  }
}

function wrongFile(value: JsonValue): readonly [string, string] | undefined {
  if (typeof value !== "string") return wrongType("string", value);
  return /^(?:https?|data):\S+$/i.test(value)
    ? undefined
    : ["format", "Does not match format 'uri'"];
}

function wrongType(expected: string, value: JsonValue): readonly [string, string] {
  const name = expected === "whole" ? "integer" : expected;
  return ["invalid_type", `Invalid type. Expected: ${name}, given: ${typeof value}`];
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(", ");
}
