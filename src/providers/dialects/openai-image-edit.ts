import type { ImageCapabilities } from "../../domain/capabilities.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ImageEditTask, ImageInput } from "../../domain/task.ts";
import type { HttpCall, MultipartPart } from "../http-call.ts";
import { imageFileName } from "./image-file-name.ts";
import { usualImageTypes } from "./usual-image-types.ts";

/**
 * The files that OpenAI takes for an edit: images below 50 MB, and a PNG below 4 MB as
 * the mask (OpenAPI document, 2026-11-21).
 */
export const openAiEditFiles = {
  inputFile: { types: usualImageTypes, maxBytes: 50_000_000 - 1 },
  maskFile: { types: ["image/png"], maxBytes: 4_000_000 - 1 },
} as const satisfies Pick<ImageCapabilities, "inputFile" | "maskFile">;

/**
 * The call `POST /images/edits`, a form: the fields of a body as text, then the images
 * and the mask as files. `imageName` is the name of the parts with the images, and
 * `media` names the fields of its reply that carry images.
 * Each file has a name and a type of its own, since OpenAI answers 400 to a part of
 * the type that form encoders give by default (OpenAPI document and issues of its
 * SDK, 2026-11-21).
 */
export function postEdit(
  task: ImageEditTask,
  fields: JsonObject,
  imageName: "image" | "image[]",
  media: readonly string[],
): HttpCall {
  const parts: MultipartPart[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) parts.push({ kind: "field", name, value: String(value) });
  }
  for (const [index, image] of task.images.entries()) {
    parts.push(filePart(imageName, `image-${index + 1}`, image));
  }
  if (task.mask !== undefined) parts.push(filePart("mask", "mask", task.mask));
  return { method: "POST", path: "/images/edits", body: { kind: "multipart", parts }, media };
}

function filePart(name: string, stem: string, image: ImageInput): MultipartPart {
  // No provider with this dialect says that it fetches inputs, so that none is left unfetched.
  if (image.kind === "url") throw new Error("An image of a form must be bytes.");
  const { bytes, mimeType } = image;
  return { kind: "file", name, filename: imageFileName(stem, mimeType), mimeType, bytes };
}
