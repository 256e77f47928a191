import type { SizeCapability } from "../../domain/capabilities.ts";
import type { ReplicateInputs, ReplicateModel } from "./replicate-model.ts";

function ratio(...ratios: readonly string[]): SizeCapability {
  return { kind: "ratio", ratios };
}

type MoreOfInputs = Omit<ReplicateInputs, "key" | "list" | "max">;

function one(key: string, more: MoreOfInputs = {}): ReplicateInputs {
  return { key, list: false, max: 1, ...more };
}

function many(key: string, max: number, more: MoreOfInputs = {}): ReplicateInputs {
  return { key, list: true, max, ...more };
}

/** Any size in steps of 32, the coarser of the two that the models have had. */
function pixels(minEdge: number, maxEdge: number): SizeCapability {
  return {
    kind: "free",
    multipleOf: 32,
    minEdge,
    maxEdge,
    minPixels: minEdge * minEdge,
    maxPixels: maxEdge * maxEdge,
    maxRatio: maxEdge / minEdge,
  };
}

const jpg = { jpeg: "jpg", png: "png" } as const;
const jpgOrWebp = { ...jpg, webp: "webp" } as const;

const fluxRatios = ratio(
  ...["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"],
);
const sd3Ratios = ratio("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "9:16", "9:21");
const ideogram2Ratios = ratio(
  ...["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "16:10", "10:16", "3:1", "1:3"],
);
const googleRatios = ratio(
  ...["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"],
);
const seedreamRatios = ratio("1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9");

const flux1 = {
  size: fluxRatios,
  resolution: { key: "megapixels", words: { "1K": "1" } },
  count: { key: "num_outputs", max: 4 },
  formats: jpgOrWebp,
  compressionKey: "output_quality",
  seed: true,
} as const;

const flux2 = {
  customRatio: true,
  formats: jpgOrWebp,
  compressionKey: "output_quality",
  seed: true,
} as const;

/** Without a mask an image is refused; a shape is ignored beside them. */
const inpainting = one("image", {
  mask: "black_is_edited",
  needsMask: true,
  shape: "given",
});

const gptImage = {
  size: ratio("1:1", "3:2", "2:3"),
  formats: { png: "png", jpeg: "jpeg", webp: "webp" },
  compressionKey: "output_compression",
  qualities: ["auto", "low", "medium", "high"],
  inputs: many("input_images", 16),
} as const;

/**
 * From the models' published input schemas and pages, and third-party integrations
 * (2026-11-21). A model whose schema is not known for certain is left out: then it
 * gets a prompt and no more.
 */
export const replicateTable: readonly ReplicateModel[] = [
  {
    names: ["black-forest-labs/flux-schnell"],
    ...flux1,
  },
  {
    names: ["black-forest-labs/flux-dev"],
    ...flux1,
    inputs: one("image", { shape: "given" }),
  },
  {
    names: ["black-forest-labs/flux-1.1-pro"],
    size: pixels(256, 1440),
    customRatio: true,
    formats: jpgOrWebp,
    compressionKey: "output_quality",
    seed: true,
    inputs: one("image_prompt"),
  },
  {
    names: ["black-forest-labs/flux-1.1-pro-ultra"],
    size: fluxRatios,
    formats: jpg,
    seed: true,
    inputs: one("image_prompt"),
  },
  {
    // Its only other way to say what is filled is the image's own transparency or an outpainting.
    names: ["black-forest-labs/flux-fill-pro"],
    formats: jpg,
    seed: true,
    inputs: one("image", {
      required: true,
      mask: "white_is_edited",
      needsMask: true,
      shape: "given",
    }),
  },
  {
    names: ["black-forest-labs/flux-kontext-pro", "black-forest-labs/flux-kontext-max"],
    size: fluxRatios,
    formats: jpg,
    seed: true,
    inputs: one("input_image", { shape: "on_request" }),
  },
  {
    names: ["black-forest-labs/flux-2-pro", "black-forest-labs/flux-2-max"],
    ...flux2,
    size: pixels(256, 2048),
    inputs: many("input_images", 8, { shape: "on_request" }),
  },
  {
    names: ["black-forest-labs/flux-2-flex"],
    ...flux2,
    size: pixels(256, 2048),
    inputs: many("input_images", 10, { shape: "on_request" }),
  },
  {
    names: ["black-forest-labs/flux-2-dev"],
    ...flux2,
    size: pixels(256, 1440),
    inputs: many("input_images", 5, { shape: "on_request" }),
  },
  {
    names: ["google/imagen-4", "google/imagen-4-fast", "google/imagen-4-ultra"],
    size: ratio("1:1", "9:16", "16:9", "3:4", "4:3"),
    formats: jpg,
  },
  {
    names: ["google/nano-banana"],
    size: googleRatios,
    formats: jpg,
    inputs: many("image_input", 14, { shape: "on_request" }),
  },
  {
    names: ["google/nano-banana-pro", "google/nano-banana-2"],
    size: googleRatios,
    resolution: { key: "resolution", words: { "1K": "1K", "2K": "2K", "4K": "4K" } },
    formats: jpg,
    inputs: many("image_input", 14, { shape: "on_request" }),
  },
  {
    names: ["openai/gpt-image-1", "openai/gpt-image-1.5"],
    ...gptImage,
    count: { key: "number_of_images", max: 10 },
    backgrounds: ["auto", "transparent", "opaque"],
  },
  {
    // Sources disagree on more ratios, more images and transparency; this is what all have.
    names: ["openai/gpt-image-2"],
    ...gptImage,
    backgrounds: ["auto", "opaque"],
  },
  {
    // More than one image only where the model itself finds that the prompt wants a series.
    names: ["bytedance/seedream-4"],
    size: seedreamRatios,
    resolution: { key: "size", words: { "1K": "1K", "2K": "2K", "4K": "4K" } },
    inputs: many("image_input", 10, { shape: "on_request" }),
  },
  {
    names: ["bytedance/seedream-4.5"],
    size: seedreamRatios,
    resolution: { key: "size", words: { "2K": "2K", "4K": "4K" } },
    inputs: many("image_input", 14, { shape: "on_request" }),
  },
  {
    names: ["bytedance/seedream-5-lite"],
    size: seedreamRatios,
    resolution: { key: "size", words: { "2K": "2K" } },
    formats: { png: "png", jpeg: "jpeg" },
    inputs: many("image_input", 14, { shape: "on_request" }),
  },
  {
    names: ["ideogram-ai/ideogram-v2", "ideogram-ai/ideogram-v2-turbo"],
    size: ideogram2Ratios,
    seed: true,
    negativePrompt: true,
    inputs: inpainting,
  },
  { names: ["ideogram-ai/ideogram-v2a-turbo"], size: ideogram2Ratios, seed: true },
  {
    names: [
      "ideogram-ai/ideogram-v3-turbo",
      "ideogram-ai/ideogram-v3-balanced",
      "ideogram-ai/ideogram-v3-quality",
    ],
    size: ratio(
      ...["1:1", "1:3", "3:1", "1:2", "2:1", "9:16", "16:9", "10:16", "16:10"],
      ...["2:3", "3:2", "3:4", "4:3", "4:5", "5:4"],
    ),
    seed: true,
    inputs: inpainting,
  },
  {
    names: ["recraft-ai/recraft-v3"],
    size: {
      kind: "listed",
      sizes: [
        ...["1024x1024", "1365x1024", "1024x1365", "1536x1024", "1024x1536"],
        ...["1820x1024", "1024x1820", "1024x2048", "2048x1024", "1434x1024"],
        ...["1024x1434", "1024x1280", "1280x1024", "1024x1707", "1707x1024"],
      ],
    },
  },
  {
    names: ["stability-ai/stable-diffusion-3.5-large"],
    size: fluxRatios,
    formats: jpgOrWebp,
    compressionKey: "output_quality",
    seed: true,
    inputs: one("image", { shape: "given" }),
  },
  {
    // Whether it takes an image sources disagree on, and on its seldom shapes.
    names: ["stability-ai/stable-diffusion-3.5-large-turbo"],
    size: sd3Ratios,
    formats: jpgOrWebp,
    seed: true,
  },
  {
    names: ["stability-ai/stable-diffusion-3.5-medium"],
    size: sd3Ratios,
    formats: jpgOrWebp,
    seed: true,
    negativePrompt: true,
    inputs: one("image", { shape: "given" }),
  },
  {
    names: ["stability-ai/sdxl"],
    size: pixels(512, 1536),
    count: { key: "num_outputs", max: 4 },
    seed: true,
    negativePrompt: true,
    inputs: one("image", { mask: "white_is_edited", shape: "given" }),
  },
];
