import type { JsonObject, JsonValue } from "../domain/json.ts";
import { isWhole } from "./read-json.ts";

/** What the sandbox knows of a model at Replicate. */
export interface ReplicateModel {
  /** Whether the output is one address or a list of them. */
  readonly output: "one" | "list";
  readonly format: "png" | "jpg" | "webp";
  /** What each input may be. Undefined for a community model, whose schema nobody knows. */
  readonly input?: Readonly<Record<string, InputRule>> | undefined;
}

/** What one input may be. */
export type InputRule =
  | { readonly kind: "text" | "flag" | "file" }
  | { readonly kind: "files"; readonly most: number }
  | { readonly kind: "whole" | "number"; readonly least: number; readonly most: number }
  | { readonly kind: "one_of"; readonly values: readonly string[] };

/** A complaint about an input: field, type and description, as in `invalid_fields`. */
export type InputProblem = readonly [field: string, type: string, description: string];

const text: InputRule = { kind: "text" };
const flag: InputRule = { kind: "flag" };
const seed: InputRule = { kind: "whole", least: 0, most: Number.MAX_SAFE_INTEGER };
const percent = whole(0, 100);
const ratios = ["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3"];
const wideRatios = [...ratios, "21:9", "9:21"];
const googleRatios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const threeFormats = oneOf("webp", "jpg", "png");
const twoFormats = oneOf("jpg", "png");

/** Input schemas as published (providers' pages, 2025 and 2026). The first name that a pattern matches counts. */
const models: readonly (readonly [RegExp, ReplicateModel])[] = [
  [
    /^black-forest-labs\/flux-(schnell|dev)$/,
    {
      output: "list",
      format: "webp",
      input: {
        prompt: text,
        aspect_ratio: oneOf(...wideRatios),
        image: { kind: "file" },
        prompt_strength: number(0, 1),
        num_outputs: whole(1, 4),
        num_inference_steps: whole(1, 50),
        guidance: number(0, 10),
        seed,
        output_format: threeFormats,
        output_quality: percent,
        disable_safety_checker: flag,
        go_fast: flag,
        megapixels: oneOf("1", "0.25"),
      },
    },
  ],
  [
    /^black-forest-labs\/flux-1\.1-pro-ultra$/,
    {
      output: "one",
      format: "jpg",
      input: {
        prompt: text,
        image_prompt: { kind: "file" },
        image_prompt_strength: number(0, 1),
        aspect_ratio: oneOf(...wideRatios),
        safety_tolerance: whole(1, 6),
        seed,
        raw: flag,
        output_format: twoFormats,
      },
    },
  ],
  [
    /^black-forest-labs\/flux-1\.1-pro$/,
    {
      output: "one",
      format: "webp",
      input: {
        prompt: text,
        image_prompt: { kind: "file" },
        aspect_ratio: oneOf("custom", ...ratios),
        width: whole(256, 1440),
        height: whole(256, 1440),
        safety_tolerance: whole(1, 6),
        seed,
        prompt_upsampling: flag,
        output_format: threeFormats,
        output_quality: percent,
      },
    },
  ],
  [
    /^black-forest-labs\/flux-kontext-/,
    {
      output: "one",
      format: "png",
      input: {
        prompt: text,
        input_image: { kind: "file" },
        aspect_ratio: oneOf("match_input_image", ...wideRatios, "2:1", "1:2"),
        seed,
        output_format: twoFormats,
        safety_tolerance: whole(0, 6),
        prompt_upsampling: flag,
      },
    },
  ],
  [
    /^black-forest-labs\/flux-2-/,
    {
      output: "one",
      format: "webp",
      input: {
        prompt: text,
        input_images: { kind: "files", most: 10 },
        aspect_ratio: oneOf("match_input_image", "custom", ...ratios),
        resolution: oneOf("match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"),
        width: whole(256, 2048),
        height: whole(256, 2048),
        safety_tolerance: whole(1, 5),
        seed,
        steps: whole(1, 50),
        guidance: number(0, 10),
        prompt_upsampling: flag,
        go_fast: flag,
        disable_safety_checker: flag,
        output_format: threeFormats,
        output_quality: percent,
      },
    },
  ],
  [
    /^google\/imagen-4/,
    {
      output: "one",
      format: "jpg",
      input: {
        prompt: text,
        aspect_ratio: oneOf("1:1", "9:16", "16:9", "3:4", "4:3"),
        safety_filter_level: oneOf(
          "block_low_and_above",
          "block_medium_and_above",
          "block_only_high",
        ),
        image_size: oneOf("1K", "2K"),
        output_format: twoFormats,
      },
    },
  ],
  [
    /^google\/nano-banana/,
    {
      output: "one",
      format: "jpg",
      input: {
        prompt: text,
        image_input: { kind: "files", most: 14 },
        aspect_ratio: oneOf("match_input_image", ...googleRatios),
        resolution: oneOf("1K", "2K", "4K"),
        output_format: twoFormats,
        safety_filter_level: text,
        allow_fallback_model: flag,
        google_search: flag,
        image_search: flag,
      },
    },
  ],
  [
    /^openai\/gpt-image-/,
    {
      output: "list",
      format: "webp",
      input: {
        prompt: text,
        aspect_ratio: oneOf("1:1", "3:2", "2:3"),
        quality: oneOf("low", "medium", "high", "auto"),
        background: oneOf("auto", "transparent", "opaque"),
        moderation: oneOf("auto", "low"),
        input_images: { kind: "files", most: 16 },
        input_fidelity: oneOf("low", "high"),
        number_of_images: whole(1, 10),
        output_format: oneOf("png", "jpeg", "webp"),
        output_compression: percent,
        user_id: text,
        openai_api_key: text,
      },
    },
  ],
  [
    /^bytedance\/seedream-/,
    {
      output: "list",
      format: "jpg",
      input: {
        prompt: text,
        image_input: { kind: "files", most: 14 },
        size: oneOf("1K", "2K", "3K", "4K", "custom"),
        aspect_ratio: oneOf("match_input_image", ...ratios, "21:9"),
        width: whole(1024, 4096),
        height: whole(1024, 4096),
        sequential_image_generation: oneOf("disabled", "auto"),
        max_images: whole(1, 15),
        enhance_prompt: flag,
        output_format: oneOf("png", "jpeg"),
      },
    },
  ],
];

const community: ReplicateModel = { output: "list", format: "png" };

/** What is known of a model; a community model for a name that is not known. */
export function findReplicateModel(name: string): ReplicateModel {
  return models.find(([pattern]) => pattern.test(name))?.[1] ?? community;
}

/** Checks an input against the model's schema. */
export function checkReplicateInput(
  model: ReplicateModel,
  input: JsonObject,
): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  if (model.input === undefined) return problems;
  if (input["prompt"] === undefined) {
    problems.push(["input", "required", "prompt is required"]);
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
    case "file":
      return typeof value === "string" ? undefined : wrongType("string", value);
    case "flag":
      return typeof value === "boolean" ? undefined : wrongType("boolean", value);
    case "files":
      if (!Array.isArray(value)) return wrongType("array", value);
      return value.length <= rule.most
        ? undefined
        : ["array_max_items", `Array must have at most ${rule.most} items`];
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

function wrongType(expected: string, value: JsonValue): readonly [string, string] {
  const name = expected === "whole" ? "integer" : expected;
  return ["invalid_type", `Invalid type. Expected: ${name}, given: ${typeof value}`];
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(", ");
}

function oneOf(...values: readonly string[]): InputRule {
  return { kind: "one_of", values };
}

function whole(least: number, most: number): InputRule {
  return { kind: "whole", least, most };
}

function number(least: number, most: number): InputRule {
  return { kind: "number", least, most };
}
