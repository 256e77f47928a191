import { describe, expect, it } from "vitest";
import { builtInProviders, findProvider, providers } from "../../src/providers/list.ts";

describe("the list of providers", () => {
  it("begins with the ten that it began with, in the order that callers see", () => {
    expect(builtInProviders.map((profile) => profile.type).slice(0, 10)).toEqual([
      "openrouter",
      "vertex",
      "gemini",
      "openai",
      "replicate",
      "fal",
      "fireworks",
      "runware",
      "xai",
      "alibaba",
    ]);
  });

  it("says of each what it is and where it reports its outages", () => {
    for (const profile of builtInProviders) {
      expect(profile.displayName).not.toBe("");
      expect(profile.description).toMatch(/^[A-Z].*\.$/);
      expect(profile.websiteUri).toMatch(/^https:\/\//);
      expect(profile.statusPageUri).toMatch(/^https:\/\//);
    }
  });

  it("has every provider that Spillway speaks to, but for the operator's own", () => {
    const listed = builtInProviders;
    for (const provider of providers) {
      if (provider.kind !== "custom") expect(listed).toContain(provider);
    }
    expect(findProvider("openai-compatible")?.kind).toBe("custom");
  });
});
