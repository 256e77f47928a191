import type { JsonObject, JsonValue } from "../domain/json.ts";
import type { FalProblem } from "./fal-errors.ts";
import { asObject } from "./read-json.ts";

/** What the sandbox knows of a model at fal. */
export interface FalModel {
  /**
   * What the output has: "flux" tells of time, seed, prompt and safety, "seeded" of
   * the seed, "described" has words, "plain" images alone, "single" one image.
   */
  readonly output: "flux" | "seeded" | "described" | "plain" | "single";
  readonly format: "png" | "jpeg";
  readonly required: readonly string[];
  /** What each input may be. One that is not here is ignored, as fal does. */
  readonly input: Readonly<Record<string, InputRule>>;
}

type InputRule =
  | { readonly kind: "text" | "texts" | "flag" | "size" }
  | { readonly kind: "whole" | "number"; readonly least: number; readonly most: number }
  | { readonly kind: "one_of"; readonly values: readonly string[] };

/** Presets of `image_size` and their pixels. */
export const presetSizes: Readonly<Record<string, readonly [width: number, height: number]>> = {
  square_hd: [1024, 1024],
  square: [512, 512],
  portrait_4_3: [768, 1024],
  portrait_16_9: [576, 1024],
  landscape_4_3: [1024, 768],
  landscape_16_9: [1024, 576],
  auto: [1024, 1024],
  auto_2K: [2048, 2048],
  auto_3K: [3072, 3072],
  auto_4K: [4096, 4096],
};

/** What is known of a model; one that takes anything for a name that is not known. */
export function findFalModel(name: string): FalModel {
  return models.find(([pattern]) => pattern.test(name))?.[1] ?? anyModel;
}

/** Checks an input against the model's schema. fal does so when the job runs, not before. */
export function checkFalInput(model: FalModel, input: JsonObject): readonly FalProblem[] {
  const problems: FalProblem[] = [];
  for (const name of model.required) {
    if (input[name] === undefined) {
      problems.push({ loc: [name], msg: "Field required", type: "missing", input });
    }
  }
  for (const [name, rule] of Object.entries(model.input)) {
    const value = input[name];
    if (value === undefined || value === null) continue;
    const problem = complaint(name, rule, value);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

function complaint(name: string, rule: InputRule, value: JsonValue): FalProblem | undefined {
  const problem = (msg: string, type: string, ctx?: FalProblem["ctx"]): FalProblem => ({
    loc: [name],
    msg,
    type,
    ctx,
    input: value,
  });
  switch (rule.kind) {
    case "text":
      return typeof value === "string"
        ? undefined
        : problem("Input should be a valid string", "string_type");
    case "texts": {
      if (!Array.isArray(value)) return problem("Input should be a valid list", "list_type");
      const wrong = value.findIndex((item) => typeof item !== "string");
      return wrong < 0
        ? undefined
        : { ...problem("Input should be a valid string", "string_type"), loc: [name, wrong] };
    }
    case "flag":
      return typeof value === "boolean"
        ? undefined
        : problem("Input should be a valid boolean", "bool_type");
    case "size":
      return sizeComplaint(name, value);
    case "one_of":
      if (typeof value === "string" && rule.values.includes(value)) return undefined;
      return problem(`Input should be ${quoted(rule.values)}`, "literal_error", {
        expected: quoted(rule.values),
      });
    case "whole":
    case "number":
      if (typeof value !== "number" || (rule.kind === "whole" && !Number.isInteger(value))) {
        return rule.kind === "whole"
          ? problem("Input should be a valid integer", "int_type")
          : problem("Input should be a valid number", "float_type");
      }
      if (value < rule.least) {
        const msg = `Input should be greater than or equal to ${rule.least}`;
        return problem(msg, "greater_than_equal", { ge: rule.least });
      }
      if (value <= rule.most) return undefined;
      return problem(`Input should be less than or equal to ${rule.most}`, "less_than_equal", {
        le: rule.most,
      });
  }
}

function sizeComplaint(name: string, value: JsonValue): FalProblem | undefined {
  const object = asObject(value);
  if (object === undefined) {
    const names = Object.keys(presetSizes);
    return complaint(name, { kind: "one_of", values: names }, value);
  }
  for (const side of ["width", "height"]) {
    const length = object[side] ?? 512;
    const problem = complaint(side, { kind: "whole", least: 1, most: 14142 }, length);
    if (problem !== undefined) return { ...problem, loc: [name, side] };
  }
  return undefined;
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(" or ");
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

const text: InputRule = { kind: "text" };
const texts: InputRule = { kind: "texts" };
const flag: InputRule = { kind: "flag" };
const size: InputRule = { kind: "size" };
const seed = whole(0, Number.MAX_SAFE_INTEGER);
const tolerance = oneOf("1", "2", "3", "4", "5", "6");
const two = oneOf("jpeg", "png");
const three = oneOf("jpeg", "png", "webp");
const fluxRatio = oneOf("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21");
const googleRatios = [
  ...["auto", "21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16"],
  ...["4:1", "1:4", "8:1", "1:8"],
];

const common = { prompt: text, num_images: whole(1, 4), seed, sync_mode: flag };
const open = { ...common, num_inference_steps: whole(1, 50), enable_safety_checker: flag };
const edited = { image_url: text, mask_url: text, strength: number(0.01, 1) };
const prompted = ["prompt"];
const flux2Pro = {
  ...{ prompt: text, seed, sync_mode: flag, image_size: size, output_format: two },
  ...{ enable_safety_checker: flag, safety_tolerance: oneOf("1", "2", "3", "4", "5") },
};
const gptImage = {
  ...common,
  image_size: oneOf("auto", "1024x1024", "1536x1024", "1024x1536"),
  quality: oneOf("low", "medium", "high"),
  background: oneOf("auto", "transparent", "opaque"),
  output_format: three,
};
const qwen = {
  ...open,
  image_size: size,
  num_inference_steps: whole(2, 250),
  negative_prompt: text,
  output_format: three,
};

const ideogram = { ...common, image_size: size, num_images: whole(1, 8), negative_prompt: text };

const anyModel: FalModel = { output: "seeded", format: "png", required: [], input: {} };

/** Input schemas as declared in @fal-ai/client 1.10.1. The first pattern that a name matches counts. */
const models: readonly (readonly [RegExp, FalModel])[] = [
  row(/^fal-ai\/flux\/dev\/image-to-image$/, "flux", "jpeg", ["prompt", "image_url"], {
    ...open,
    ...edited,
    output_format: two,
  }),
  row(/^fal-ai\/flux\/|^fal-ai\/stable-diffusion/, "flux", "jpeg", prompted, {
    ...open,
    image_size: size,
    output_format: two,
  }),
  row(/^fal-ai\/flux-pro\/v1\/fill$/, "flux", "jpeg", ["prompt", "image_url", "mask_url"], {
    ...common,
    ...edited,
    output_format: two,
    safety_tolerance: tolerance,
  }),
  row(/^fal-ai\/flux-pro\/kontext(\/max)?$/, "flux", "jpeg", ["prompt", "image_url"], {
    ...common,
    ...edited,
    aspect_ratio: fluxRatio,
    output_format: two,
    safety_tolerance: tolerance,
  }),
  row(/^fal-ai\/flux-pro\//, "flux", "jpeg", prompted, {
    ...common,
    image_url: text,
    image_urls: texts,
    image_size: size,
    output_format: two,
    safety_tolerance: tolerance,
  }),
  row(/^fal-ai\/flux-2-(pro|flex|max)\/edit$/, "seeded", "jpeg", ["prompt", "image_urls"], {
    ...flux2Pro,
    image_urls: texts,
  }),
  row(/^fal-ai\/flux-2-(pro|flex|max)$/, "seeded", "jpeg", prompted, flux2Pro),
  row(/^fal-ai\/flux-2\/(.+\/)?edit$/, "flux", "png", ["prompt", "image_urls"], {
    ...open,
    image_urls: texts,
    image_size: size,
    output_format: three,
  }),
  row(/^fal-ai\/(flux-2|z-image\/turbo$)/, "flux", "png", prompted, {
    ...open,
    image_size: size,
    output_format: three,
  }),
  row(/^fal-ai\/nano-banana.*\/edit$/, "described", "png", ["prompt", "image_urls"], {
    ...common,
    image_urls: texts,
    aspect_ratio: oneOf(...googleRatios),
    resolution: oneOf("0.5K", "1K", "2K", "4K"),
    output_format: three,
  }),
  row(/^fal-ai\/(nano-banana|imagen4)/, "described", "png", prompted, {
    ...common,
    aspect_ratio: oneOf(...googleRatios),
    resolution: oneOf("0.5K", "1K", "2K", "4K"),
    output_format: three,
    safety_tolerance: tolerance,
  }),
  row(/^fal-ai\/gpt-image.*\/edit$/, "plain", "png", ["prompt", "image_urls"], {
    ...gptImage,
    image_urls: texts,
    mask_image_url: text,
  }),
  row(/^fal-ai\/gpt-image/, "plain", "png", prompted, gptImage),
  row(/^fal-ai\/bytedance\/seedream\/.*\/edit$/, "seeded", "png", ["prompt", "image_urls"], {
    ...common,
    image_urls: texts,
    image_size: size,
  }),
  row(/^fal-ai\/bytedance\/seedream\//, "seeded", "png", prompted, {
    ...common,
    image_size: size,
  }),
  row(/^fal-ai\/recraft\//, "plain", "png", prompted, { prompt: text, image_size: size }),
  row(/^fal-ai\/ideogram\/v3\/edit$/, "seeded", "png", ["prompt", "image_url", "mask_url"], {
    ...common,
    ...edited,
    num_images: whole(1, 8),
  }),
  row(/^fal-ai\/ideogram\/v3\/(remix|replace)/, "seeded", "png", ["prompt", "image_url"], {
    ...ideogram,
    ...edited,
  }),
  row(/^fal-ai\/ideogram\//, "seeded", "png", prompted, ideogram),
  row(/^fal-ai\/qwen-image-(edit-plus|.+\/edit)$/, "flux", "png", ["prompt", "image_urls"], {
    ...qwen,
    image_urls: texts,
  }),
  row(/^fal-ai\/qwen-image-edit$/, "flux", "png", ["prompt", "image_url"], {
    ...qwen,
    image_url: text,
  }),
  row(/^fal-ai\/qwen-image/, "flux", "png", prompted, qwen),
  row(/upscale|aura-sr|super-resolution|esrgan|ccsr/, "single", "png", ["image_url"], {
    image_url: text,
    upscale_factor: number(1, 10),
    scale: number(1, 8),
    seed,
    output_format: oneOf("jpeg", "jpg", "png", "webp"),
  }),
];

function row(
  pattern: RegExp,
  output: FalModel["output"],
  format: FalModel["format"],
  required: FalModel["required"],
  input: FalModel["input"],
): readonly [RegExp, FalModel] {
  return [pattern, { output, format, required, input }];
}
