import { describe, expect, it } from "vitest";
import type { ImageCapabilities } from "../../../src/domain/capabilities.ts";
import type { ImageOptions, ImageSize } from "../../../src/domain/image-options.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import { replicateInput } from "../../../src/providers/dialects/replicate-input.ts";
import {
  isOfficialModel,
  replicateCapabilities,
  replicateDraws,
} from "../../../src/providers/dialects/replicate-models.ts";

/** Everything that each family can be asked, and the keys that its schema has for it. */
const rows: readonly (readonly [string, JsonObject])[] = [
  [
    "black-forest-labs/flux-schnell",
    {
      aspect_ratio: "1:1",
      megapixels: "1",
      num_outputs: 4,
      output_format: "jpg",
      output_quality: 80,
      seed: 7,
    },
  ],
  [
    "black-forest-labs/flux-1.1-pro",
    {
      aspect_ratio: "custom",
      width: 1440,
      height: 1440,
      output_format: "jpg",
      output_quality: 80,
      seed: 7,
    },
  ],
  ["black-forest-labs/flux-1.1-pro-ultra", { aspect_ratio: "1:1", output_format: "jpg", seed: 7 }],
  ["black-forest-labs/flux-kontext-max", { aspect_ratio: "1:1", output_format: "jpg", seed: 7 }],
  [
    "black-forest-labs/flux-2-pro",
    {
      aspect_ratio: "custom",
      width: 2048,
      height: 2048,
      output_format: "jpg",
      output_quality: 80,
      seed: 7,
    },
  ],
  [
    "black-forest-labs/flux-2-dev",
    {
      aspect_ratio: "custom",
      width: 1440,
      height: 1440,
      output_format: "jpg",
      output_quality: 80,
      seed: 7,
    },
  ],
  ["google/imagen-4-fast", { aspect_ratio: "1:1", output_format: "jpg" }],
  ["google/nano-banana", { aspect_ratio: "1:1", output_format: "jpg" }],
  ["google/nano-banana-pro", { aspect_ratio: "1:1", resolution: "4K", output_format: "jpg" }],
  [
    "openai/gpt-image-1.5",
    {
      aspect_ratio: "1:1",
      number_of_images: 10,
      output_format: "jpeg",
      output_compression: 80,
      quality: "high",
      background: "opaque",
    },
  ],
  [
    "openai/gpt-image-2",
    {
      aspect_ratio: "1:1",
      output_format: "jpeg",
      output_compression: 80,
      quality: "high",
      background: "opaque",
    },
  ],
  ["bytedance/seedream-5-lite", { aspect_ratio: "1:1", size: "2K", output_format: "jpeg" }],
  ["bytedance/seedream-4", { aspect_ratio: "1:1", size: "4K" }],
  ["bytedance/seedream-4.5", { aspect_ratio: "1:1", size: "4K" }],
  ["ideogram-ai/ideogram-v2", { aspect_ratio: "1:1", seed: 7, negative_prompt: "cups" }],
  ["ideogram-ai/ideogram-v2a-turbo", { aspect_ratio: "1:1", seed: 7 }],
  ["ideogram-ai/ideogram-v3-quality", { aspect_ratio: "1:1", seed: 7 }],
  ["recraft-ai/recraft-v3", { size: "1024x1024" }],
  [
    "stability-ai/stable-diffusion-3.5-large",
    { aspect_ratio: "1:1", output_format: "jpg", output_quality: 80, seed: 7 },
  ],
  [
    "stability-ai/stable-diffusion-3.5-large-turbo",
    { aspect_ratio: "1:1", output_format: "jpg", seed: 7 },
  ],
  [
    "stability-ai/stable-diffusion-3.5-medium",
    { aspect_ratio: "1:1", output_format: "jpg", seed: 7, negative_prompt: "cups" },
  ],
  [
    "stability-ai/sdxl:5c7d5dc6",
    { width: 1536, height: 1536, num_outputs: 4, seed: 7, negative_prompt: "cups" },
  ],
  ["somebody/unknown", {}],
  ["recraft-ai/recraft-v4", {}],
  ["recraft-ai/recraft-v4-pro", {}],
];

describe("a model on Replicate", () => {
  it.each(rows)("%s is sent all that it can be asked, in its keys", (upstreamModel, keys) => {
    const capabilities = replicateCapabilities(upstreamModel);
    const input = inputFor(upstreamModel, optionsFor(capabilities));
    expect(input).toEqual({ prompt: "a teapot", ...keys });
  });

  it.each(rows)("%s is sent only what it can be asked", (upstreamModel, keys) => {
    const greedy: ImageOptions = {
      count: 4,
      size: { kind: "aspect_ratio", width: 1, height: 1 },
      resolution: "2K",
      quality: "high",
      background: "transparent",
      seed: 7,
      format: "avif",
      compression: 50,
      delivery: "bytes",
    };
    const allowed = new Set(["prompt", ...Object.keys(keys), "width", "height"]);
    const unknown = Object.keys(inputFor(upstreamModel, greedy)).filter((key) => !allowed.has(key));
    expect(unknown).toEqual([]);
  });

  it("gets a count of 1 too, since some draw more by default", () => {
    expect(inputFor("black-forest-labs/flux-dev", { count: 1 })).toEqual({
      prompt: "a teapot",
      num_outputs: 1,
    });
  });

  it("answers with addresses, one image a call unless it can do more", () => {
    expect(replicateCapabilities("somebody/unknown")).toMatchObject({
      maxCountPerCall: 1,
      delivery: "url",
      formats: [],
      resolutions: [],
    });
  });

  it("is asked to draw unless it is known to want an image", () => {
    expect(replicateDraws("black-forest-labs/flux-fill-pro")).toBe(false);
    expect(replicateDraws("black-forest-labs/flux-dev")).toBe(true);
    expect(replicateDraws("somebody/unknown")).toBe(true);
  });

  it("is official when it is named without a version", () => {
    const names = ["google/imagen-4", "stability-ai/sdxl:5c7d5dc6", "5c7d5dc6", "a/b/c", "a/.."];
    expect(names.map(isOfficialModel)).toEqual([true, false, false, false, false]);
  });

  it("compresses every format but PNG", () => {
    const { compressibleFormats } = replicateCapabilities("black-forest-labs/flux-dev");
    expect(compressibleFormats).toEqual(["jpeg", "webp"]);
    expect(replicateCapabilities("google/nano-banana").compressibleFormats).toBeUndefined();
  });
});

/** The most of everything. */
function optionsFor(capabilities: ImageCapabilities): ImageOptions {
  return {
    count: capabilities.maxCountPerCall,
    size: sizeFor(capabilities),
    resolution: capabilities.resolutions?.at(-1),
    quality: capabilities.qualities?.at(-1),
    background: capabilities.backgrounds?.at(-1),
    seed: capabilities.seed ? 7 : undefined,
    format: capabilities.formats?.includes("jpeg") ? "jpeg" : undefined,
    compression: capabilities.compressibleFormats?.includes("jpeg") ? 80 : undefined,
  };
}

function sizeFor({ size }: ImageCapabilities): ImageSize | undefined {
  switch (size?.kind) {
    case undefined:
      return undefined;
    case "ratio":
      expect(size.ratios).toContain("1:1");
      return { kind: "aspect_ratio", width: 1, height: 1 };
    case "free":
      return { kind: "pixels", width: size.maxEdge, height: size.maxEdge };
    case "listed": {
      const [width = 0, height = 0] = (size.sizes[0] ?? "").split("x").map(Number);
      return { kind: "pixels", width, height };
    }
  }
}

function inputFor(upstreamModel: string, options: ImageOptions): object {
  const negativePrompt = "cups";
  const task = { operation: "text_to_image", prompt: "a teapot", negativePrompt, options } as const;
  return JSON.parse(JSON.stringify(replicateInput(task, upstreamModel)));
}
