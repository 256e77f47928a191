import { DataUrlBytes } from "../../domain/data-url-bytes.ts";
import type { ImageInput } from "../../domain/task.ts";
import { imageType } from "./image-type.ts";

/** An input image as one address in a JSON body: its own, or a data URL of its bytes. */
export function imageAddress(image: ImageInput): string | DataUrlBytes {
  if (image.kind === "url") return image.url;
  return new DataUrlBytes(image.bytes, imageType(image.bytes, image.mimeType));
}
