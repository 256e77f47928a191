/** What the sandbox knows of a model at Replicate. */
export interface ReplicateModel {
  /** Whether the output is one address or a list of them. */
  readonly output: "one" | "list";
  readonly format: "png" | "jpg" | "webp";
  /** What each input may be. Undefined for a community model, whose schema nobody knows. */
  readonly input?: Readonly<Record<string, InputRule>> | undefined;
  /** What must be there beside the prompt. Default nothing. */
  readonly required?: readonly string[] | undefined;
}

/** What one input may be. */
export type InputRule =
  | { readonly kind: "text" | "flag" | "file" }
  | { readonly kind: "files"; readonly most: number }
  | { readonly kind: "whole" | "number"; readonly least: number; readonly most: number }
  | { readonly kind: "one_of"; readonly values: readonly string[] };

const text: InputRule = { kind: "text" };
const flag: InputRule = { kind: "flag" };
const file: InputRule = { kind: "file" };
const seed: InputRule = { kind: "whole", least: 0, most: Number.MAX_SAFE_INTEGER };
const percent = whole(0, 100);
const ratios = ["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3"];
const wideRatios = [...ratios, "21:9", "9:21"];
const googleRatios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const threeFormats = oneOf("webp", "jpg", "png");
const twoFormats = oneOf("jpg", "png");

/** Input schemas as published (providers' pages, 2025 and 2026). The first name that a pattern matches counts. */
export const replicateSchemas: readonly (readonly [RegExp, ReplicateModel])[] = [
  [
    /^black-forest-labs\/flux-(schnell|dev)$/,
    {
      output: "list",
      format: "webp",
      input: {
        prompt: text,
        aspect_ratio: oneOf(...wideRatios),
        image: file,
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
        image_prompt: file,
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
        image_prompt: file,
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
        input_image: file,
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
  [
    /^black-forest-labs\/flux-fill-pro$/,
    {
      output: "one",
      format: "jpg",
      required: ["image"],
      input: {
        prompt: text,
        image: file,
        mask: file,
        outpaint: text,
        steps: whole(1, 50),
        guidance: number(1.5, 100),
        prompt_upsampling: flag,
        safety_tolerance: whole(1, 6),
        seed,
        output_format: twoFormats,
      },
    },
  ],
  [
    /^ideogram-ai\/ideogram-v[23]/,
    {
      output: "one",
      format: "png",
      input: {
        prompt: text,
        negative_prompt: text,
        aspect_ratio: oneOf(
          ...["1:1", "1:3", "3:1", "1:2", "2:1", "9:16", "16:9", "10:16", "16:10"],
          ...["2:3", "3:2", "3:4", "4:3", "4:5", "5:4"],
        ),
        resolution: text,
        magic_prompt_option: oneOf("Auto", "On", "Off"),
        image: file,
        mask: file,
        style_type: text,
        style_preset: text,
        style_reference_images: { kind: "files", most: 3 },
        seed,
      },
    },
  ],
  [
    /^stability-ai\/stable-diffusion-3\.5-/,
    {
      output: "list",
      format: "webp",
      input: {
        prompt: text,
        negative_prompt: text,
        aspect_ratio: oneOf(...wideRatios),
        cfg: number(0, 20),
        image: file,
        prompt_strength: number(0, 1),
        steps: whole(1, 50),
        seed,
        output_format: threeFormats,
        output_quality: percent,
      },
    },
  ],
];

function oneOf(...values: readonly string[]): InputRule {
  return { kind: "one_of", values };
}

function whole(least: number, most: number): InputRule {
  return { kind: "whole", least, most };
}

function number(least: number, most: number): InputRule {
  return { kind: "number", least, most };
}
