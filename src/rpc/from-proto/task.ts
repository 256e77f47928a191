import type { GenerateRequest } from "../../../gen/spillway/v1/generate_pb.ts";
import type { ImageInput as ProtoImage } from "../../../gen/spillway/v1/image_pb.ts";
import type { ImageInput, Task } from "../../domain/task.ts";
import { maskPolarity as maskPolarityTable, reader } from "../enum-tables.ts";
import { chatFromProto } from "./chat.ts";
import { imageInputFromProto } from "./image-input.ts";
import { imageOptionsFromProto } from "./image-options.ts";

/** Reads the task of a request that has passed validation: one is set, and what it needs is there. */
export function taskFromProto(task: GenerateRequest["task"]): Task {
  switch (task.case) {
    case "textToImage":
      return {
        operation: "text_to_image",
        prompt: task.value.prompt,
        negativePrompt: task.value.negativePrompt,
        options: imageOptionsFromProto(task.value.options),
      };
    case "imageEdit":
      return {
        operation: "image_edit",
        prompt: task.value.prompt,
        images: task.value.images.map(imageInputFromProto),
        mask: task.value.mask === undefined ? undefined : imageInputFromProto(task.value.mask),
        maskPolarity: maskPolarity(task.value.maskPolarity) ?? "transparent_is_edited",
        options: imageOptionsFromProto(task.value.options),
      };
    case "imageUpscale":
      return {
        operation: "image_upscale",
        image: required(task.value.image),
        scaleFactor: task.value.scaleFactor === 0 ? defaultScaleFactor : task.value.scaleFactor,
        options: imageOptionsFromProto(task.value.options),
      };
    case "chat":
      return chatFromProto(task.value);
    case undefined:
      throw new Error("a request without a task passed validation");
  }
}

const maskPolarity = reader(maskPolarityTable);

/** ImageUpscale.scale_factor of 0. */
const defaultScaleFactor = 2;

function required(image: ProtoImage | undefined): ImageInput {
  if (image === undefined) throw new Error("an upscale without an image passed validation");
  return imageInputFromProto(image);
}
