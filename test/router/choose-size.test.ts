import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageCapabilities, SizeCapability } from "../../src/domain/capabilities.ts";
import type { ImageSize, Resolution } from "../../src/domain/image-options.ts";
import { ratioDistance, sameRatio } from "../../src/domain/shape.ts";
import { chooseFreeSize, type FreeSize, pixelsOf } from "../../src/router/choose-free-size.ts";
import { chooseSize, printSize } from "../../src/router/choose-size.ts";

const anySize: FreeSize = {
  kind: "free",
  multipleOf: 1,
  minEdge: 16,
  maxEdge: 16_384,
  minPixels: 1,
  maxPixels: 2 ** 30,
  maxRatio: 100,
};
/** gpt-image-2: multiples of 16, at most 3:1, at most 3840x2160 pixels. */
const gptImage2: FreeSize = {
  ...anySize,
  multipleOf: 16,
  maxEdge: 3840,
  minPixels: 655_360,
  maxPixels: 3840 * 2160,
  maxRatio: 3,
};
const gptImage15: SizeCapability = {
  kind: "listed",
  sizes: ["1024x1024", "1536x1024", "1024x1536"],
};
const gemini: Partial<ImageCapabilities> = {
  size: { kind: "ratio", ratios: ["1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9"] },
  resolutions: ["1K", "2K", "4K"],
};

/** Reads "16:9", "1024x768", "16:9 2K" or "4K" as a wish. */
function choose(wish: string, capabilities: Partial<ImageCapabilities>, shapeIsGiven = false) {
  const [first = "", second] = wish.split(" ");
  const tier = (second ?? (first.endsWith("K") ? first : undefined)) as Resolution | undefined;
  const [width = 0, height = 0] = first.split(/[:x]/).map(Number);
  const kind = first.includes(":") ? "aspect_ratio" : "pixels";
  const size: ImageSize | undefined = first.endsWith("K") ? undefined : { kind, width, height };
  const all: ImageCapabilities = { maxCountPerCall: 1, delivery: "bytes", ...capabilities };
  const chosen = chooseSize({ size, resolution: tier }, all, shapeIsGiven);
  return {
    size: chosen.size && printSize(chosen.size),
    resolution: chosen.resolution,
    changes: chosen.changes.map(({ field, applied }) => `${field} -> ${applied}`),
  };
}

describe("a provider of ratios", () => {
  it.each([
    ["16:9", "16:9", undefined, []],
    ["16:9 2K", "16:9", "2K", []],
    ["32:18", "16:9", undefined, []],
    ["4K", undefined, "4K", []],
    ["1024x1024", "1:1", "1K", []],
    ["2048x2048", "1:1", "2K", []],
    ["1376x768", "16:9", "1K", ["options.pixels -> 16:9 at 1K"]],
    ["1000x1000", "1:1", "1K", ["options.pixels -> 1:1 at 1K"]],
    ["5:4", "4:3", undefined, ["options.aspect_ratio -> 4:3"]],
    ["1:8", "9:16", undefined, ["options.aspect_ratio -> 9:16"]],
    ["1024x1024 4K", "1:1", "1K", ["options.resolution -> "]],
  ])("is asked for %s as %s at %s", (wish, size, resolution, changes) => {
    expect(choose(wish, gemini)).toEqual({ size, resolution, changes });
  });

  it("is asked for its nearest scale, or for none when it has none", () => {
    expect(choose("1:1 4K", { ...gemini, resolutions: ["1K", "2K"] })).toEqual({
      size: "1:1",
      resolution: "2K",
      changes: ["options.resolution -> 2K"],
    });
    expect(choose("1:1 4K", { size: { kind: "ratio", ratios: ["1:1"] } })).toEqual({
      size: "1:1",
      resolution: undefined,
      changes: ["options.resolution -> "],
    });
  });

  it("is given its own spelling, also with fractions, and never one that is no ratio", () => {
    const size = { kind: "ratio", ratios: ["auto", "9:19.5", "1:2"] } as const;
    expect(choose("18:39", { size }).size).toBe("9:19.5");
  });
});

describe("a provider whose shape cannot be chosen", () => {
  it.each([
    ["16:9", ["options.aspect_ratio -> "]],
    ["800x600", ["options.pixels -> "]],
    ["16:9 2K", ["options.aspect_ratio -> ", "options.resolution -> "]],
  ])("drops %s", (wish, changes) => {
    expect(choose(wish, {})).toEqual({ size: undefined, resolution: undefined, changes });
  });
});

describe("a provider of listed sizes", () => {
  it.each([
    ["1536x1024", "1536x1024", []],
    ["3:2", "1536x1024", []],
    ["1:1 1K", "1024x1024", []],
    ["16:9", "1536x1024", ["options.aspect_ratio -> 1536x1024"]],
    ["512x512", "1024x1024", ["options.pixels -> 1024x1024"]],
    ["1:1 4K", "1024x1024", ["options.resolution -> 1024x1024"]],
    ["2K", "1024x1024", ["options.resolution -> 1024x1024"]],
  ])("is asked for %s as %s", (wish, size, changes) => {
    expect(choose(wish, { size: gptImage15 })).toEqual({ size, resolution: undefined, changes });
  });

  it("takes the nearest area of those whose ratio is as near", () => {
    const size = { kind: "listed", sizes: ["1365x768", "2731x1536", "1820x1024"] } as const;
    expect(choose("16:9 2K", { size }).size).toBe("2731x1536");
    expect(choose("16:9", { size }).size).toBe("1365x768");
    const blocks = { kind: "listed", sizes: ["1365x768", "2752x1536"] } as const;
    expect(choose("16:9 2K", { size: blocks })).toMatchObject({ size: "2752x1536", changes: [] });
  });
});

describe("a provider of free sizes", () => {
  it.each([
    ["1024x768", "1024x768", []],
    ["16:9", "1360x768", []],
    ["16:9 2K", "2736x1536", []],
    ["9:16", "768x1360", []],
    ["1000x1000", "1008x1008", ["options.pixels -> 1008x1008"]],
    ["5:1", "1776x592", ["options.aspect_ratio -> 1776x592"]],
    ["1:1 4K", "2880x2880", ["options.resolution -> 2880x2880"]],
    ["256x256", "816x816", ["options.pixels -> 816x816"]],
    ["2K", "2048x2048", []],
  ])("is asked for %s as %s", (wish, size, changes) => {
    expect(choose(wish, { size: gptImage2 })).toEqual({ size, resolution: undefined, changes });
  });

  it("leaves the shape of an edit to its input when only a scale is asked", () => {
    expect(choose("2K", { size: gptImage2 }, true)).toEqual({
      size: undefined,
      resolution: undefined,
      changes: ["options.resolution -> "],
    });
  });

  it("has the pixels at 1K that are published for each ratio", () => {
    const published = [
      [21, 9, "1563x670"],
      [16, 9, "1365x768"],
      [9, 16, "768x1365"],
      [3, 2, "1254x836"],
      [2, 3, "836x1254"],
      [3, 4, "887x1182"],
      [4, 3, "1183x887"],
      [1, 1, "1024x1024"],
      [5, 4, "1145x916"],
      [4, 5, "916x1145"],
      [9, 21, "670x1564"],
    ] as const;
    for (const [width, height, pixels] of published) {
      expect(printSize({ kind: "pixels", ...pixelsOf({ width, height }, "1K") })).toBe(pixels);
    }
  });

  it("is never asked for what it does not allow", () => {
    const edge = fc.integer({ min: 16, max: 16_384 });
    fc.assert(
      fc.property(edge, edge, fc.constantFrom(1, 8, 16, 32, 64), (width, height, multipleOf) => {
        const limits = { ...gptImage2, multipleOf };
        const chosen = chooseFreeSize({ width, height }, limits);
        const { width: w, height: h } = chosen;
        expect([w % multipleOf, h % multipleOf]).toEqual([0, 0]);
        expect(Math.max(w, h)).toBeLessThanOrEqual(limits.maxEdge);
        expect(w * h).toBeLessThanOrEqual(limits.maxPixels);
        expect(w * h).toBeGreaterThanOrEqual(limits.minPixels);
        expect(Math.max(w, h) / Math.min(w, h)).toBeLessThanOrEqual(limits.maxRatio);
        const quotient = Math.max(width, height) / Math.min(width, height);
        // Blocks of 64 are coarse: what counts there is that the limits hold.
        if (quotient <= 2.8 && multipleOf <= 16) {
          expect(ratioDistance(chosen, { width, height })).toBeLessThan(2 * sameRatio);
        }
      }),
    );
  });
});
