import type { JsonObject, JsonValue } from "../domain/json.ts";
import { badParameter, type OpenaiError } from "./openai-errors.ts";
import { isWhole } from "./read-json.ts";

/** Which rules a model follows: the retired DALL-E line, GPT-image with three sizes, or with free ones. */
export function imageFamily(model: string): "dall-e" | "fixed" | "free" {
  if (model.startsWith("dall-e")) return "dall-e";
  return /^(gpt-image-1|chatgpt-image)/.test(model) ? "fixed" : "free";
}

/**
 * Checks the body of POST /images/generations, or the fields of an edit, as OpenAI
 * does. Undefined means that it is good.
 */
export function checkOpenaiImages(body: JsonObject, isEdit = false): OpenaiError | undefined {
  const model = body["model"];
  if (typeof model !== "string" || model === "") return missing("model");
  const family = imageFamily(model);
  const rules: Readonly<Record<string, Rule>> = {
    ...(family === "dall-e" ? dallE(model) : gptImage(model, family)),
    ...(isEdit && family === "fixed" ? { input_fidelity: fidelity(model) } : {}),
  };
  for (const [name, value] of Object.entries(body)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      return badParameter(name, "unknown_parameter", `Unknown parameter: '${name}'.`);
    }
    const problem = value === undefined ? undefined : rule(value);
    if (problem !== undefined) return badParameter(name, problem.code, problem.message);
  }
  if (body["prompt"] === undefined) return missing("prompt");
  return together(body);
}

/** What the single fields do not show: which of them go together. */
function together(body: JsonObject): OpenaiError | undefined {
  const format = body["output_format"] ?? "png";
  if (body["background"] === "transparent" && format === "jpeg") {
    return badParameter(
      "background",
      "invalid_value",
      "Transparent background is not supported for jpeg output format.",
    );
  }
  if (Number(body["output_compression"] ?? 100) < 100 && format === "png") {
    return badParameter(
      "output_compression",
      "invalid_value",
      "Compression less than 100 is not supported for PNG output format.",
    );
  }
  if (body["partial_images"] !== undefined && body["stream"] !== true) {
    return badParameter(
      "partial_images",
      "invalid_value",
      "Partial images are only supported when stream is true.",
    );
  }
  return undefined;
}

type Rule = (value: JsonValue) => { readonly code: string; readonly message: string } | undefined;

function gptImage(model: string, family: "fixed" | "free"): Readonly<Record<string, Rule>> {
  const newer = /^gpt-image-2\.[5-9]/.test(model);
  return {
    model: text(100),
    prompt: text(32_000),
    n: whole(1, 10),
    size: family === "free" ? freeSize : oneOf(["1024x1024", "1024x1536", "1536x1024", "auto"]),
    quality: oneOf(["low", "medium", "high", "auto", ...(newer ? ["xhigh", "max"] : [])]),
    background: oneOf(["transparent", "opaque", "auto"]),
    output_format: oneOf(["png", "jpeg", "webp"]),
    output_compression: whole(0, 100),
    moderation: oneOf(["low", "auto"]),
    stream: flag,
    partial_images: whole(0, 3),
    safety_identifier: text(128),
    user: text(512),
    ...(/^gpt-image-2\.6/.test(model) ? { complexity: oneOf(["low", "medium", "high"]) } : {}),
  };
}

/** How closely an edit keeps to its input. Later models always do, and refuse the word. */
function fidelity(model: string): Rule {
  return oneOf(model.startsWith("gpt-image-1-mini") ? ["low"] : ["high", "low"]);
}

function dallE(model: string): Readonly<Record<string, Rule>> {
  const third = model === "dall-e-3";
  return {
    model: text(100),
    prompt: text(third ? 4000 : 1000),
    n: whole(1, third ? 1 : 10),
    size: oneOf(
      third ? ["1024x1024", "1792x1024", "1024x1792"] : ["256x256", "512x512", "1024x1024"],
    ),
    quality: oneOf(third ? ["standard", "hd"] : ["standard"]),
    response_format: oneOf(["url", "b64_json"]),
    user: text(512),
    ...(third ? { style: oneOf(["vivid", "natural"]) } : {}),
  };
}

/** Whether a model with free sizes draws this one. */
export function isFreeSize(width: number, height: number): boolean {
  const ratio = Math.max(width, height) / Math.min(width, height);
  return (
    width % 16 === 0 &&
    height % 16 === 0 &&
    width > 0 &&
    ratio <= 3 &&
    Math.max(width, height) <= 3840 &&
    width * height <= 3840 * 2160
  );
}

const freeSize: Rule = (value) => {
  if (value === "auto") return undefined;
  const [width = 0, height = 0] = String(value).split("x").map(Number);
  return /^\d+x\d+$/.test(String(value)) && isFreeSize(width, height)
    ? undefined
    : {
        code: "invalid_value",
        message: `Invalid size '${String(value)}'. Width and height must be multiples of 16, the aspect ratio between 1:3 and 3:1, and the size at most 3840x2160.`,
      };
};

function oneOf(allowed: readonly string[]): Rule {
  const list = allowed.map((value) => `'${value}'`).join(", ");
  return (value) =>
    typeof value === "string" && allowed.includes(value)
      ? undefined
      : {
          code: "invalid_value",
          message: `Invalid value: '${String(value)}'. Supported values are: ${list}.`,
        };
}

function whole(least: number, most: number): Rule {
  return (value) => {
    if (isWhole(value, least, most)) return undefined;
    if (typeof value !== "number") {
      return { code: "invalid_type", message: "Invalid type: expected an integer." };
    }
    return value > most
      ? {
          code: "integer_above_max_value",
          message: `Integer above maximum value. Expected a value <= ${most}, but got ${value} instead.`,
        }
      : {
          code: "integer_below_min_value",
          message: `Integer below minimum value. Expected a value >= ${least}, but got ${value} instead.`,
        };
  };
}

function text(longest: number): Rule {
  return (value) => {
    if (typeof value !== "string") {
      return { code: "invalid_type", message: "Invalid type: expected a string." };
    }
    return value.length <= longest
      ? undefined
      : {
          code: "string_above_max_length",
          message: `String too long. Expected a string with maximum length ${longest}, but got a string with length ${value.length} instead.`,
        };
  };
}

const flag: Rule = (value) =>
  typeof value === "boolean"
    ? undefined
    : { code: "invalid_type", message: "Invalid type: expected a boolean." };

/** The blame of a parameter that is not there. */
export function missing(name: string): OpenaiError {
  return badParameter(name, "missing_required_parameter", `Missing required parameter: '${name}'.`);
}
