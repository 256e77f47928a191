import type { SizeCapability } from "../../domain/capabilities.ts";
import type { ImageFormat, ImageOptions } from "../../domain/image-options.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Shape } from "../../domain/shape.ts";
import type {
  ImageEditTask,
  ImageInput,
  ImageUpscaleTask,
  TextToImageTask,
} from "../../domain/task.ts";
import type { CallTarget } from "../provider.ts";
import { isRunByRunware, type RunwareModel, runwareModel } from "./runware-models.ts";

/** The task `imageInference` that makes images from words. */
export function drawTask(task: TextToImageTask, target: CallTarget): JsonObject {
  const { options } = task;
  const model = runwareModel(target.upstreamModel);
  return {
    ...inference(task.prompt, options, target, model),
    negativePrompt: model.negativePrompt && task.negativePrompt ? task.negativePrompt : undefined,
    // Most models want to be told a size, so there is one even when nobody asked for it.
    ...pixels(model.size && (options.size ?? plainSize(model.size))),
  };
}

/** The task `imageInference` that makes images from images. */
export function editTask(task: ImageEditTask, target: CallTarget): JsonObject {
  const { images, options } = task;
  const model = runwareModel(target.upstreamModel);
  const [first] = images;
  const size = options.size ?? (model.needsSize ? sizeOfInput(first, model.size) : undefined);
  return {
    ...inference(task.prompt, options, target, model),
    ...pixels(model.size && size),
    inputs:
      model.edits.by === "seed"
        ? { seedImage: first && media(first), maskImage: task.mask && media(task.mask) }
        : { referenceImages: images.map(media) },
  };
}

/** The task `upscale`. */
export function upscaleTask(task: ImageUpscaleTask, target: CallTarget): JsonObject {
  return {
    taskType: "upscale",
    taskUUID: target.callId,
    model: target.upstreamModel,
    inputs: { image: media(task.image) },
    upscaleFactor: task.scaleFactor,
    ...delivery(task.options, target),
  };
}

/** Whether the answer to a task says only that it was taken. */
export function isAsync(target: CallTarget): boolean {
  return !isRunByRunware(target.upstreamModel);
}

function inference(
  prompt: string,
  options: ImageOptions,
  target: CallTarget,
  model: RunwareModel,
): JsonObject {
  return {
    taskType: "imageInference",
    taskUUID: target.callId,
    model: target.upstreamModel,
    positivePrompt: prompt,
    numberResults: options.count,
    seed: model.seed ? options.seed : undefined,
    providerSettings: settings(options, model),
    ...delivery(options, target),
  };
}

/**
 * How the result arrives. A poll brings all that is there once more, so that several
 * images of a job come as links, and each is then fetched once.
 */
function delivery(options: ImageOptions, target: CallTarget): JsonObject {
  const async = isAsync(target);
  const linked = options.delivery === "url" || (async && options.count > 1);
  return {
    outputType: linked ? "URL" : "base64Data",
    outputFormat: options.format && formats[options.format],
    outputQuality: quality(options.compression),
    deliveryMethod: async ? "async" : "sync",
    includeCost: true,
  };
}

/** Runware's scale ends at 20 and at 99. */
function quality(compression: number | undefined): number | undefined {
  return compression === undefined ? undefined : Math.min(Math.max(compression, 20), 99);
}

const formats: Readonly<Partial<Record<ImageFormat, string>>> = {
  jpeg: "JPG",
  png: "PNG",
  webp: "WEBP",
};

function settings({ quality, background }: ImageOptions, model: RunwareModel) {
  if (model.settings === undefined) return undefined;
  if (quality === undefined && background === undefined) return undefined;
  return { [model.settings]: { quality, background } };
}

/** Bytes go as bare base64, addresses as they are. */
function media(image: ImageInput): string | Uint8Array {
  return image.kind === "url" ? image.url : image.bytes;
}

function pixels(size: Shape | undefined): JsonObject {
  return size === undefined ? {} : { width: size.width, height: size.height };
}

/** A square of a megapixel, or the first size of a list. */
function plainSize(size: SizeCapability): Shape {
  const [width = 1024, height = 1024] =
    size.kind === "listed" ? (size.sizes[0] ?? "").split("x").map(Number) : [];
  return { width, height };
}

/** The size of an image as near as the model's steps allow, so that it keeps its shape. */
function sizeOfInput(
  image: ImageInput | undefined,
  size: SizeCapability | undefined,
): Shape | undefined {
  if (size?.kind !== "free") return undefined;
  const given = image?.kind === "bytes" ? image.size : undefined;
  const { width, height } = given ?? plainSize(size);
  const scale = Math.min(1, size.maxEdge / Math.max(width, height));
  const inSteps = (edge: number): number =>
    Math.max(size.minEdge, Math.round((edge * scale) / size.multipleOf) * size.multipleOf);
  return { width: inSteps(width), height: inSteps(height) };
}
