import { describe, expect, it } from "vitest";
import { pricesFrom } from "../../src/catalog/describe-model.ts";
import { type Cost, unknownCost } from "../../src/domain/cost.ts";
import type { Price } from "../../src/domain/model.ts";
import type { ImageEditTask, ImageUpscaleTask, Task } from "../../src/domain/task.ts";
import { estimateCost, estimatePlan } from "../../src/router/estimate-cost.ts";
import type { Candidate, Plan } from "../../src/router/plan.ts";
import { fakeEndpoint } from "../support/fake-provider.ts";
import { chatTask, imageTask } from "../support/fake-request.ts";

const { price, tokens, perImage } = pricesFrom({ source: "test", asOf: "2026-11-22" });

function estimate(prices: readonly Price[], task: Task): number | "unknown" {
  const cost = estimateCost({ provider: "p", upstreamModel: "m", operations: [], prices }, task);
  return cost.basis === "unknown" ? "unknown" : cost.micros;
}

describe("estimateCost of images", () => {
  const byQuality = [perImage(0.01, { quality: "low" }), perImage(0.1, { quality: "high" })];

  it("is the price times the count", () => {
    expect(estimate([perImage(0.039)], imageTask({ count: 3 }))).toBe(117_000);
  });

  it("takes the default price where nothing is asked, and the named one where it is", () => {
    const prices = [perImage(0.134), perImage(0.24, { resolution: "4K" })];
    expect(estimate(prices, imageTask())).toBe(134_000);
    expect(estimate(prices, imageTask({ resolution: "2K" }))).toBe(134_000);
    expect(estimate(prices, imageTask({ resolution: "4K" }))).toBe(240_000);
  });

  it("is the most that it can be where the provider chooses", () => {
    expect(estimate(byQuality, imageTask())).toBe(100_000);
    expect(estimate(byQuality, imageTask({ quality: "auto" }))).toBe(100_000);
    expect(estimate(byQuality, imageTask({ quality: "low" }))).toBe(10_000);
  });

  it("is unknown for what has no price", () => {
    expect(estimate(byQuality, imageTask({ quality: "medium" }))).toBe("unknown");
    expect(estimate([], imageTask())).toBe("unknown");
    expect(estimate([tokens("image_output_token", 30)], imageTask())).toBe("unknown");
    expect(estimateCost(undefined, imageTask())).toEqual(unknownCost);
  });

  it("reads the scale from the pixels", () => {
    const prices = [perImage(0.04, { resolution: "1K" }), perImage(0.075, { resolution: "2K" })];
    const size = { kind: "pixels", width: 2048, height: 2048 } as const;
    expect(estimate(prices, imageTask({ size }))).toBe(75_000);
  });

  it("reads the side of a step from the pixels, and else from the scale", () => {
    const prices = [perImage(0.04, { upToPixels: 2_250_000 }), perImage(0.075)];
    const size = { kind: "pixels", width: 1472, height: 1472 } as const;
    expect(estimate(prices, imageTask({ size }))).toBe(40_000);
    expect(estimate(prices, imageTask({ resolution: "1K" }))).toBe(40_000);
    expect(estimate(prices, imageTask({ resolution: "2K" }))).toBe(75_000);
    expect(estimate(prices, imageTask())).toBe(75_000);
  });

  it("adds the images that an edit is given, where they have a price", () => {
    const image = { kind: "url", url: "https://example.com/a.png", mimeType: "" } as const;
    const edit: Task = {
      operation: "image_edit",
      prompt: "bluer",
      images: [image, image],
      maskPolarity: "white_is_edited",
      options: { count: 2 },
    };
    expect(estimate([perImage(0.04), price("input_image", 0.003)], edit)).toBe(92_000);
  });

  it("adds megapixels, and does not know those of an input", () => {
    const prices = [perImage(0.015), price("megapixel", 0.015)];
    const size = { kind: "pixels", width: 2048, height: 1024 } as const;
    expect(estimate(prices, imageTask({ size, count: 2 }))).toBe(2 * 45_000);
    expect(estimate(prices, imageTask({ resolution: "2K" }))).toBe(75_000);
    const upscale: ImageUpscaleTask = {
      operation: "image_upscale",
      image: { kind: "url", url: "https://example.com/a.png", mimeType: "" },
      scaleFactor: 2,
      options: { count: 1 },
    };
    expect(estimate(prices, upscale)).toBe("unknown");
    expect(estimate([perImage(0.05)], upscale)).toBe(50_000);
  });
});

describe("estimateCost of what an image is made from", () => {
  const prices = [perImage(0.04), tokens("input_token", 2), tokens("image_input_token", 8)];
  const image = { kind: "url", url: "https://example.com/a.png", mimeType: "" } as const;
  const edit: ImageEditTask = {
    operation: "image_edit",
    prompt: "bluer",
    images: [image, image],
    maskPolarity: "white_is_edited",
    options: { count: 1 },
  };
  const cost = (task: Task, upstreamModel = "m", of: readonly Price[] = prices) => {
    const offer = { provider: "p", upstreamModel, operations: [], prices: of };
    return estimateCost(offer, task);
  };

  it("is no more than a token for each byte of the words, for each image", () => {
    const task = { ...imageTask({ count: 2 }), prompt: "äöü", negativePrompt: "red" } as Task;
    expect(cost(task)).toMatchObject({
      micros: 80_000 + 36,
      components: [{ unit: "image" }, { unit: "input_token", quantity: 18 }],
    });
  });

  it("is no more than the vendor says for each input, the mask being one", () => {
    expect(cost({ ...edit, mask: image }, "google/gemini-3-pro-image")).toMatchObject({
      components: [
        { unit: "image" },
        { unit: "input_token", quantity: 5 },
        { unit: "image_input_token", quantity: 3 * 1120 },
      ],
    });
    const asWords = [perImage(0.04), tokens("input_token", 2)];
    expect(cost(edit, "gemini-3.1-flash-image", asWords)).toMatchObject({
      micros: 40_000 + 10 + 2 * 2 * 1120,
    });
  });

  it("is unknown where nobody says how many tokens an input is, and nothing where it is not billed", () => {
    expect(cost(edit, "gpt-image-2")).toEqual(unknownCost);
    expect(cost(edit, "gpt-image-2", [perImage(0.04)])).toMatchObject({ micros: 40_000 });
  });
});

describe("estimateCost of a chat", () => {
  const prices = [tokens("input_token", 1), tokens("output_token", 10)];

  it("is bounded by the letters read and the tokens allowed", () => {
    const short = estimate(prices, chatTask({ maxOutputTokens: 100 }));
    // "Hello" has five bytes, and its message is marked.
    expect(short).toBe(5 + 8 + 1000);
  });

  it("takes the price of a long conversation where it may be one", () => {
    const short = { upToInputTokens: 100 };
    const byLength = [
      tokens("input_token", 4),
      tokens("input_token", 2, short),
      tokens("output_token", 18),
      tokens("output_token", 12, short),
    ];
    const of = (text: string) => {
      const messages = [{ role: "user", parts: [{ kind: "text", text }] }] as const;
      return estimate(byLength, chatTask({ maxOutputTokens: 10, messages }));
    };
    expect(of("a".repeat(92))).toBe(200 + 120);
    expect(of("a".repeat(93))).toBe(404 + 180);
  });

  it("is unknown without a limit, or with images to look at", () => {
    const image = { kind: "url", url: "https://example.com/a.png", mimeType: "" } as const;
    const messages = [{ role: "user", parts: [{ kind: "image", image }] }] as const;
    expect(estimate(prices, chatTask())).toBe("unknown");
    expect(estimate(prices, chatTask({ maxOutputTokens: 9, messages }))).toBe("unknown");
  });
});

describe("estimatePlan", () => {
  const priced = (micros: number): Cost => ({ basis: "priced", micros, components: [] });
  const plan = (...costs: readonly Cost[]): Plan => ({
    model: "m",
    resolution: "catalog",
    forced: false,
    shadowedRules: [],
    candidates: costs.map(
      (cost): Candidate => ({
        model: "m",
        modelIndex: 0,
        endpoint: fakeEndpoint(),
        upstreamModel: "m",
        priority: 0,
        weight: 1,
        probability: 1,
        fit: { task: imageTask(), maxCountPerCall: 1, adjustments: [], finish: {} },
        cost,
      }),
    ),
    skipped: [],
    onRefusal: "stop",
  });

  it("is the first candidate's at best and everyone's at worst", () => {
    const estimated = estimatePlan(plan(priced(10), priced(20), priced(5)), 4);
    expect(estimated).toMatchObject({ best: { micros: 10 }, worst: { micros: 35 } });
  });

  it("counts no more candidates than attempts are allowed", () => {
    expect(estimatePlan(plan(priced(10), priced(20), priced(5)), 2).worst).toMatchObject({
      micros: 30,
    });
  });

  it("is unknown where a part is", () => {
    expect(estimatePlan(plan(priced(10), unknownCost), 4)).toMatchObject({
      best: { micros: 10 },
      worst: { basis: "unknown" },
    });
  });
});
