import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { MaskPolarity } from "../../src/domain/task.ts";
import { convertMask } from "../../src/media/convert-mask.ts";
import { sniffImage } from "../../src/media/sniff-image.ts";
import { pngHeader } from "../support/image-bytes.ts";

const polarities: readonly MaskPolarity[] = [
  "transparent_is_edited",
  "white_is_edited",
  "black_is_edited",
];

/** How much of each of six pixels is edited, from 0 to 255. */
const edited = [255, 0, 128, 1, 254, 64];

/** A mask of 3 by 2 pixels that says so in one polarity. */
function maskIn(polarity: MaskPolarity) {
  const raw = { width: 3, height: 2 };
  if (polarity === "transparent_is_edited") {
    // The colours are any, and mean nothing.
    const pixels = Buffer.from(
      edited.flatMap((amount, index) => [index * 40, 7, 200, 255 - amount]),
    );
    return sharp(pixels, { raw: { ...raw, channels: 4 } });
  }
  const isWhite = polarity === "white_is_edited";
  const pixels = Buffer.from(edited.map((amount) => (isWhite ? amount : 255 - amount)));
  return sharp(pixels, { raw: { ...raw, channels: 1 } });
}

/** How much of each pixel a mask says is edited. */
async function readMask(bytes: Uint8Array, polarity: MaskPolarity): Promise<number[]> {
  const channel = polarity === "transparent_is_edited" ? 3 : 0;
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const values = [...data].filter((_, index) => index % info.channels === channel);
  return polarity === "white_is_edited" ? values : values.map((value) => 255 - value);
}

async function converted(mask: Uint8Array, from: MaskPolarity, to: MaskPolarity) {
  const conversion = await convertMask(mask, from, to);
  if (conversion.kind === "failed") throw new Error("It cannot be converted.");
  return conversion.bytes;
}

describe("a mask", () => {
  const pairs = polarities.flatMap((from) => polarities.map((to) => [from, to] as const));

  it.each(pairs)("of %s says the same, to the last shade, as %s", async (from, to) => {
    const mask = await converted(await maskIn(from).png().toBuffer(), from, to);
    expect(sniffImage(mask)).toMatchObject({ format: "png", width: 3, height: 2 });
    expect(await readMask(mask, to)).toEqual(edited);
  });

  it("is read whatever its file is like: sixteen bits, three channels, another format", async () => {
    const white = maskIn("white_is_edited");
    const files = [
      await white.clone().toColourspace("grey16").png().toBuffer(),
      await white.clone().toColourspace("srgb").png().toBuffer(),
      await white.clone().webp({ lossless: true }).toBuffer(),
    ];
    for (const file of files) {
      const mask = await converted(file, "white_is_edited", "black_is_edited");
      expect(await readMask(mask, "black_is_edited")).toEqual(edited);
    }
  });

  it.each(["white_is_edited", "black_is_edited"] as const)(
    "of %s keeps what is transparent in it",
    async (from) => {
      const see = { r: 90, g: 90, b: 90, alpha: 0 };
      const file = await sharp({ create: { width: 2, height: 1, channels: 4, background: see } })
        .png()
        .toBuffer();
      const mask = await converted(file, from, "transparent_is_edited");
      expect(await readMask(mask, "transparent_is_edited")).toEqual([0, 0]);
    },
  );

  it("that has no transparency edits nothing when transparency is what counts", async () => {
    const file = await maskIn("white_is_edited").png().toBuffer();
    const mask = await converted(file, "transparent_is_edited", "white_is_edited");
    expect(await readMask(mask, "white_is_edited")).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it.each([
    ["no image at all", Buffer.from("no image")],
    ["a file that breaks off", pngHeader(10, 10)],
    ["more pixels than are decoded", pngHeader(60_000, 60_000)],
  ])("cannot be converted when it is %s", async (_what, bytes) => {
    const conversion = await convertMask(bytes, "white_is_edited", "black_is_edited");
    expect(conversion).toEqual({ kind: "failed" });
  });
});
