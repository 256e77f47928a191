import type { ImageSize } from "../../domain/image-options.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { TextToImageTask } from "../../domain/task.ts";
import { type ReplicateModel, replicateModel } from "./replicate-models.ts";

/** The `input` of a prediction that makes images from words, in the keys of its model. */
export function replicateInput(task: TextToImageTask, upstreamModel: string): JsonObject {
  const model = replicateModel(upstreamModel);
  const { options } = task;
  return {
    prompt: task.prompt,
    negative_prompt: model.negativePrompt && task.negativePrompt ? task.negativePrompt : undefined,
    ...shape(options.size, model),
    ...named(
      model.resolution?.key,
      options.resolution && model.resolution?.words[options.resolution],
    ),
    ...named(model.count?.key, options.count),
    output_format: options.format && model.formats?.[options.format],
    ...named(model.compressionKey, options.compression),
    seed: model.seed ? options.seed : undefined,
    quality: model.qualities ? options.quality : undefined,
    background: model.backgrounds ? options.background : undefined,
  };
}

function shape(size: ImageSize | undefined, model: ReplicateModel): JsonObject {
  if (size === undefined || model.size === undefined) return {};
  const { width, height } = size;
  switch (model.size.kind) {
    case "ratio":
      return { aspect_ratio: `${width}:${height}` };
    case "free":
      return { aspect_ratio: model.customRatio ? "custom" : undefined, width, height };
    case "listed":
      return { size: `${width}x${height}` };
  }
}

function named(key: string | undefined, value: string | number | undefined): JsonObject {
  return key === undefined || value === undefined ? {} : { [key]: value };
}
