import type { JsonObject } from "../../domain/json.ts";
import type { ImageInput } from "../../domain/task.ts";
import { imageType } from "./image-type.ts";

/**
 * An input image as a part of a message. Bytes go inside the body, where the transport
 * writes them; an address goes as it is, and Google fetches it.
 */
export function googleImagePart(image: ImageInput): JsonObject {
  if (image.kind === "bytes") {
    const { bytes, mimeType } = image;
    return { inlineData: { mimeType: imageType(bytes, mimeType), data: bytes } };
  }
  const data = /^data:([^;,]+);base64,/.exec(image.url);
  if (data !== null) {
    return { inlineData: { mimeType: data[1], data: image.url.slice(data[0].length) } };
  }
  return { fileData: { mimeType: image.mimeType || typeOf(image.url), fileUri: image.url } };
}

function typeOf(url: string): string {
  const extension = /\.(png|jpe?g|webp|heic|heif)(?:$|[?#])/i.exec(url)?.[1]?.toLowerCase();
  if (extension === undefined) return "image/*";
  return extension === "jpg" ? "image/jpeg" : `image/${extension}`;
}
