import type { ImageCapabilities, SeedRange, SizeCapability } from "../../domain/capabilities.ts";
import type { Background, Quality } from "../../domain/image-options.ts";
import { usualImageTypes } from "./usual-image-types.ts";

/** How one family of models at Runware is asked. What is undefined its models do not take. */
export interface RunwareModel {
  /** Undefined where the input decides it. */
  readonly size?: SizeCapability | undefined;
  /**
   * Where the images of an edit go: one of them into `seedImage`, from which the
   * model starts, and a mask beside it; or so many into `referenceImages`.
   */
  readonly edits: { readonly by: "seed" } | { readonly by: "references"; readonly most: number };
  /** Whether an edit has to say its size as well, which is then that of its first image. */
  readonly needsSize?: boolean | undefined;
  /** Whether an edit without a mask is none. */
  readonly needsMask?: boolean | undefined;
  readonly seed?: boolean | undefined;
  readonly negativePrompt?: boolean | undefined;
  /** The block of `providerSettings` that takes quality and background. */
  readonly settings?: "openai" | undefined;
  readonly qualities?: readonly Quality[] | undefined;
  readonly backgrounds?: readonly Background[] | undefined;
}

/** The family of a model, by its AIR. */
export function runwareModel(air: string): RunwareModel {
  return byName.get(air) ?? (isRunByRunware(air) ? diffusion : unknownPartner);
}

/**
 * Whether Runware itself runs a model. Those answer within seconds, others pass
 * through their makers, who may take longer than Runware holds a call (120 seconds).
 */
export function isRunByRunware(air: string): boolean {
  return /^(?:runware|civitai):/.test(air);
}

/** What a model can be asked for images from words. */
export function runwareCapabilities(air: string): ImageCapabilities {
  const { size, seed, negativePrompt, qualities, backgrounds } = runwareModel(air);
  return {
    ...file,
    maxCountPerCall: 10,
    size,
    seed: seed && uint32Seeds,
    negativePrompt,
    qualities,
    backgrounds,
  };
}

/** What a model can be asked for images from images. */
export function runwareEditCapabilities(air: string): ImageCapabilities {
  const { edits, needsSize, needsMask } = runwareModel(air);
  const inputs: Partial<ImageCapabilities> =
    edits.by === "seed"
      ? { maxInputImages: 1, mask: "white_is_edited", needsMask }
      : // Where the size of the first image is sent along, its bytes are needed.
        { maxInputImages: edits.most, inputUrls: needsSize !== true };
  return { ...runwareCapabilities(air), ...inputs, inputFile };
}

/** What a model can be asked for a larger image. */
export function runwareUpscaleCapabilities(air: string): ImageCapabilities {
  const scaleFactors = upscaleFactors.get(air) ?? [2, 4];
  return { ...file, maxCountPerCall: 1, inputUrls: true, inputFile, scaleFactors };
}

const inputFile = { types: usualImageTypes };

const uint32Seeds: SeedRange = { least: 0, most: 2 ** 32 - 1 };

/** A link where one is asked for, else bytes in the answer itself: that saves a download. */
const file = {
  delivery: "url",
  formats: ["jpeg", "png", "webp"],
  compressibleFormats: ["jpeg", "webp"],
} as const satisfies Partial<ImageCapabilities>;

function free(multipleOf: number, minEdge: number, maxEdge: number): SizeCapability {
  return {
    kind: "free",
    multipleOf,
    minEdge,
    maxEdge,
    minPixels: minEdge * minEdge,
    maxPixels: maxEdge * maxEdge,
    maxRatio: maxEdge / minEdge,
  };
}

function listed(...sizes: readonly string[]): SizeCapability {
  return { kind: "listed", sizes };
}

/** Each size and the same one upright. */
function bothWays(square: string, ...sizes: readonly string[]): SizeCapability {
  return listed(square, ...sizes, ...sizes.map((size) => size.split("x").reverse().join("x")));
}

/** Stable Diffusion, FLUX.1 and what else Runware runs itself: the steps that all of them take. */
const diffusion: RunwareModel = {
  size: free(64, 128, 2048),
  edits: { by: "seed" },
  needsSize: true,
  seed: true,
  negativePrompt: true,
};

/** A model of which nothing is known gets a prompt and the one size that most have. */
const unknownPartner: RunwareModel = {
  size: listed("1024x1024"),
  edits: { by: "references", most: 1 },
};

const references = (most: number) => ({ by: "references", most }) as const;

const kontextSizes = bothWays("1024x1024", "1568x672", "1392x752", "1184x880", "1248x832");

const nanoBanana1K = [
  ...["1024x1024", "1264x848", "848x1264", "1200x896", "896x1200", "928x1152", "1152x928"],
  ...["768x1376", "1376x768", "1548x672"],
];
const nanoBanana2K = [
  ...["2048x2048", "2528x1696", "1696x2528", "2400x1792", "1792x2400", "1856x2304", "2304x1856"],
  ...["1536x2752", "2752x1536", "3168x1344"],
];
const nanoBanana4K = [
  ...["4096x4096", "5056x3392", "3392x5056", "4800x3584", "3584x4800", "3712x4608", "4608x3712"],
  ...["3072x5504", "5504x3072", "6336x2688"],
];

const seedream2K = [
  ...["2048x2048", "2304x1728", "1728x2304", "2560x1440", "1440x2560", "2496x1664", "1664x2496"],
  "3024x1296",
];
const seedream4K = [
  ...["4096x4096", "4608x3456", "3456x4608", "5120x2880", "2880x5120", "4992x3328", "3328x4992"],
  "6048x2592",
];

const recraft1K = bothWays(
  ...(["1024x1024", "1536x768", "1280x832", "1216x896", "1152x896"] as const),
  ...["1280x896", "1344x768"],
);
const recraft2K = bothWays(
  ...(["2048x2048", "3072x1536", "2560x1664", "2432x1792", "2304x1792"] as const),
  ...["2560x1792", "2688x1536"],
);
const ideogram2Sizes = bothWays(
  ...(["1024x1024", "1536x512", "1408x704", "1312x736", "1280x768", "1232x768"] as const),
  ...["1248x832", "1152x864", "1120x896"],
);

const gptImage = {
  size: listed("1024x1024", "1536x1024", "1024x1536"),
  edits: references(16),
  settings: "openai",
  qualities: ["auto", "low", "medium", "high"],
} as const;
const gptImage1: RunwareModel = { ...gptImage, backgrounds: ["auto", "transparent", "opaque"] };

const flux2Pro: RunwareModel = { size: free(32, 256, 2048), edits: references(8) };
const kontext: RunwareModel = { size: kontextSizes, edits: references(2) };
const qwenEdit = { ...diffusion, edits: references(1) };
const qwen2: RunwareModel = {
  size: free(64, 512, 2048),
  edits: references(3),
  negativePrompt: true,
};

/**
 * From the generated types of Runware's SDK (schema bundle 20260722) and the models'
 * own pages under runware.ai/docs/models (2026-11-21). Runware answers
 * `unknownParameter` to what a model does not take, so only what is known is sent.
 */
const byName: ReadonlyMap<string, RunwareModel> = new Map<string, RunwareModel>([
  ["runware:102@1", { ...diffusion, needsMask: true }],
  ["runware:106@1", { ...diffusion, edits: references(1), needsSize: false }],
  ["runware:108@20", qwenEdit],
  ["runware:108@22", { ...qwenEdit, edits: references(3) }],
  ...["1", "2", "3", "4", "5", "6"].map((version): [string, RunwareModel] => [
    `runware:400@${version}`,
    { size: free(64, 512, 2048), edits: references(4), needsSize: true, seed: true },
  ]),
  ["alibaba:qwen-image@2512", diffusion],
  ["alibaba:qwen-image@2.0", qwen2],
  ["alibaba:qwen-image@2.0-pro", qwen2],
  ["alibaba:qwen-image@3.0", qwen2],
  ["bfl:1@2", { edits: { by: "seed" }, needsMask: true }],
  ["bfl:2@1", { size: free(32, 256, 1440), edits: references(1) }],
  [
    "bfl:2@2",
    {
      size: bothWays("2048x2048", "3136x1344", "2752x1536", "2368x1792", "2496x1664"),
      edits: references(1),
    },
  ],
  ["bfl:3@1", kontext],
  ["bfl:4@1", kontext],
  ["bfl:5@1", flux2Pro],
  ["bfl:6@1", flux2Pro],
  ["bfl:7@1", flux2Pro],
  [
    "bria:20@1",
    {
      size: bothWays("1024x1024", "1216x832", "1152x896", "1088x896", "1344x768"),
      edits: references(1),
    },
  ],
  [
    "bytedance:5@0",
    { size: listed("1024x1024", ...seedream2K, ...seedream4K), edits: references(10) },
  ],
  ["bytedance:seedream@4.5", { size: listed(...seedream2K, ...seedream4K), edits: references(14) }],
  ["bytedance:seedream@5.0-lite", { size: listed(...seedream2K), edits: references(10) }],
  ["bytedance:seedream@5.0-pro", { size: listed(...seedream2K), edits: references(10) }],
  [
    "google:4@1",
    {
      size: bothWays("1024x1024", "1248x832", "1184x864", "1152x896", "1344x768"),
      edits: references(3),
    },
  ],
  [
    "google:4@2",
    { size: listed(...nanoBanana1K, ...nanoBanana2K, ...nanoBanana4K), edits: references(14) },
  ],
  [
    "google:4@3",
    { size: listed(...nanoBanana1K, ...nanoBanana2K, ...nanoBanana4K), edits: references(14) },
  ],
  ["google:nano-banana@2-lite", { size: listed(...nanoBanana1K), edits: references(3) }],
  ["ideogram:2@1", { size: ideogram2Sizes, edits: references(1) }],
  ["ideogram:3@1", { size: ideogram2Sizes, edits: references(1) }],
  [
    "ideogram:4@0",
    {
      size: bothWays(
        ...([
          "2048x2048",
          "2880x1440",
          "2496x1664",
          "2240x1792",
          "2560x1440",
          "2560x1600",
        ] as const),
        ...["2304x1728", "3168x1296", "2944x1152", "3328x1248", "3072x1280"],
      ),
      edits: references(1),
    },
  ],
  [
    "ideogram:4@1",
    {
      size: bothWays(
        ...(["1024x1024", "1536x512", "1408x704", "1312x736", "1280x768", "1280x800"] as const),
        ...["1248x832", "1152x864", "1120x896"],
      ),
      edits: references(1),
    },
  ],
  ["openai:1@1", gptImage1],
  ["openai:1@2", gptImage1],
  ["openai:4@1", gptImage1],
  ["openai:gpt-image@2", { ...gptImage, backgrounds: ["auto", "opaque"] }],
  ["recraft:v4@0", { size: recraft1K, edits: references(1) }],
  ["recraft:v4.1@0", { size: recraft1K, edits: references(1) }],
  ["recraft:v4-pro@0", { size: recraft2K, edits: references(1) }],
]);

/** Runware's own upscalers: Clarity, CCSR, the latent upscaler, SwinIR, Real-ESRGAN. */
const upscaleFactors: ReadonlyMap<string, readonly number[]> = new Map([
  ["runware:500@1", [2, 4]],
  ["runware:501@1", [2]],
  ["runware:502@1", [2]],
  ["runware:503@1", [2, 4]],
  ["runware:504@1", [4]],
]);
