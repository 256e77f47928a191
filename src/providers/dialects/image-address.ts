import type { ImageInput } from "../../domain/task.ts";
import { imageType } from "./image-type.ts";

/** An input image as one address: its own, or a data URL of its bytes. */
export function imageAddress(image: ImageInput): string {
  if (image.kind === "url") return image.url;
  const { bytes } = image;
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return `data:${imageType(bytes, image.mimeType)};base64,${base64}`;
}
