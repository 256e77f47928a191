import type { FileLimits, ImageCapabilities, SizeCapability } from "../../domain/capabilities.ts";
import type { ImageTask } from "../../domain/task.ts";
import { int32Seeds } from "./int32-seeds.ts";
import { usualImageTypes } from "./usual-image-types.ts";

/**
 * How a model takes its task. `messages`: as a conversation, answered in the same
 * call. `messages_task`: the same, as a task to ask for. `prompt_task`: a prompt, and
 * images beside it, as a task. `function_task`: a prompt, an image and the name of
 * what to do with it, as a task.
 */
export type AlibabaDialect = "messages" | "messages_task" | "prompt_task" | "function_task";

/** How one family of image models is asked. */
export interface AlibabaModel {
  readonly names: readonly string[];
  readonly dialect: AlibabaDialect;
  /** The most images of a call. 0 where there is no such parameter, and one image comes. */
  readonly maxCount: number;
  /** Undefined where the size cannot be set. */
  readonly size?: SizeCapability | undefined;
  /** The size of an edit, where its limits are others. */
  readonly editSize?: SizeCapability | undefined;
  /** The most images of an edit. 0 where the model makes images from words only. */
  readonly maxInputImages: number;
  readonly negativePrompt: boolean;
}

/**
 * The family of a model, by its name with or without the date of a snapshot. Of a
 * name that is not known the beginning tells the dialect: Wan models are tasks, all
 * others answer in the call.
 */
export function alibabaModel(upstreamModel: string): AlibabaModel {
  const family = upstreamModel.replace(/-(?:latest|\d{4}(?:-\d\d-\d\d)?)$/, "");
  const known = byName.get(upstreamModel) ?? byName.get(family);
  return known ?? (/^wan/.test(upstreamModel) ? unknownWan : unknownModel);
}

/** What a model can be asked, from the same rows as its calls. */
export function alibabaCapabilities(
  upstreamModel: string,
  operation: ImageTask["operation"],
): ImageCapabilities {
  const model = alibabaModel(upstreamModel);
  const edits = operation === "image_edit";
  return {
    maxCountPerCall: Math.max(1, model.maxCount),
    size: edits ? (model.editSize ?? model.size) : model.size,
    seed: int32Seeds,
    negativePrompt: model.negativePrompt,
    delivery: "url",
    ...(edits && {
      maxInputImages: model.maxInputImages,
      mask: model.dialect === "function_task" ? ("white_is_edited" as const) : undefined,
      inputUrls: true,
      inputFile: alibabaInputFile,
      // As base64 10 MB: larger bodies are turned away before they are read.
      maxInputBytes: 7_400_000,
    }),
  };
}

/** "JPG, PNG, BMP, TIFF, WEBP, of a GIF the first frame, up to 10 MB" (Model Studio, 2026-11-21). */
export const alibabaInputFile: FileLimits = {
  types: [...usualImageTypes, "image/gif"],
  maxBytes: 10_000_000,
};

/** Any size with an area between two squares, in the step that diffusion models share. */
function between(least: number, most: number, maxRatio: number): SizeCapability {
  return {
    kind: "free",
    multipleOf: 8,
    minEdge: 8,
    maxEdge: Math.floor(most * Math.sqrt(maxRatio)),
    minPixels: least ** 2,
    maxPixels: most ** 2,
    maxRatio,
  };
}

/** Any size whose edges are between two lengths. */
function edges(minEdge: number, maxEdge: number): SizeCapability {
  return {
    kind: "free",
    multipleOf: 8,
    minEdge,
    maxEdge,
    minPixels: minEdge ** 2,
    maxPixels: maxEdge ** 2,
    maxRatio: maxEdge / minEdge,
  };
}

const qwenSizes: SizeCapability = {
  kind: "listed",
  sizes: ["1664x928", "1472x1104", "1328x1328", "1104x1472", "928x1664"],
};

const unknownModel: AlibabaModel = {
  names: [],
  dialect: "messages",
  maxCount: 1,
  maxInputImages: 1,
  negativePrompt: false,
};
const unknownWan: AlibabaModel = { ...unknownModel, dialect: "messages_task" };

/**
 * Model Studio's image models as of November 2026. Where a model can be asked both
 * ways, the slow ones are asked as a task, since a task that is accepted is not lost
 * with its connection; the first Qwen-Image models stay with the call, since some of
 * them turn tasks away (spring-ai-alibaba issues 228, 257 and 4509).
 */
const models: readonly AlibabaModel[] = [
  {
    names: ["qwen-image-3.0-pro", "qwen-image-3.0"],
    dialect: "messages_task",
    maxCount: 6,
    size: between(512, 2048, 8),
    maxInputImages: 3,
    negativePrompt: true,
  },
  {
    names: ["qwen-image-2.1-pro"],
    dialect: "messages_task",
    maxCount: 6,
    size: between(512, 2048, 8),
    maxInputImages: 10,
    negativePrompt: false,
  },
  {
    names: ["qwen-image-2.0-pro", "qwen-image-2.0"],
    dialect: "messages",
    maxCount: 6,
    size: between(512, 2048, 8),
    maxInputImages: 3,
    negativePrompt: true,
  },
  {
    names: ["qwen-image-max", "qwen-image-plus", "qwen-image"],
    dialect: "messages",
    maxCount: 1,
    size: qwenSizes,
    maxInputImages: 0,
    negativePrompt: true,
  },
  {
    names: ["qwen-image-edit-max", "qwen-image-edit-plus"],
    dialect: "messages",
    maxCount: 6,
    size: edges(512, 2048),
    maxInputImages: 3,
    negativePrompt: true,
  },
  {
    names: ["qwen-image-edit"],
    dialect: "messages",
    maxCount: 1,
    maxInputImages: 3,
    negativePrompt: true,
  },
  {
    names: ["wan2.7-image-pro"],
    dialect: "messages_task",
    maxCount: 4,
    size: between(768, 4096, 8),
    editSize: between(768, 2048, 8),
    maxInputImages: 9,
    negativePrompt: true,
  },
  {
    names: ["wan2.7-image"],
    dialect: "messages_task",
    maxCount: 4,
    size: between(768, 2048, 8),
    maxInputImages: 9,
    negativePrompt: true,
  },
  {
    // Its size is limited as that of wan2.7-image; no source says it more narrowly.
    names: ["wan2.6-image"],
    dialect: "messages_task",
    maxCount: 4,
    size: between(768, 2048, 4),
    maxInputImages: 4,
    negativePrompt: true,
  },
  {
    names: ["wan2.6-t2i"],
    dialect: "messages_task",
    maxCount: 4,
    size: between(1280, 1440, 4),
    maxInputImages: 0,
    negativePrompt: true,
  },
  {
    names: ["wan2.5-t2i-preview"],
    dialect: "prompt_task",
    maxCount: 4,
    size: between(768, 1440, 4),
    maxInputImages: 0,
    negativePrompt: true,
  },
  {
    // The default size is the largest that is known to be taken.
    names: ["wan2.5-i2i-preview"],
    dialect: "prompt_task",
    maxCount: 4,
    size: between(768, 1280, 4),
    maxInputImages: 3,
    negativePrompt: true,
  },
  {
    names: [
      "wan2.2-t2i-flash",
      "wan2.2-t2i-plus",
      "wanx2.1-t2i-turbo",
      "wanx2.1-t2i-plus",
      "wanx2.0-t2i-turbo",
    ],
    dialect: "prompt_task",
    maxCount: 4,
    size: edges(512, 1440),
    maxInputImages: 0,
    negativePrompt: true,
  },
  {
    names: ["wanx2.1-imageedit"],
    dialect: "function_task",
    maxCount: 4,
    maxInputImages: 1,
    negativePrompt: false,
  },
  {
    names: ["z-image-turbo"],
    dialect: "messages",
    maxCount: 0,
    size: between(512, 2048, 8),
    maxInputImages: 0,
    negativePrompt: false,
  },
];

const byName: ReadonlyMap<string, AlibabaModel> = new Map(
  models.flatMap((model) => model.names.map((name) => [name, model] as const)),
);
