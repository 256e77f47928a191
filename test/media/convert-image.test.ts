import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { ImageFormat } from "../../src/domain/image-options.ts";
import { convertImage } from "../../src/media/convert-image.ts";
import { sniffImage } from "../../src/media/sniff-image.ts";

const formats: readonly ImageFormat[] = ["png", "jpeg", "webp", "avif", "gif"];

async function converted(bytes: Uint8Array, format: ImageFormat, compression?: number) {
  const result = await convertImage(bytes, format, compression);
  if (result.kind !== "converted") throw new Error(result.kind);
  return result.bytes;
}

/** Noise, so that compression has something to do. */
async function noise(): Promise<Uint8Array> {
  return sharp({
    create: {
      width: 64,
      height: 48,
      channels: 3,
      background: "black",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  })
    .png()
    .toBuffer();
}

/** An image of one line, as wide as asked. */
async function wideImage(width: number): Promise<Uint8Array> {
  return sharp({ create: { width, height: 1, channels: 3, background: "red" } })
    .png()
    .toBuffer();
}

/** Three frames of 20 by 10 pixels. */
async function animation(): Promise<Uint8Array> {
  const pixels = new Uint8Array(20 * 30 * 3).map((_, index) => (index < 600 ? 255 : index % 256));
  return sharp(pixels, { raw: { width: 20, height: 30, channels: 3, pageHeight: 10 } })
    .gif()
    .toBuffer();
}

describe("converting", () => {
  it.each(formats)("writes %s of the same size", async (format) => {
    expect(sniffImage(await converted(await noise(), format))).toMatchObject({
      format,
      width: 64,
      height: 48,
    });
  });

  it.each(["jpeg", "webp", "avif"] as const)("compresses %s as much as asked", async (format) => {
    const image = await noise();
    const small = await converted(image, format, 0);
    const large = await converted(image, format, 100);
    expect(small.length).toBeLessThan(large.length);
  });

  it("puts white behind what JPEG cannot leave transparent", async () => {
    const clear = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const pixels = await sharp(await converted(clear, "jpeg"))
      .raw()
      .toBuffer();
    expect(Math.min(...pixels)).toBeGreaterThan(250);
  });

  it("keeps an animation in WebP, and its first frame in PNG", async () => {
    const moving = await sharp(await converted(await animation(), "webp")).metadata();
    expect(moving.pages).toBe(3);
    expect(sniffImage(await converted(await animation(), "png"))).toMatchObject({
      width: 20,
      height: 10,
    });
  });

  it("applies the orientation that it does not write", async () => {
    const lying = await sharp(await noise())
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(sniffImage(await converted(lying, "png"))).toMatchObject({ width: 48, height: 64 });
  });

  it("fails on bytes that cannot be decoded", async () => {
    const cut = (await noise()).subarray(0, 40);
    expect(await convertImage(cut, "webp", undefined)).toEqual({ kind: "broken" });
  });

  it.each([
    ["webp", 16_384],
    ["avif", 16_385],
    ["jpeg", 65_536],
    ["gif", 65_536],
  ] as const)(
    "tells a sound image that %s cannot hold from a broken one",
    async (format, width) => {
      const wide = await wideImage(width);
      expect(await convertImage(wide, format, undefined)).toEqual({ kind: "impossible" });
      expect(await convertImage(wide.subarray(0, -40), format, undefined)).toEqual({
        kind: "broken",
      });
    },
  );

  it("does not decode an image with more pixels than are converted", async () => {
    const { width, height } = { width: 10_001, height: 10_000 };
    const huge = await sharp({
      create: { width, height, channels: 3, background: "red" },
      limitInputPixels: false,
    })
      .png()
      .toBuffer();
    expect(await convertImage(huge, "jpeg", undefined)).toEqual({ kind: "impossible" });
  });
});
