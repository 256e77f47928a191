import type { Sharp } from "sharp";
import type { MaskConversion } from "../domain/input-media.ts";
import type { MaskPolarity } from "../domain/task.ts";
import { loadSharp, type SharpFunction } from "./load-sharp.ts";

/**
 * Rewrites a mask for a reader of another polarity, as a PNG of the same size
 * with eight bits a channel. Half-edited pixels stay half-edited. A mask of black
 * and white is read by its brightness; what is transparent in it counts as not
 * edited. One of transparency is read by its alpha channel alone, and written
 * with black where something is left to see.
 *
 * It fails when the bytes cannot be decoded, or have more than 100 megapixels.
 */
export async function convertMask(
  mask: Uint8Array,
  from: MaskPolarity,
  to: MaskPolarity,
): Promise<MaskConversion> {
  const sharp = await loadSharp();
  try {
    const kept = keptOf(sharp(mask, { limitInputPixels }), from);
    const { data, info } = await kept.raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const png = write(sharp, data, { width, height, channels: 1 }, to).png();
    return { kind: "converted", bytes: await png.toBuffer() };
  } catch {
    return { kind: "failed" };
  }
}

const limitInputPixels = 100_000_000;

/** One byte a pixel: how much of it is kept. */
function keptOf(image: Sharp, polarity: MaskPolarity): Sharp {
  switch (polarity) {
    case "transparent_is_edited":
      return image.toColourspace("srgb").ensureAlpha().extractChannel("alpha");
    case "white_is_edited":
      return brightness(image, "#000000").negate();
    case "black_is_edited":
      return brightness(image, "#ffffff");
  }
}

function brightness(image: Sharp, background: string): Sharp {
  return image.flatten({ background }).greyscale().toColourspace("b-w");
}

interface RawSize {
  readonly width: number;
  readonly height: number;
  readonly channels: 1;
}

function write(sharp: SharpFunction, kept: Buffer, raw: RawSize, polarity: MaskPolarity): Sharp {
  const { width, height } = raw;
  switch (polarity) {
    case "transparent_is_edited":
      return sharp({ create: { width, height, channels: 3, background: "#000000" } }).joinChannel(
        kept,
        { raw },
      );
    case "white_is_edited":
      return sharp(kept, { raw }).negate().toColourspace("b-w");
    case "black_is_edited":
      return sharp(kept, { raw }).toColourspace("b-w");
  }
}
