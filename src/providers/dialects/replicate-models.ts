import type { ImageCapabilities, SizeCapability } from "../../domain/capabilities.ts";
import type { Background, ImageFormat, Quality, Resolution } from "../../domain/image-options.ts";

/**
 * How one family of models on Replicate takes its input. Each model has a JSON
 * schema of its own and answers 422 to what is not in it, so only what stands here
 * is sent. What is undefined the models do not have.
 */
export interface ReplicateModel {
  /** By "owner/name". */
  readonly names: readonly string[];
  /**
   * The shape and the keys that carry it: `aspect_ratio`, or `width` and `height`,
   * or one key with "1024x1024".
   */
  readonly size?: SizeCapability | undefined;
  /** Sent beside `width` and `height`, where those need leave. */
  readonly customRatio?: boolean | undefined;
  /** The key for the scale, and how each scale is worded. */
  readonly resolution?: Worded<Resolution> | undefined;
  /** The key for the number of images, and the most of them. */
  readonly count?: { readonly key: string; readonly max: number } | undefined;
  /** How each format is worded under `output_format`. */
  readonly formats?: Readonly<Partial<Record<ImageFormat, string>>> | undefined;
  /** The key for the compression of JPEG and WebP, where 100 keeps the most. */
  readonly compressionKey?: string | undefined;
  readonly seed?: boolean | undefined;
  readonly negativePrompt?: boolean | undefined;
  readonly qualities?: readonly Quality[] | undefined;
  readonly backgrounds?: readonly Background[] | undefined;
}

interface Worded<T extends string> {
  readonly key: string;
  readonly words: Readonly<Partial<Record<T, string>>>;
}

/** The family of a model, by "owner/name" with or without ":version". An unknown model takes a prompt. */
export function replicateModel(upstreamModel: string): ReplicateModel {
  const [name = ""] = upstreamModel.split(":", 1);
  return byName.get(name) ?? unknownModel;
}

/** What a model can be asked, from the same rows as its input. */
export function replicateCapabilities(upstreamModel: string): ImageCapabilities {
  const model = replicateModel(upstreamModel);
  const formats = keysOf(model.formats);
  return {
    maxCountPerCall: model.count?.max ?? 1,
    size: model.size,
    resolutions: keysOf(model.resolution?.words),
    qualities: model.qualities,
    backgrounds: model.backgrounds,
    formats,
    compressibleFormats:
      model.compressionKey === undefined ? undefined : formats.filter((format) => format !== "png"),
    seed: model.seed,
    negativePrompt: model.negativePrompt,
    delivery: "url",
  };
}

function keysOf<T extends string>(words: Readonly<Partial<Record<T, string>>> | undefined): T[] {
  return Object.keys(words ?? {}) as T[];
}

function ratio(...ratios: readonly string[]): SizeCapability {
  return { kind: "ratio", ratios };
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
const googleRatios = ratio(
  ...["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"],
);
const seedreamRatios = ratio("1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9");

const gptImage = {
  size: ratio("1:1", "3:2", "2:3"),
  formats: { png: "png", jpeg: "jpeg", webp: "webp" },
  compressionKey: "output_compression",
  qualities: ["auto", "low", "medium", "high"],
} as const;

const unknownModel: ReplicateModel = { names: [] };

/**
 * From the models' published input schemas and pages, and third-party integrations
 * (2026-11-21). A model whose schema is not known for certain is left out: then it
 * gets a prompt and no more.
 */
const models: readonly ReplicateModel[] = [
  {
    names: ["black-forest-labs/flux-schnell", "black-forest-labs/flux-dev"],
    size: fluxRatios,
    resolution: { key: "megapixels", words: { "1K": "1" } },
    count: { key: "num_outputs", max: 4 },
    formats: jpgOrWebp,
    compressionKey: "output_quality",
    seed: true,
  },
  {
    names: ["black-forest-labs/flux-1.1-pro"],
    size: pixels(256, 1440),
    customRatio: true,
    formats: jpgOrWebp,
    compressionKey: "output_quality",
    seed: true,
  },
  {
    names: ["black-forest-labs/flux-1.1-pro-ultra"],
    size: fluxRatios,
    formats: jpg,
    seed: true,
  },
  {
    names: ["black-forest-labs/flux-kontext-pro", "black-forest-labs/flux-kontext-max"],
    size: fluxRatios,
    formats: jpg,
    seed: true,
  },
  {
    names: [
      "black-forest-labs/flux-2-pro",
      "black-forest-labs/flux-2-flex",
      "black-forest-labs/flux-2-max",
    ],
    size: pixels(256, 2048),
    customRatio: true,
    formats: jpgOrWebp,
    compressionKey: "output_quality",
    seed: true,
  },
  {
    names: ["black-forest-labs/flux-2-dev"],
    size: pixels(256, 1440),
    customRatio: true,
    formats: jpgOrWebp,
    compressionKey: "output_quality",
    seed: true,
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
  },
  {
    names: ["google/nano-banana-pro", "google/nano-banana-2"],
    size: googleRatios,
    resolution: { key: "resolution", words: { "1K": "1K", "2K": "2K", "4K": "4K" } },
    formats: jpg,
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
  },
  {
    names: ["bytedance/seedream-4.5"],
    size: seedreamRatios,
    resolution: { key: "size", words: { "2K": "2K", "4K": "4K" } },
  },
  {
    names: ["bytedance/seedream-5-lite"],
    size: seedreamRatios,
    resolution: { key: "size", words: { "2K": "2K" } },
    formats: { png: "png", jpeg: "jpeg" },
  },
  {
    names: ["ideogram-ai/ideogram-v2", "ideogram-ai/ideogram-v2-turbo"],
    size: ratio(
      ...["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "16:10", "10:16", "3:1", "1:3"],
    ),
    seed: true,
    negativePrompt: true,
  },
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
  },
  {
    names: ["stability-ai/sdxl"],
    size: pixels(512, 1536),
    count: { key: "num_outputs", max: 4 },
    seed: true,
    negativePrompt: true,
  },
];

const byName: ReadonlyMap<string, ReplicateModel> = new Map(
  models.flatMap((model) => model.names.map((name) => [name, model] as const)),
);
