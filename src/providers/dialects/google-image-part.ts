import type { JsonObject } from "../../domain/json.ts";
import type { ImageInput } from "../../domain/task.ts";
import { imageType } from "./image-type.ts";

/** An input image as a part of a message: bytes inside the body, where the transport writes them. */
export function googleImagePart(image: ImageInput): JsonObject {
  // Not every model of Google's fetches inputs, and none is said to, so that none is left unfetched.
  if (image.kind === "url") throw new Error("An image of a message must be bytes.");
  const { bytes, mimeType } = image;
  return { inlineData: { mimeType: imageType(bytes, mimeType), data: bytes } };
}
