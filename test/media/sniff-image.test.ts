import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { ImageFormat } from "../../src/domain/image-options.ts";
import { sniffImage } from "../../src/media/sniff-image.ts";

const formats: readonly ImageFormat[] = ["png", "jpeg", "webp", "avif", "gif"];

function picture(width: number, height: number, channels: 3 | 4 = 3) {
  return sharp({
    create: { width, height, channels, background: { r: 200, g: 30, b: 60, alpha: 0.5 } },
  });
}

describe("sniffing", () => {
  it.each(formats)("reads type and size of any %s that sharp writes", async (format) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(3 as const, 4 as const),
        async (width, height, channels) => {
          const bytes = await picture(width, height, channels)[format]({ effort: 1 }).toBuffer();
          expect(sniffImage(bytes)).toEqual({
            format,
            mimeType: `image/${format}`,
            width,
            height,
          });
        },
      ),
      { numRuns: format === "avif" ? 10 : 25 },
    );
  });

  it.each([
    ["lossy WebP", () => picture(37, 21).webp({ lossless: false })],
    ["lossless WebP", () => picture(37, 21).webp({ lossless: true })],
    ["WebP with transparency", () => picture(37, 21, 4).webp()],
    ["WebP with a profile", () => picture(37, 21).withMetadata().webp()],
    ["progressive JPEG", () => picture(37, 21).jpeg({ progressive: true })],
    ["JPEG with a profile", () => picture(37, 21).withIccProfile("p3").jpeg()],
    ["AVIF with transparency", () => picture(37, 21, 4).avif()],
    ["interlaced PNG", () => picture(37, 21, 4).png({ progressive: true })],
  ] as const)("reads %s", async (_, make) => {
    const bytes = await make().toBuffer();
    expect(sniffImage(bytes)).toMatchObject({ width: 37, height: 21 });
  });

  it("reads an animation's own size", async () => {
    const frames = await picture(40, 60).raw().toBuffer();
    const animation = await sharp(frames, {
      raw: { width: 40, height: 60, channels: 3, pageHeight: 20 },
    })
      .gif()
      .toBuffer();
    expect(sniffImage(animation)).toMatchObject({ format: "gif", width: 40, height: 20 });
  });

  it("reads bytes that begin in the middle of a buffer", async () => {
    const png = await picture(9, 8).png().toBuffer();
    const padded = new Uint8Array(png.length + 7);
    padded.set(png, 7);
    expect(sniffImage(padded.subarray(7))).toMatchObject({ width: 9, height: 8 });
  });

  it("never throws, whatever the bytes, and knows no image in the beginning of one", async () => {
    const images = await Promise.all(
      formats.map((format) => picture(50, 40)[format]({ effort: 1 }).toBuffer()),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...images),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        (image, cut, changes) => {
          const bytes = Uint8Array.from(image.subarray(0, cut % image.length));
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
          const sniffed = sniffImage(bytes);
          expect(sniffed === undefined || (sniffed.width > 0 && sniffed.height > 0)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
    for (const image of images) expect(sniffImage(image.subarray(0, 9))).toBeUndefined();
  });

  it.each(["", "<html><body>502</body></html>", "<svg xmlns='http://www.w3.org/2000/svg'/>", "{}"])(
    "knows that %j is no image",
    (text) => {
      expect(sniffImage(new TextEncoder().encode(text))).toBeUndefined();
    },
  );
});
