import { describe, expect, it } from "vitest";
import { fireworks } from "../../src/providers/fireworks.ts";
import { jsonBody, target, textToImageTask } from "./support.ts";

const images = fireworks.operations.text_to_image;
const pathOf = (model: string) => images?.request(textToImageTask(), target(model)).path;

describe("Fireworks' images", () => {
  it.each([
    ["flux-1-schnell-fp8", "/workflows/accounts/fireworks/models/flux-1-schnell-fp8/text_to_image"],
    ["accounts/me/models/my-lora", "/workflows/accounts/me/models/my-lora/text_to_image"],
    [
      "accounts/fireworks/models/flux-kontext-max",
      "/workflows/accounts/fireworks/models/flux-kontext-max",
    ],
    // The name of another account's model says nothing of its protocol.
    ["accounts/me/models/SSD-1B", "/workflows/accounts/me/models/SSD-1B/text_to_image"],
    [
      "playground-v2-5-1024px-aesthetic",
      "/image_generation/accounts/fireworks/models/playground-v2-5-1024px-aesthetic",
    ],
  ])("of %s are asked for at %s", (model, path) => {
    expect(pathOf(model)).toBe(path);
  });

  it.each(["accounts/../../chat/x", "accounts/./x", "a//b", "a/b?key=1#x", "a/%2e%2e/b"])(
    "of %s are asked for nowhere else",
    (model) => {
      const path = pathOf(model) ?? "";
      expect(new URL(`https://api.example${path}`).pathname).toBe(path);
      expect(path).toMatch(/^\/workflows\/a.*\/text_to_image$/);
    },
  );

  it("have pixels and a negative prompt in the older API, else a ratio", () => {
    expect(images?.capabilities("SSD-1B", {})).toMatchObject({
      size: { kind: "listed" },
      negativePrompt: true,
    });
    expect(images?.capabilities("flux-1-dev-fp8", {})).toMatchObject({
      size: { kind: "ratio" },
      delivery: "bytes",
    });
    expect(images?.capabilities("flux-kontext-pro", {}).delivery).toBe("url");
  });

  it.each([
    ["flux-1-dev-fp8", 2 ** 31 - 1],
    ["flux-kontext-pro", 2 ** 31 - 1],
    ["SSD-1B", 2 ** 32 - 1],
  ])("of %s have no seed 0, which would mean another picture each time", (model, most) => {
    expect(images?.capabilities(model, {}).seed).toEqual({ least: 1, most });
    const call = images?.request(textToImageTask({ seed: most }), target(model));
    expect(jsonBody(call)["seed"]).toBe(most);
  });
});
