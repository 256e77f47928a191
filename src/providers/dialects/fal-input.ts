import type { ImageSize } from "../../domain/image-options.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ImageTask } from "../../domain/task.ts";
import { type FalModel, oneImage, presetOfRatio, usualScaleKey } from "./fal-model.ts";
import { falModel } from "./fal-models.ts";
import { imageAddress } from "./image-address.ts";

/** The body of a call to a model on fal, in the keys of that model. */
export function falInput(task: ImageTask, upstreamModel: string): JsonObject {
  const model = falModel(upstreamModel);
  const { options } = task;
  return {
    ...work(task, model),
    ...shape(options.size, model),
    resolution: model.resolutions && options.resolution,
    num_images: model.maxCount && options.count,
    output_format: options.format && model.formats?.[options.format],
    seed: model.seed ? options.seed : undefined,
    quality: model.qualities && options.quality,
    background: model.backgrounds && options.background,
  };
}

/** What there is to do: the words, the images, the factor. */
function work(task: ImageTask, model: FalModel): JsonObject {
  switch (task.operation) {
    case "text_to_image":
      return {
        prompt: task.prompt,
        negative_prompt:
          model.negativePrompt && task.negativePrompt ? task.negativePrompt : undefined,
      };
    case "image_edit": {
      const { mask } = model;
      return {
        prompt: task.prompt,
        ...images(task.images.map(imageAddress), model),
        ...(mask && task.mask ? { [mask.key]: imageAddress(task.mask) } : {}),
      };
    }
    case "image_upscale":
      return {
        image_url: imageAddress(task.image),
        [model.scale?.key ?? usualScaleKey]: task.scaleFactor,
      };
  }
}

function images(
  addresses: readonly JsonValue[],
  { images: taken = oneImage }: FalModel,
): JsonObject {
  return taken.key === "image_url" ? { image_url: addresses[0] } : { image_urls: addresses };
}

function shape(size: ImageSize | undefined, model: FalModel): JsonObject {
  if (size === undefined || model.size === undefined) return {};
  const { width, height } = size;
  switch (model.size.kind) {
    case "free":
      return { image_size: { width, height } };
    case "listed":
      return { image_size: `${width}x${height}` };
    case "ratio": {
      const ratio = `${width}:${height}`;
      return model.presets ? { image_size: presetOfRatio[ratio] } : { aspect_ratio: ratio };
    }
  }
}
