import type { ImageFormat } from "../domain/image-options.ts";
import { loadSharp } from "./load-sharp.ts";

/** How a conversion went. */
export type ConversionResult =
  | { readonly kind: "converted"; readonly bytes: Uint8Array }
  /** The image is sound, and this format cannot hold it; or it has more than 100 megapixels, or takes over a minute. */
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
    let image = sharp(bytes, { animated, limitInputPixels }).timeout({ seconds });
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
  } catch (error) {
    const isKnown = isBeyondLimits(error) || (await isSound(bytes));
    return { kind: isKnown ? "impossible" : "broken" };
  }
}

/** An interlaced image is decoded whole, with four bytes a pixel: this one takes 400 MB. */
const limitInputPixels = 100_000_000;

/** How long libvips may work on one image. */
const seconds = 60;

/** Whether an image was given up for its size or for the time that it takes. */
function isBeyondLimits(error: unknown): boolean {
  return error instanceof Error && /pixel limit|^timeout/.test(error.message);
}

/** Whether the whole of an image can be decoded, as far as the limits allow. It is made tiny. */
async function isSound(bytes: Uint8Array): Promise<boolean> {
  const tiny = { width: 16, height: 16, fit: "fill" } as const;
  const sharp = await loadSharp();
  try {
    await sharp(bytes, { limitInputPixels, sequentialRead: true })
      .timeout({ seconds })
      .resize(tiny)
      .raw()
      .toBuffer();
    return true;
  } catch (error) {
    return isBeyondLimits(error);
  }
}
