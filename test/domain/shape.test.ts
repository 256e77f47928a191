import { describe, expect, it } from "vitest";
import { nearestTier, parseShape, ratioDistance, sameRatio } from "../../src/domain/shape.ts";

describe("parseShape", () => {
  it.each([
    ["16:9", { width: 16, height: 9 }],
    ["9:19.5", { width: 9, height: 19.5 }],
    ["1024x768", { width: 1024, height: 768 }],
    ["1664*928", { width: 1664, height: 928 }],
    ["auto", undefined],
    ["match_input_image", undefined],
    ["0:1", undefined],
    ["16:", undefined],
    ["-1:2", undefined],
  ])("reads %s", (text, shape) => {
    expect(parseShape(text)).toEqual(shape);
  });
});

describe("ratioDistance", () => {
  it("is the same both ways, and nothing for the same ratio at another scale", () => {
    const wide = { width: 16, height: 9 };
    const tall = { width: 9, height: 16 };
    expect(ratioDistance(wide, { width: 1920, height: 1080 })).toBeCloseTo(0, 12);
    expect(ratioDistance(wide, tall)).toBe(ratioDistance(tall, wide));
  });

  it("takes what blocks of 16 pixels do to a ratio for the same, and 3:2 for another than 4:3", () => {
    expect(ratioDistance({ width: 16, height: 9 }, { width: 1376, height: 768 })).toBeLessThan(
      sameRatio,
    );
    expect(ratioDistance({ width: 3, height: 2 }, { width: 4, height: 3 })).toBeGreaterThan(
      sameRatio,
    );
  });
});

describe("nearestTier", () => {
  it.each([
    [512, 512, "1K"],
    [1536, 1024, "1K"],
    [2752, 1536, "2K"],
    [3840, 2160, "2K"],
    [5504, 3072, "4K"],
  ])("takes %ix%i for %s", (width, height, tier) => {
    expect(nearestTier(width * height)).toBe(tier);
  });

  it("chooses from what is offered", () => {
    expect(nearestTier(4096 ** 2, ["1K", "2K"])).toBe("2K");
    expect(nearestTier(4096 ** 2, [])).toBeUndefined();
  });
});
