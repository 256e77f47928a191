import { describe, expect, it } from "vitest";
import { closestNames } from "../../src/domain/closest-names.ts";

const known = ["gpt-image-2", "gpt-image-1.5", "gemini-3-pro-image", "flux-dev", "nano-banana-pro"];

describe("closestNames", () => {
  it.each([
    ["gpt-imgae-2", "gpt-image-2"],
    ["GPT_Image_2", "gpt-image-2"],
    ["gemini-pro-image", "gemini-3-pro-image"],
    ["google/nano-banana-pro", "nano-banana-pro"],
    ["flux-de", "flux-dev"],
  ])("takes %s for %s", (typed, meant) => {
    expect(closestNames(typed, known, 5)[0]).toBe(meant);
  });

  it("puts the closest first and stops at the limit", () => {
    expect(closestNames("gpt-image-1", known, 5)).toEqual(["gpt-image-2", "gpt-image-1.5"]);
    expect(closestNames("gpt-image-1", known, 1)).toEqual(["gpt-image-2"]);
  });

  it("says nothing when more than a third of the letters differ", () => {
    expect(closestNames("claude", known, 5)).toEqual([]);
    expect(closestNames("", known, 5)).toEqual([]);
  });
});
