import sharp from "sharp";

/** A PNG of 600 x 400 pixels that is not compressed: 720 kB. */
export function largePng(): Promise<Buffer> {
  const create = { width: 600, height: 400, channels: 3, background: "teal" } as const;
  return sharp({ create }).png({ compressionLevel: 0 }).toBuffer();
}
