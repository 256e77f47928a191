import type { SizeCapability } from "../../domain/capabilities.ts";
import {
  type FalImages,
  type FalModel,
  oneImage,
  presetOfRatio,
  usualScaleKey,
} from "./fal-model.ts";

function ratio(...ratios: readonly string[]): SizeCapability {
  return { kind: "ratio", ratios };
}

interface PixelLimits {
  readonly step: number;
  readonly edges: readonly [least: number, most: number];
  readonly areas?: readonly [least: number, most: number];
}

function pixels({ step, edges: [minEdge, maxEdge], areas }: PixelLimits): SizeCapability {
  const [minPixels, maxPixels] = areas ?? [minEdge ** 2, maxEdge ** 2];
  const maxRatio = maxEdge / minEdge;
  return { kind: "free", multipleOf: step, minEdge, maxEdge, minPixels, maxPixels, maxRatio };
}

function upTo(most: number): FalImages {
  return { key: "image_urls", most, required: true };
}

const itsImage: FalImages = { ...oneImage, required: true };

const jpegOrPng = { jpeg: "jpeg", png: "png" } as const;
const threeFormats = { ...jpegOrPng, webp: "webp" } as const;
const presets = { size: ratio(...Object.keys(presetOfRatio)), presets: true } as const;

const flux1 = {
  size: pixels({ step: 32, edges: [256, 1440] }),
  maxCount: 4,
  formats: jpegOrPng,
  seed: true,
} as const;
const fluxRatios = {
  size: ratio("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21"),
  maxCount: 4,
  formats: jpegOrPng,
  seed: true,
} as const;
const flux2 = {
  size: pixels({ step: 16, edges: [512, 2048] }),
  formats: jpegOrPng,
  seed: true,
} as const;
const flux2Dev = { ...flux2, maxCount: 4, formats: threeFormats } as const;

const bananaRatios = [
  ...["21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16"],
] as const;
const banana = {
  size: ratio(...bananaRatios),
  maxCount: 4,
  formats: threeFormats,
  seed: true,
} as const;
const bananaPro = { ...banana, resolutions: ["1K", "2K", "4K"] } as const;
const banana2 = { ...bananaPro, size: ratio(...bananaRatios, "4:1", "1:4", "8:1", "1:8") } as const;

const gptImage = {
  size: { kind: "listed", sizes: ["1024x1024", "1536x1024", "1024x1536"] },
  maxCount: 4,
  formats: threeFormats,
  qualities: ["low", "medium", "high"],
  backgrounds: ["auto", "transparent", "opaque"],
} as const;
const imagen = {
  size: ratio("1:1", "16:9", "9:16", "4:3", "3:4"),
  maxCount: 4,
  formats: threeFormats,
  seed: true,
} as const;

const seedream4 = {
  size: pixels({ step: 16, edges: [512, 4096], areas: [960 ** 2, 4096 ** 2] }),
  maxCount: 4,
  seed: true,
} as const;
const seedream45 = {
  size: pixels({ step: 16, edges: [960, 4096], areas: [2560 * 1440, 4096 ** 2] }),
  maxCount: 4,
  seed: true,
} as const;
const seedream5 = {
  size: pixels({ step: 16, edges: [960, 4096], areas: [2560 * 1440, 3072 ** 2] }),
  maxCount: 4,
} as const;

const qwen = {
  size: pixels({ step: 16, edges: [512, 2048] }),
  maxCount: 4,
  formats: jpegOrPng,
  seed: true,
  negativePrompt: true,
} as const;
const ideogram = { maxCount: 8, seed: true } as const;

/**
 * What each family of models takes: keys and words from the types that
 * @fal-ai/client 1.10.1 declares for each endpoint, limits from fal's model pages
 * (2026-11-21). Where a page names no limits of pixels, they are what the makers of
 * the models name.
 */
export const falTable: readonly FalModel[] = [
  { names: ["fal-ai/flux/schnell", "fal-ai/flux/dev", "fal-ai/flux-pro/v1.1"], ...flux1 },
  // The output has the shape of the input.
  {
    names: ["fal-ai/flux/dev/image-to-image"],
    maxCount: 4,
    formats: jpegOrPng,
    seed: true,
    images: itsImage,
  },
  { names: ["fal-ai/flux-pro/v1.1-ultra"], ...fluxRatios, images: oneImage },
  {
    names: ["fal-ai/flux-pro/v1/fill"],
    maxCount: 4,
    formats: jpegOrPng,
    seed: true,
    images: itsImage,
    mask: { key: "mask_url", polarity: "white_is_edited", required: true },
  },
  {
    names: ["fal-ai/flux-pro/kontext", "fal-ai/flux-pro/kontext/max"],
    ...fluxRatios,
    images: itsImage,
  },
  {
    names: ["fal-ai/flux-pro/kontext/text-to-image", "fal-ai/flux-pro/kontext/max/text-to-image"],
    ...fluxRatios,
  },
  {
    names: ["fal-ai/flux-pro/kontext/multi", "fal-ai/flux-pro/kontext/max/multi"],
    ...fluxRatios,
    images: upTo(4),
  },
  { names: ["fal-ai/flux-2", "fal-ai/flux-2/turbo", "fal-ai/flux-2/flash"], ...flux2Dev },
  {
    names: [
      ...["fal-ai/flux-2/edit", "fal-ai/flux-2/turbo/edit", "fal-ai/flux-2/flash/edit"],
      ...["fal-ai/flux-2/klein/4b/edit", "fal-ai/flux-2/klein/9b/edit"],
    ],
    ...flux2Dev,
    images: upTo(4),
  },
  { names: ["fal-ai/flux-2/klein/4b", "fal-ai/flux-2/klein/9b"], ...flux2, maxCount: 4 },
  { names: ["fal-ai/flux-2-pro", "fal-ai/flux-2-flex", "fal-ai/flux-2-max"], ...flux2 },
  {
    names: ["fal-ai/flux-2-pro/edit", "fal-ai/flux-2-flex/edit", "fal-ai/flux-2-max/edit"],
    ...flux2,
    images: upTo(9),
  },
  { names: ["fal-ai/nano-banana"], ...banana },
  { names: ["fal-ai/nano-banana/edit"], ...banana, images: upTo(10) },
  { names: ["fal-ai/nano-banana-pro"], ...bananaPro },
  { names: ["fal-ai/nano-banana-pro/edit"], ...bananaPro, images: upTo(14) },
  { names: ["fal-ai/nano-banana-2"], ...banana2 },
  { names: ["fal-ai/nano-banana-2/edit"], ...banana2, images: upTo(14) },
  { names: ["fal-ai/gpt-image-1.5", "fal-ai/gpt-image-1-mini"], ...gptImage },
  { names: ["fal-ai/gpt-image-1-mini/edit"], ...gptImage, images: upTo(16) },
  {
    names: ["fal-ai/gpt-image-1.5/edit"],
    ...gptImage,
    images: upTo(16),
    mask: { key: "mask_image_url", polarity: "transparent_is_edited" },
  },
  {
    names: ["fal-ai/imagen4/preview", "fal-ai/imagen4/preview/ultra"],
    ...imagen,
    resolutions: ["1K", "2K"],
  },
  { names: ["fal-ai/imagen4/preview/fast"], ...imagen },
  {
    names: ["fal-ai/bytedance/seedream/v3/text-to-image"],
    size: pixels({ step: 16, edges: [512, 2048] }),
    maxCount: 4,
    seed: true,
  },
  { names: ["fal-ai/bytedance/seedream/v4/text-to-image"], ...seedream4 },
  { names: ["fal-ai/bytedance/seedream/v4/edit"], ...seedream4, images: upTo(10) },
  { names: ["fal-ai/bytedance/seedream/v4.5/text-to-image"], ...seedream45 },
  { names: ["fal-ai/bytedance/seedream/v4.5/edit"], ...seedream45, images: upTo(10) },
  { names: ["fal-ai/bytedance/seedream/v5/lite/text-to-image"], ...seedream5 },
  { names: ["fal-ai/bytedance/seedream/v5/lite/edit"], ...seedream5, images: upTo(10) },
  { names: ["fal-ai/ideogram/v3"], ...presets, ...ideogram, negativePrompt: true },
  {
    // Ideogram's own API repaints what is black; fal's page does not say otherwise.
    names: ["fal-ai/ideogram/v3/edit"],
    ...ideogram,
    images: itsImage,
    mask: { key: "mask_url", polarity: "black_is_edited", required: true },
  },
  {
    names: ["fal-ai/ideogram/v3/remix"],
    ...presets,
    ...ideogram,
    negativePrompt: true,
    images: itsImage,
  },
  { names: ["fal-ai/ideogram/v3/replace-background"], ...ideogram, images: itsImage },
  {
    names: [
      ...["fal-ai/recraft/v3/text-to-image", "fal-ai/recraft/v4/text-to-image"],
      "fal-ai/recraft/v4/pro/text-to-image",
    ],
    ...presets,
  },
  { names: ["fal-ai/qwen-image"], ...qwen },
  {
    names: [
      ...["fal-ai/qwen-image-2512", "fal-ai/qwen-image-2/text-to-image"],
      ...["fal-ai/qwen-image-2/pro/text-to-image", "fal-ai/qwen-image-max/text-to-image"],
    ],
    ...qwen,
    formats: threeFormats,
  },
  { names: ["fal-ai/qwen-image-edit"], ...qwen, images: itsImage },
  {
    names: [
      ...["fal-ai/qwen-image-edit-plus", "fal-ai/qwen-image-2/edit"],
      ...["fal-ai/qwen-image-2/pro/edit", "fal-ai/qwen-image-max/edit"],
    ],
    ...qwen,
    formats: threeFormats,
    images: upTo(3),
  },
  {
    names: ["fal-ai/z-image/turbo"],
    size: pixels({ step: 16, edges: [512, 2048] }),
    maxCount: 4,
    formats: threeFormats,
    seed: true,
  },
  {
    names: ["fal-ai/stable-diffusion-v35-large"],
    ...qwen,
    size: pixels({ step: 64, edges: [512, 1536] }),
  },
  {
    names: ["fal-ai/clarity-upscaler", "fal-ai/flux-vision-upscaler"],
    seed: true,
    scale: { key: usualScaleKey, factors: [1.5, 2, 3, 4] },
  },
  {
    names: ["fal-ai/topaz/upscale/image"],
    formats: jpegOrPng,
    scale: { key: usualScaleKey, factors: [1.5, 2, 3, 4] },
  },
  {
    names: ["fal-ai/seedvr/upscale/image"],
    formats: { png: "png", jpeg: "jpg", webp: "webp" },
    seed: true,
    scale: { key: usualScaleKey, factors: [1.5, 2, 3, 4, 6, 8, 10] },
  },
  {
    names: ["fal-ai/aura-sr", "fal-ai/drct-super-resolution"],
    scale: { key: usualScaleKey, factors: [4] },
  },
  {
    names: ["fal-ai/esrgan"],
    formats: jpegOrPng,
    scale: { key: "scale", factors: [1.5, 2, 3, 4, 6, 8] },
  },
  { names: ["fal-ai/ccsr"], seed: true, scale: { key: "scale", factors: [2, 3, 4] } },
];
