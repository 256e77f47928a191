import { expect, it } from "vitest";
import { sizeForRatio } from "../../src/sandbox/picture-size.ts";

it.each([
  ["1:1", "1K", 1024, 1024],
  ["16:9", "1K", 1376, 768],
  ["16:9", "2K", 2752, 1536],
  ["9:16", "1K", 768, 1376],
  ["1:1", "4K", 4096, 4096],
  ["1:1", "512", 512, 512],
  ["99999:1", "1K", 2912, 352],
  ["auto", "none", 1024, 1024],
  ["0:0", "1K", 1024, 1024],
])("a picture of %s at %s is %ix%i", (ratio, tier, width, height) => {
  expect(sizeForRatio(ratio, tier)).toEqual({ width, height });
});
