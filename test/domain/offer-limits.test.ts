import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageCapabilities } from "../../src/domain/capabilities.ts";
import { limitCapabilities } from "../../src/domain/offer-limits.ts";

const free: ImageCapabilities = {
  maxCountPerCall: 10,
  delivery: "bytes",
  size: {
    kind: "free",
    multipleOf: 8,
    minEdge: 64,
    maxEdge: 8192,
    minPixels: 4096,
    maxPixels: 67_108_864,
    maxRatio: 16,
  },
};
const listed: ImageCapabilities = {
  maxCountPerCall: 4,
  delivery: "bytes",
  size: { kind: "listed", sizes: ["1024x1024", "1536x1024"] },
  qualities: ["auto", "low", "high"],
  maxInputImages: 16,
};
const ratio: ImageCapabilities = {
  maxCountPerCall: 1,
  delivery: "url",
  size: { kind: "ratio", ratios: ["1:1", "16:9"] },
  resolutions: ["1K", "2K", "4K"],
};

describe("limitCapabilities", () => {
  it("changes nothing without limits", () => {
    expect(limitCapabilities(listed, undefined)).toBe(listed);
    expect(limitCapabilities(listed, {})).toEqual(listed);
  });

  it("leaves of any size those that are listed", () => {
    const limited = limitCapabilities(free, { sizes: ["512x512"], aspectRatios: ["1:1"] });
    expect(limited.size).toEqual({ kind: "listed", sizes: ["512x512"] });
    expect(limitCapabilities(free, { maxCount: 2 }).size).toBe(free.size);
  });

  it("leaves of a provider's own lists what both have, in its order", () => {
    const { size } = limitCapabilities(listed, { sizes: ["1536x1024", "9x9"] });
    expect(size).toEqual({ kind: "listed", sizes: ["1536x1024"] });
    expect(limitCapabilities(listed, { qualities: ["high", "medium"] }).qualities).toEqual([
      "high",
    ]);
    const narrow = limitCapabilities(ratio, { aspectRatios: ["16:9"], resolutions: ["2K", "1K"] });
    expect(narrow).toEqual({
      ...ratio,
      size: { kind: "ratio", ratios: ["16:9"] },
      resolutions: ["1K", "2K"],
    });
  });

  it("gives a choice to nobody who has none", () => {
    const limits = { resolutions: ["1K"], qualities: ["low"], sizes: ["9x9"] } as const;
    const limited = limitCapabilities({ maxCountPerCall: 1, delivery: "url" }, limits);
    expect(limited).toEqual({ maxCountPerCall: 1, delivery: "url" });
  });

  it("never lets more images through than the provider takes, or than the limit says", () => {
    const most = fc.integer({ min: 1, max: 64 });
    fc.assert(
      fc.property(fc.constantFrom(free, listed, ratio), most, most, (own, maxCount, inputs) => {
        const limited = limitCapabilities(own, { maxCount, maxInputImages: inputs });
        expect(limited.maxCountPerCall).toBe(Math.min(own.maxCountPerCall, maxCount));
        expect(limited.maxInputImages).toBe(Math.min(own.maxInputImages ?? 64, inputs));
      }),
    );
  });
});
