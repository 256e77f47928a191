import type { InputMedia } from "../domain/input-media.ts";
import { convertImage } from "./convert-image.ts";
import { convertMask } from "./convert-mask.ts";
import { sniffImage } from "./sniff-image.ts";

/** What is done to the images that callers supply. */
export const inputMedia: InputMedia = {
  sniff: sniffImage,
  toPng: (image) => convertImage(image, "png", undefined),
  convertMask,
};
