import { describe, expect, it } from "vitest";
import { models } from "../../../src/catalog/models.ts";
import type { ImageOptions } from "../../../src/domain/image-options.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import type { ImageEditTask } from "../../../src/domain/task.ts";
import { replicateInput } from "../../../src/providers/dialects/replicate-input.ts";
import {
  replicateCapabilities,
  replicateEditCapabilities,
} from "../../../src/providers/dialects/replicate-models.ts";
import { imageEditTask } from "../support.ts";

const data = "data:image/png;base64,AQID";
const match = { aspect_ratio: "match_input_image" };
const white = { mask: "white_is_edited", maxInputImages: 1 } as const;
const black = { mask: "black_is_edited", maxInputImages: 1, needsMask: true } as const;

/** How each family takes images, and what of it a plan has to know. */
const rows: readonly (readonly [string, JsonObject, object])[] = [
  ["black-forest-labs/flux-dev", { image: data }, { maxInputImages: 1 }],
  ["black-forest-labs/flux-1.1-pro", { image_prompt: data }, { maxInputImages: 1 }],
  ["black-forest-labs/flux-1.1-pro-ultra", { image_prompt: data }, { maxInputImages: 1 }],
  ["black-forest-labs/flux-fill-pro", { image: data }, { ...white, needsMask: true }],
  ["black-forest-labs/flux-kontext-max", { input_image: data, ...match }, { maxInputImages: 1 }],
  ["black-forest-labs/flux-2-pro", { input_images: [data], ...match }, { maxInputImages: 8 }],
  ["black-forest-labs/flux-2-max", { input_images: [data], ...match }, { maxInputImages: 8 }],
  ["black-forest-labs/flux-2-flex", { input_images: [data], ...match }, { maxInputImages: 10 }],
  ["black-forest-labs/flux-2-dev", { input_images: [data], ...match }, { maxInputImages: 5 }],
  ["google/nano-banana", { image_input: [data], ...match }, { maxInputImages: 14 }],
  ["google/nano-banana-pro", { image_input: [data], ...match }, { maxInputImages: 14 }],
  ["openai/gpt-image-1.5", { input_images: [data] }, { maxInputImages: 16 }],
  ["openai/gpt-image-2", { input_images: [data] }, { maxInputImages: 16 }],
  ["bytedance/seedream-4", { image_input: [data], ...match }, { maxInputImages: 10 }],
  ["bytedance/seedream-4.5", { image_input: [data], ...match }, { maxInputImages: 14 }],
  ["ideogram-ai/ideogram-v2", { image: data }, black],
  ["ideogram-ai/ideogram-v3-quality", { image: data }, black],
  ["stability-ai/stable-diffusion-3.5-large", { image: data }, { maxInputImages: 1 }],
  ["stability-ai/stable-diffusion-3.5-medium", { image: data }, { maxInputImages: 1 }],
  ["stability-ai/sdxl:5c7d5dc6", { image: data }, white],
  ["black-forest-labs/flux-schnell", {}, { maxInputImages: 0 }],
  ["google/imagen-4", {}, { maxInputImages: 0 }],
  ["somebody/unknown", {}, { maxInputImages: 0 }],
];

function inputFor(model: string, parts: Partial<ImageEditTask> = {}): JsonObject {
  const task = imageEditTask({ options: {} as ImageOptions, ...parts });
  return JSON.parse(JSON.stringify(replicateInput(task, model)));
}

describe("an edit on Replicate", () => {
  it.each(rows)("by %s has its image as %j", (model, keys, known) => {
    expect(inputFor(model)).toEqual({ prompt: "a boat", ...keys });
    const capabilities = replicateEditCapabilities(model);
    expect(capabilities).toMatchObject({
      ...known,
      inputUrls: true,
      inputFile: { maxBytes: 104_857_600 },
    });
    if (!("mask" in known)) expect(capabilities.mask).toBeUndefined();
    if (!("needsMask" in known)) expect(capabilities.needsMask).toBeFalsy();
  });

  it("leaves addresses as they are, and sends a mask only where there is one", () => {
    const image = { kind: "url", url: "https://example.com/a.png", mimeType: "" } as const;
    const parts = { images: [image], mask: image };
    expect(inputFor("stability-ai/sdxl", parts)).toMatchObject({
      image: image.url,
      mask: image.url,
    });
    expect(inputFor("google/nano-banana", parts)).not.toHaveProperty("mask");
  });

  it("has the shape that is asked for, where the model gives it one", () => {
    const options: ImageOptions = {
      count: 1,
      size: { kind: "aspect_ratio", width: 16, height: 9 },
    };
    const kontext = "black-forest-labs/flux-kontext-pro";
    expect(inputFor(kontext, { options })).toMatchObject({ aspect_ratio: "16:9" });
    expect(replicateEditCapabilities(kontext).size).toEqual(replicateCapabilities(kontext).size);
  });

  it.each(["black-forest-labs/flux-dev", "ideogram-ai/ideogram-v3-turbo", "stability-ai/sdxl"])(
    "by %s has the shape of its input, whatever is asked",
    (model) => {
      const { size, resolutions } = replicateEditCapabilities(model);
      expect([size, resolutions]).toEqual([undefined, undefined]);
      expect(replicateCapabilities(model).size).toBeDefined();
    },
  );

  it("is listed for exactly those models that take images", () => {
    const offers = models.flatMap((model) => model.offers);
    for (const { provider, upstreamModel, operations } of offers) {
      if (provider !== "replicate") continue;
      const most = replicateEditCapabilities(upstreamModel).maxInputImages ?? 0;
      expect(operations.includes("image_edit"), upstreamModel).toBe(most > 0);
    }
  });
});
