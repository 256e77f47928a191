import { describe, expect, it } from "vitest";
import { models as catalog } from "../../../src/catalog/models.ts";
import type { ImageCapabilities } from "../../../src/domain/capabilities.ts";
import type { ImageOptions, ImageSize } from "../../../src/domain/image-options.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import type { ImageEditTask, ImageTask, ImageUpscaleTask } from "../../../src/domain/task.ts";
import { falInput } from "../../../src/providers/dialects/fal-input.ts";
import {
  falCapabilities,
  falDraws,
  falEnlarges,
  falModel,
} from "../../../src/providers/dialects/fal-models.ts";
import { textToImageTask } from "../support.ts";

const url = "https://images.example/a.png";
const oneUrl = { image_url: url };
const flux = {
  image_size: { width: 1440, height: 1440 },
  num_images: 4,
  output_format: "jpeg",
  seed: 7,
};
const fluxRatio = { aspect_ratio: "1:1", num_images: 4, output_format: "jpeg", seed: 7 };
const flux2 = { image_size: { width: 2048, height: 2048 }, output_format: "jpeg", seed: 7 };
const banana = { aspect_ratio: "1:1", num_images: 4, output_format: "jpeg", seed: 7 };
const gpt = {
  image_size: "1024x1024",
  num_images: 4,
  output_format: "jpeg",
  quality: "high",
  background: "opaque",
};
const seedream = { image_size: { width: 4096, height: 4096 }, num_images: 4, seed: 7 };
const qwen = { ...flux2, num_images: 4 };

/** Everything that each family can be asked for, and the keys that its schema has for it. */
const draws: readonly (readonly [string, JsonObject])[] = [
  ["fal-ai/flux/schnell", flux],
  ["fal-ai/flux/dev", flux],
  ["fal-ai/flux-pro/v1.1", flux],
  ["fal-ai/flux-pro/v1.1-ultra", fluxRatio],
  ["fal-ai/flux-pro/kontext/text-to-image", fluxRatio],
  ["fal-ai/flux-pro/kontext/max/text-to-image", fluxRatio],
  ["fal-ai/flux-2", { ...flux2, num_images: 4 }],
  ["fal-ai/flux-2/turbo", { ...flux2, num_images: 4 }],
  ["fal-ai/flux-2/flash", { ...flux2, num_images: 4 }],
  ["fal-ai/flux-2/klein/4b", { ...flux2, num_images: 4 }],
  ["fal-ai/flux-2/klein/9b", { ...flux2, num_images: 4 }],
  ["fal-ai/flux-2-pro", flux2],
  ["fal-ai/flux-2-flex", flux2],
  ["fal-ai/flux-2-max", flux2],
  ["fal-ai/nano-banana", banana],
  ["fal-ai/nano-banana-pro", { ...banana, resolution: "4K" }],
  ["fal-ai/nano-banana-2", { ...banana, resolution: "4K" }],
  ["fal-ai/gpt-image-1.5", gpt],
  ["fal-ai/gpt-image-1-mini", gpt],
  ["fal-ai/imagen4/preview", { ...banana, resolution: "2K" }],
  ["fal-ai/imagen4/preview/ultra", { ...banana, resolution: "2K" }],
  ["fal-ai/imagen4/preview/fast", banana],
  [
    "fal-ai/bytedance/seedream/v3/text-to-image",
    { image_size: { width: 2048, height: 2048 }, num_images: 4, seed: 7 },
  ],
  ["fal-ai/bytedance/seedream/v4/text-to-image", seedream],
  ["fal-ai/bytedance/seedream/v4.5/text-to-image", seedream],
  [
    "fal-ai/bytedance/seedream/v5/lite/text-to-image",
    { image_size: { width: 4096, height: 4096 }, num_images: 4 },
  ],
  [
    "fal-ai/ideogram/v3",
    { image_size: "square_hd", num_images: 8, seed: 7, negative_prompt: "cups" },
  ],
  ["fal-ai/recraft/v3/text-to-image", { image_size: "square_hd" }],
  ["fal-ai/recraft/v4/text-to-image", { image_size: "square_hd" }],
  ["fal-ai/recraft/v4/pro/text-to-image", { image_size: "square_hd" }],
  ["fal-ai/qwen-image", { ...qwen, negative_prompt: "cups" }],
  ["fal-ai/qwen-image-2512", { ...qwen, negative_prompt: "cups" }],
  ["fal-ai/qwen-image-2/text-to-image", { ...qwen, negative_prompt: "cups" }],
  ["fal-ai/qwen-image-2/pro/text-to-image", { ...qwen, negative_prompt: "cups" }],
  ["fal-ai/qwen-image-max/text-to-image", { ...qwen, negative_prompt: "cups" }],
  ["fal-ai/z-image/turbo", { ...flux2, num_images: 4 }],
  [
    "fal-ai/stable-diffusion-v35-large",
    { ...flux, image_size: { width: 1536, height: 1536 }, negative_prompt: "cups" },
  ],
  ["somebody/unknown", {}],
];

const edits: readonly (readonly [string, JsonObject])[] = [
  ["fal-ai/flux/dev/image-to-image", { ...oneUrl, num_images: 4, output_format: "jpeg", seed: 7 }],
  ["fal-ai/flux-pro/v1.1-ultra", { ...fluxRatio, ...oneUrl }],
  [
    "fal-ai/flux-pro/v1/fill",
    { ...oneUrl, mask_url: url, num_images: 4, output_format: "jpeg", seed: 7 },
  ],
  ["fal-ai/flux-pro/kontext", { ...fluxRatio, ...oneUrl }],
  ["fal-ai/flux-pro/kontext/max", { ...fluxRatio, ...oneUrl }],
  ["fal-ai/flux-pro/kontext/multi", { ...fluxRatio, image_urls: urls(4) }],
  ["fal-ai/flux-2/edit", { ...flux2, num_images: 4, image_urls: urls(4) }],
  ["fal-ai/flux-2/turbo/edit", { ...flux2, num_images: 4, image_urls: urls(4) }],
  ["fal-ai/flux-2/flash/edit", { ...flux2, num_images: 4, image_urls: urls(4) }],
  ["fal-ai/flux-2/klein/4b/edit", { ...flux2, num_images: 4, image_urls: urls(4) }],
  ["fal-ai/flux-2/klein/9b/edit", { ...flux2, num_images: 4, image_urls: urls(4) }],
  ["fal-ai/flux-2-pro/edit", { ...flux2, image_urls: urls(9) }],
  ["fal-ai/nano-banana/edit", { ...banana, image_urls: urls(10) }],
  ["fal-ai/nano-banana-pro/edit", { ...banana, resolution: "4K", image_urls: urls(14) }],
  ["fal-ai/nano-banana-2/edit", { ...banana, resolution: "4K", image_urls: urls(14) }],
  ["fal-ai/gpt-image-1.5/edit", { ...gpt, image_urls: urls(16), mask_image_url: url }],
  ["fal-ai/gpt-image-1-mini/edit", { ...gpt, image_urls: urls(16) }],
  ["fal-ai/bytedance/seedream/v4/edit", { ...seedream, image_urls: urls(10) }],
  ["fal-ai/bytedance/seedream/v4.5/edit", { ...seedream, image_urls: urls(10) }],
  [
    "fal-ai/bytedance/seedream/v5/lite/edit",
    { image_size: { width: 4096, height: 4096 }, num_images: 4, image_urls: urls(10) },
  ],
  ["fal-ai/ideogram/v3/edit", { ...oneUrl, mask_url: url, num_images: 8, seed: 7 }],
  ["fal-ai/ideogram/v3/remix", { ...oneUrl, image_size: "square_hd", num_images: 8, seed: 7 }],
  ["fal-ai/ideogram/v3/replace-background", { ...oneUrl, num_images: 8, seed: 7 }],
  ["fal-ai/qwen-image-edit", { ...qwen, ...oneUrl }],
  ["fal-ai/qwen-image-edit-plus", { ...qwen, image_urls: urls(3) }],
  ["fal-ai/qwen-image-2/edit", { ...qwen, image_urls: urls(3) }],
  ["fal-ai/qwen-image-2/pro/edit", { ...qwen, image_urls: urls(3) }],
  ["fal-ai/qwen-image-max/edit", { ...qwen, image_urls: urls(3) }],
  ["somebody/unknown", oneUrl],
];

const upscales: readonly (readonly [string, JsonObject])[] = [
  ["fal-ai/clarity-upscaler", { upscale_factor: 4, seed: 7 }],
  ["fal-ai/flux-vision-upscaler", { upscale_factor: 4, seed: 7 }],
  ["fal-ai/topaz/upscale/image", { upscale_factor: 4, output_format: "jpeg" }],
  ["fal-ai/seedvr/upscale/image", { upscale_factor: 10, output_format: "jpg", seed: 7 }],
  ["fal-ai/aura-sr", { upscale_factor: 4 }],
  ["fal-ai/drct-super-resolution", { upscale_factor: 4 }],
  ["fal-ai/esrgan", { scale: 8, output_format: "jpeg" }],
  ["fal-ai/ccsr", { scale: 4, seed: 7 }],
  ["somebody/unknown", { upscale_factor: 16 }],
];

describe("a model on fal", () => {
  it.each(draws)("%s is sent all that it can be asked to draw, in its keys", (model, keys) => {
    const task = { ...textToImageTask(most(model)), negativePrompt: "cups" };
    expect(inputFor(task, model)).toEqual({ prompt: "a boat", ...keys });
  });

  it.each(edits)("%s is sent all that it can be asked to edit, in its keys", (model, keys) => {
    expect(inputFor(editTask(model), model)).toEqual({ prompt: "a boat", ...keys });
  });

  it.each(upscales)(
    "%s is sent all that it can be asked to enlarge, in its keys",
    (model, keys) => {
      const scaleFactor = falCapabilities(model).scaleFactors?.at(-1) ?? 16;
      const task: ImageUpscaleTask = {
        operation: "image_upscale",
        image: { kind: "url", url, mimeType: "" },
        scaleFactor,
        options: { ...most(model), count: 1 },
      };
      expect(inputFor(task, model)).toEqual({ image_url: url, ...keys });
    },
  );

  it.each(draws)("%s is sent only what it can be asked", (model, keys) => {
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
    const task = { ...textToImageTask(greedy), negativePrompt: "cups" };
    const allowed = ["prompt", ...Object.keys(keys)];
    expect(allowed).toEqual(expect.arrayContaining(Object.keys(inputFor(task, model))));
  });

  it.each([
    ["1:1", "square_hd"],
    ["4:3", "landscape_4_3"],
    ["3:4", "portrait_4_3"],
    ["16:9", "landscape_16_9"],
    ["9:16", "portrait_16_9"],
  ])("calls %s %s where it takes words for shapes", (ratio, word) => {
    const [width = 0, height = 0] = ratio.split(":").map(Number);
    const task = textToImageTask({ size: { kind: "aspect_ratio", width, height } });
    expect(inputFor(task, "fal-ai/recraft/v3/text-to-image")).toHaveProperty("image_size", word);
    const { size } = falCapabilities("fal-ai/recraft/v3/text-to-image");
    expect(size).toMatchObject({ kind: "ratio", ratios: expect.arrayContaining([ratio]) });
  });

  it("reads masks as its family does", () => {
    const maskOf = (model: string) => falCapabilities(model).mask;
    expect(maskOf("fal-ai/flux-pro/v1/fill")).toBe("white_is_edited");
    expect(maskOf("fal-ai/ideogram/v3/edit")).toBe("black_is_edited");
    expect(maskOf("fal-ai/gpt-image-1.5/edit")).toBe("transparent_is_edited");
    expect(maskOf("fal-ai/nano-banana/edit")).toBeUndefined();
  });

  it("makes no edit without a mask where its schema wants one", () => {
    const needsMask = (model: string) => falCapabilities(model).needsMask ?? false;
    expect(needsMask("fal-ai/flux-pro/v1/fill")).toBe(true);
    expect(needsMask("fal-ai/ideogram/v3/edit")).toBe(true);
    expect(needsMask("fal-ai/gpt-image-1.5/edit")).toBe(false);
  });

  it.each([
    ["fal-ai/flux/schnell", true, false],
    ["fal-ai/flux-pro/v1.1-ultra", true, false],
    ["fal-ai/flux-pro/kontext/text-to-image", true, false],
    ["fal-ai/flux-pro/kontext", false, false],
    ["fal-ai/flux/dev/image-to-image", false, false],
    ["fal-ai/nano-banana/edit", false, false],
    ["fal-ai/esrgan", false, true],
    ["somebody/unknown", true, true],
  ])("%s may be asked to draw: %s, and to enlarge: %s", (model, draws, enlarges) => {
    expect([falDraws(model), falEnlarges(model)]).toEqual([draws, enlarges]);
  });

  it("takes no image that it would ignore", () => {
    expect(falCapabilities("fal-ai/flux/schnell").maxInputImages).toBe(0);
    expect(falCapabilities("somebody/unknown").maxInputImages).toBe(1);
  });

  it("is handed bytes as a data URL", () => {
    const bytes = Buffer.from([0xff, 0xd8, 0xff]);
    const task: ImageEditTask = {
      ...editTask("fal-ai/flux-pro/kontext"),
      images: [{ kind: "bytes", bytes, mimeType: "image/jpeg" }],
    };
    expect(inputFor(task, "fal-ai/flux-pro/kontext")).toHaveProperty(
      "image_url",
      "data:image/jpeg;base64,/9j/",
    );
  });

  it("is in the table when it is in the catalogue", () => {
    const offered = catalog
      .flatMap(({ offers }) => offers)
      .filter(({ provider }) => provider === "fal");
    expect(offered.length).toBeGreaterThan(30);
    for (const { upstreamModel, operations } of offered) {
      const model = falModel(upstreamModel);
      expect(model.names).toContain(upstreamModel);
      if (operations.includes("text_to_image")) expect(falDraws(upstreamModel)).toBe(true);
      if (operations.includes("image_edit")) expect(model.images).toBeDefined();
      if (operations.includes("image_upscale")) expect(model.scale).toBeDefined();
    }
  });
});

function urls(count: number): string[] {
  return Array.from({ length: count }, () => url);
}

function editTask(model: string): ImageEditTask {
  const { maxInputImages = 1, mask } = falCapabilities(model);
  const image = { kind: "url", url, mimeType: "" } as const;
  return {
    operation: "image_edit",
    prompt: "a boat",
    images: Array.from({ length: maxInputImages }, () => image),
    mask: mask && image,
    maskPolarity: mask ?? "white_is_edited",
    options: most(model),
  };
}

/** The most of everything. */
function most(model: string): ImageOptions {
  const capabilities = falCapabilities(model);
  return {
    count: capabilities.maxCountPerCall,
    size: sizeFor(capabilities),
    resolution: capabilities.resolutions?.at(-1),
    quality: capabilities.qualities?.at(-1),
    background: capabilities.backgrounds?.at(-1),
    seed: capabilities.seed ? 7 : undefined,
    format: capabilities.formats?.includes("jpeg") ? "jpeg" : undefined,
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

function inputFor(task: ImageTask, model: string): object {
  return JSON.parse(JSON.stringify(falInput(task, model)));
}
