import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { drawPicture, type Picture } from "../../src/sandbox/draw-picture.ts";

const picture: Picture = {
  prompt: "a paper boat",
  provider: "openai",
  model: "gpt-image-2",
  width: 512,
  height: 256,
  format: "png",
};

describe("drawPicture", () => {
  it.each(["png", "jpeg", "webp"] as const)(
    "makes a %s of the size that is asked for",
    async (format) => {
      const {
        width,
        height,
        format: made,
      } = await sharp(await drawPicture({ ...picture, format })).metadata();
      expect({ width, height, made }).toEqual({ width: 512, height: 256, made: format });
    },
  );

  it("makes the same bytes of the same picture", async () => {
    expect(await drawPicture(picture)).toEqual(await drawPicture(picture));
  });

  it("tells variants apart", async () => {
    const first = await drawPicture(picture);
    expect((await drawPicture({ ...picture, variant: 1 })).equals(first)).toBe(false);
  });

  it.each([
    ["the prompt", { prompt: "a paper ship" }],
    ["the provider", { provider: "gemini" }],
    ["the model", { model: "gpt-image-3" }],
    ["the note", { note: "2 OF 3" }],
  ])("shows %s in letters that need no font", async (_what, change) => {
    const bare = { ...picture, transparent: true };
    const [before, after] = await Promise.all([
      drawPicture(bare),
      drawPicture({ ...bare, ...change }),
    ]);
    expect(before.equals(after)).toBe(false);
  });

  it("leaves the background out when asked", async () => {
    const { channels } = await sharp(await drawPicture({ ...picture, transparent: true })).stats();
    expect(channels[3]?.min).toBe(0);
  });

  it.each(["", "<svg onload='x'>&amp;", "日本語", "x".repeat(5000), "\u0000\ud800"])(
    "draws the prompt %j without harm",
    async (prompt) => {
      const { width } = await sharp(await drawPicture({ ...picture, prompt })).metadata();
      expect(width).toBe(512);
    },
  );

  it("draws very small and very wide pictures", async () => {
    for (const [width, height] of [
      [16, 16],
      [1024, 64],
      [64, 1024],
    ] as const) {
      const made = await sharp(await drawPicture({ ...picture, width, height })).metadata();
      expect([made.width, made.height]).toEqual([width, height]);
    }
  });
});
