import type { ImageFormat } from "../domain/image-options.ts";
import { loadSharp } from "./load-sharp.ts";

/** How a conversion went. */
export type ConversionResult =
  | { readonly kind: "converted"; readonly bytes: Uint8Array }
  /** The image is sound, and this format cannot hold it; or it is larger than what is decoded. */
  | { readonly kind: "impossible" }
  /** The bytes cannot be decoded as an image. */
  | { readonly kind: "broken" };

/**
 * Writes an image in another format.
 *
 * `compression` is 0 to 100, where 100 keeps the most; it is the quality of JPEG,
 * WebP and AVIF, and without meaning for PNG and GIF. Undefined means sharp's
 * default. JPEG knows no transparency: what is transparent becomes white. An
 * animation stays one in GIF and WebP; elsewhere its first frame is kept.
 */
export async function convertImage(
  bytes: Uint8Array,
  format: ImageFormat,
  compression: number | undefined,
): Promise<ConversionResult> {
  const animated = format === "gif" || format === "webp";
  // sharp's qualities begin at 1.
  const options = compression === undefined ? {} : { quality: Math.max(1, compression) };
  const sharp = await loadSharp();
  try {
    let image = sharp(bytes, { animated });
    // The metadata that holds the orientation is not written, so it is applied.
    if (!animated) image = image.autoOrient();
    switch (format) {
      case "png":
        image = image.png();
        break;
      case "jpeg":
        image = image.flatten({ background: "#ffffff" }).jpeg(options);
        break;
      case "webp":
        image = image.webp(options);
        break;
      case "avif":
        image = image.avif(options);
        break;
      case "gif":
        image = image.gif();
        break;
    }
    return { kind: "converted", bytes: await image.toBuffer() };
  } catch {
    return { kind: (await isSound(bytes)) ? "impossible" : "broken" };
  }
}

/**
 * Whether the whole of an image can be decoded. It is read line by line and made
 * tiny, so that one with too many pixels for a conversion takes time and no memory.
 */
async function isSound(bytes: Uint8Array): Promise<boolean> {
  const tiny = { width: 16, height: 16, fit: "fill" } as const;
  const sharp = await loadSharp();
  try {
    await sharp(bytes, { limitInputPixels: false, sequentialRead: true })
      .resize(tiny)
      .raw()
      .toBuffer();
    return true;
  } catch {
    return false;
  }
}
