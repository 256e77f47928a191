import type { ImageSize } from "../../domain/image-options.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ImageEditTask, TextToImageTask } from "../../domain/task.ts";
import { imageAddress } from "./image-address.ts";
import type { ReplicateModel } from "./replicate-model.ts";
import { replicateModel } from "./replicate-models.ts";

/** The `input` of a prediction that makes images from words or from images, in the keys of its model. */
export function replicateInput(
  task: TextToImageTask | ImageEditTask,
  upstreamModel: string,
): JsonObject {
  const model = replicateModel(upstreamModel);
  const { options } = task;
  return {
    prompt: task.prompt,
    ...(task.operation === "image_edit" ? images(task, model) : without(task, model)),
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

function without({ negativePrompt }: TextToImageTask, model: ReplicateModel): JsonObject {
  return model.negativePrompt && negativePrompt ? { negative_prompt: negativePrompt } : {};
}

/** An edit keeps the shape of its first image unless another one is asked for. */
function images({ images, mask, options }: ImageEditTask, { inputs }: ReplicateModel): JsonObject {
  if (inputs === undefined) return {};
  const addresses = images.map(imageAddress);
  const asGiven = inputs.shape === "on_request" && options.size === undefined;
  return {
    [inputs.key]: inputs.list ? addresses : addresses[0],
    mask: inputs.mask && mask && imageAddress(mask),
    aspect_ratio: asGiven ? "match_input_image" : undefined,
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
