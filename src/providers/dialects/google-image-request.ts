import type { ImageOptions } from "../../domain/image-options.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ImageEditTask, TextToImageTask } from "../../domain/task.ts";
import { googleImagePart } from "./google-image-part.ts";

/** The body of a generateContent call for an image from words (v1beta, @google/genai 3.1.0, 2026-11-21). */
export function googleImageRequest(task: TextToImageTask): JsonObject {
  return body([{ text: task.prompt }], task.options);
}

/** The same for an image from images: the references in their order, then what to make of them. */
export function googleEditRequest(task: ImageEditTask): JsonObject {
  return body([...task.images.map(googleImagePart), { text: task.prompt }], task.options);
}

function body(parts: readonly JsonObject[], options: ImageOptions): JsonObject {
  return { contents: [{ role: "user", parts }], generationConfig: generationConfig(options) };
}

/** `imageConfig` is inside `generationConfig`: elsewhere it is ignored without a word (js-genai #1461). */
function generationConfig(options: ImageOptions): JsonObject {
  const { size, resolution, seed } = options;
  const imageOutputOptions = outputOptions(options);
  const isPlain =
    size === undefined && resolution === undefined && imageOutputOptions === undefined;
  return {
    responseModalities: ["IMAGE"],
    seed,
    imageConfig: isPlain
      ? undefined
      : {
          aspectRatio: size === undefined ? undefined : `${size.width}:${size.height}`,
          imageSize: resolution,
          imageOutputOptions,
        },
  };
}

/** How the file shall be: an option only of Vertex AI, so that no other task has it. */
function outputOptions({ format, compression }: ImageOptions): JsonObject | undefined {
  if (format === undefined) return undefined;
  return { mimeType: `image/${format}`, compressionQuality: compression };
}
