import { describe, expect, it } from "vitest";
import { models } from "../../src/catalog/models.ts";
import { priceUsage } from "../../src/catalog/price-usage.ts";
import type { Cost } from "../../src/domain/cost.ts";
import type { ImageOptions } from "../../src/domain/image-options.ts";
import type { ModelOffer } from "../../src/domain/model.ts";
import type { Operation } from "../../src/domain/operation.ts";
import type { Task } from "../../src/domain/task.ts";
import type { Usage } from "../../src/domain/usage.ts";
import { estimateCost } from "../../src/router/estimate-cost.ts";
import { chatTask, imageTask } from "../support/fake-request.ts";

/**
 * The price lists of the vendors' documentation, typed in a second time: what is
 * estimated before a call and billed after it, in micros of a dollar, for an
 * image of 1024 x 1024, one of 16:9 at 2K, one of 1024 x 1536, and the first in low
 * and high quality.
 */
const wide = { width: 2720, height: 1536 };
const tall = { width: 1024, height: 1536 };
const square = { width: 1024, height: 1024 };
const pixels = { kind: "pixels", ...square } as const;
const cases = {
  square: [{ size: pixels }, square],
  wide: [{ resolution: "2K", size: { kind: "aspect_ratio", width: 16, height: 9 } }, wide],
  tall: [{ size: { kind: "pixels", ...tall } }, tall],
  low: [{ size: pixels, quality: "low" }, square],
  high: [{ size: pixels, quality: "high" }, square],
} as const satisfies Record<string, readonly [Partial<ImageOptions>, typeof square]>;

/** What one case costs: "at most" before and for certain after, which can differ. */
type Cell =
  | number
  | "unknown"
  | readonly [estimated: number | "unknown", billed: number | "unknown"];
type Row = Readonly<Record<keyof typeof cases, Cell>>;

const unknown: Row = everyCase("unknown");

/** The dearest is estimated where the quality is not said, and nothing billed where it is not known. */
const gptImage2: Row = {
  square: [211_000, "unknown"],
  wide: [211_000, "unknown"],
  tall: [165_000, "unknown"],
  low: 6_000,
  high: 211_000,
};

const imagePrices: readonly (readonly [Row, readonly string[]])[] = [
  // openai.md §9. What is named by tokens alone cannot be told before.
  [gptImage2, ["openai gpt-image-2", "openrouter openai/gpt-image-2"]],
  [
    {
      ...{ square: [133_000, "unknown"], wide: [200_000, "unknown"], tall: [200_000, "unknown"] },
      ...{ low: 9_000, high: 133_000 },
    },
    ["openai gpt-image-1.5"],
  ],
  [
    {
      ...{ square: [36_000, "unknown"], wide: [36_000, "unknown"], tall: "unknown" },
      ...{ low: 5_000, high: 36_000 },
    },
    ["openai gpt-image-1-mini"],
  ],
  [
    unknown,
    [
      "openai gpt-image-2.5-sunburst",
      "openai gpt-image-2.5-flare",
      "openai gpt-image-2.6-sunburst",
      "openai gpt-image-2.6-flare",
      "openai chatgpt-image-latest",
    ],
  ],
  // gemini.md §6 and vertex.md §6.
  [
    flat(0.134),
    [
      "gemini gemini-3-pro-image",
      "vertex gemini-3-pro-image",
      "openrouter google/gemini-3-pro-image",
    ],
  ],
  [byScale(0.067, 0.101), ["vertex gemini-3.1-flash-image"]],
  [byScale(0.0336, undefined), ["gemini gemini-nano-banana-2.1", "vertex gemini-nano-banana-2.1"]],
  [flat(0.034), ["gemini gemini-3.1-flash-lite-image", "vertex gemini-3.1-flash-lite-image"]],
  // openrouter.md §7. Of a range the upper end.
  [flat(0.039), ["openrouter google/gemini-2.5-flash-image"]],
  [flat(0.05), ["openrouter bytedance-seed/seedream-4.5"]],
  [byScale(0.05, undefined), ["openrouter x-ai/grok-imagine-image-quality"]],
  // replicate.md §9.
  [flat(0.003), ["replicate black-forest-labs/flux-schnell"]],
  [flat(0.025), ["replicate black-forest-labs/flux-dev"]],
  [
    flat(0.04),
    [
      "replicate black-forest-labs/flux-1.1-pro",
      "replicate black-forest-labs/flux-kontext-pro",
      "replicate google/imagen-4",
      "replicate bytedance/seedream-4.5",
      "replicate recraft-ai/recraft-v3",
      "replicate recraft-ai/recraft-v4",
      "replicate stability-ai/stable-diffusion-3.5-large-turbo",
    ],
  ],
  [
    flat(0.06),
    [
      "replicate black-forest-labs/flux-1.1-pro-ultra",
      "replicate google/imagen-4-ultra",
      "replicate ideogram-ai/ideogram-v3-balanced",
    ],
  ],
  [flat(0.08), ["replicate black-forest-labs/flux-kontext-max"]],
  [flat(0.05), ["replicate black-forest-labs/flux-fill-pro"]],
  [{ ...flat(0.03), wide: 75_000, tall: 45_000 }, ["replicate black-forest-labs/flux-2-pro"]],
  [flat(0.065), ["replicate stability-ai/stable-diffusion-3.5-large"]],
  [flat(0.035), ["replicate stability-ai/stable-diffusion-3.5-medium"]],
  [flat(0.025), ["replicate ideogram-ai/ideogram-v2a-turbo"]],
  [flat(0.039), ["replicate google/nano-banana"]],
  [byScale(0.067, undefined), ["replicate google/nano-banana-2"]],
  [flat(0.15), ["replicate google/nano-banana-pro"]],
  [flat(0.02), ["replicate google/imagen-4-fast"]],
  [flat(0.03), ["replicate bytedance/seedream-4", "replicate ideogram-ai/ideogram-v3-turbo"]],
  [flat(0.09), ["replicate ideogram-ai/ideogram-v3-quality"]],
  [
    { ...everyCase([128_000, "unknown"]), low: "unknown", high: 128_000 },
    ["replicate openai/gpt-image-2"],
  ],
  [
    { ...everyCase([136_000, "unknown"]), low: 13_000, high: 136_000 },
    ["replicate openai/gpt-image-1.5"],
  ],
  // fal.md §8.
  [byMegapixel(0.003), ["fal fal-ai/flux/schnell"]],
  [byMegapixel(0.025), ["fal fal-ai/flux/dev"]],
  [byMegapixel(0.04), ["fal fal-ai/flux-pro/v1.1"]],
  [byMegapixel(0.012), ["fal fal-ai/flux-2"]],
  [byMegapixel(0.02), ["fal fal-ai/qwen-image"]],
  [{ ...flat(0.03), wide: 75_000, tall: 45_000 }, ["fal fal-ai/flux-2-pro"]],
  // What it reads counts too, and is not known.
  [unknown, ["fal fal-ai/flux-2-pro/edit"]],
  [flat(0.06), ["fal fal-ai/flux-pro/v1.1-ultra", "fal fal-ai/imagen4/preview/ultra"]],
  [flat(0.06), ["fal fal-ai/ideogram/v3", "fal fal-ai/ideogram/v3/edit"]],
  [flat(0.06), ["fal fal-ai/ideogram/v3/remix", "fal fal-ai/ideogram/v3/replace-background"]],
  [
    flat(0.04),
    [
      "fal fal-ai/flux-pro/kontext",
      "fal fal-ai/flux-pro/kontext/text-to-image",
      "fal fal-ai/flux-pro/kontext/multi",
      "fal fal-ai/bytedance/seedream/v4.5/text-to-image",
      "fal fal-ai/bytedance/seedream/v4.5/edit",
      "fal fal-ai/recraft/v3/text-to-image",
    ],
  ],
  [
    flat(0.08),
    [
      "fal fal-ai/flux-pro/kontext/max",
      "fal fal-ai/flux-pro/kontext/max/text-to-image",
      "fal fal-ai/flux-pro/kontext/max/multi",
    ],
  ],
  [flat(0.039), ["fal fal-ai/nano-banana", "fal fal-ai/nano-banana/edit"]],
  [byScale(0.08, 0.12), ["fal fal-ai/nano-banana-2", "fal fal-ai/nano-banana-2/edit"]],
  [flat(0.15), ["fal fal-ai/nano-banana-pro", "fal fal-ai/nano-banana-pro/edit"]],
  [flat(0.05), ["fal fal-ai/imagen4/preview"]],
  [flat(0.02), ["fal fal-ai/imagen4/preview/fast"]],
  [
    { ...everyCase([133_000, "unknown"]), tall: "unknown", low: 9_000, high: 133_000 },
    ["fal fal-ai/gpt-image-1.5", "fal fal-ai/gpt-image-1.5/edit"],
  ],
  [
    flat(0.03),
    ["fal fal-ai/bytedance/seedream/v4/text-to-image", "fal fal-ai/bytedance/seedream/v4/edit"],
  ],
  // fireworks.md §8: by the step, for 4, 28 and 30 of them.
  [flat(0.0014), ["fireworks accounts/fireworks/models/flux-1-schnell-fp8"]],
  [flat(0.014), ["fireworks accounts/fireworks/models/flux-1-dev-fp8"]],
  [flat(0.04), ["fireworks accounts/fireworks/models/flux-kontext-pro"]],
  [flat(0.08), ["fireworks accounts/fireworks/models/flux-kontext-max"]],
  [
    flat(0.0039),
    [
      "fireworks accounts/fireworks/models/stable-diffusion-xl-1024-v1-0",
      "fireworks accounts/fireworks/models/SSD-1B",
      "fireworks accounts/fireworks/models/playground-v2-1024px-aesthetic",
      "fireworks accounts/fireworks/models/playground-v2-5-1024px-aesthetic",
      "fireworks accounts/fireworks/models/japanese-stable-diffusion-xl",
    ],
  ],
  // xai.md §8. What grok-imagine-image-2.0 costs is said as a range of four prices.
  [flat(0.02), ["xai grok-imagine-image"]],
  [byScale(0.05, 0.07), ["xai grok-imagine-image-quality"]],
  // alibaba.md §9.
  [byScale(0.04, 0.075), ["alibaba qwen-image-3.0-pro"]],
  [
    flat(0.03),
    [
      "alibaba qwen-image-3.0",
      "alibaba qwen-image-plus",
      "alibaba qwen-image-edit-plus",
      "alibaba wan2.7-image",
      "alibaba wan2.6-t2i",
      "alibaba wan2.5-t2i-preview",
    ],
  ],
  [
    flat(0.075),
    ["alibaba qwen-image-2.0-pro", "alibaba qwen-image-max", "alibaba wan2.7-image-pro"],
  ],
  [flat(0.035), ["alibaba qwen-image-2.0", "alibaba qwen-image"]],
  [flat(0.084), ["alibaba qwen-image-edit-max"]],
  [flat(0.045), ["alibaba qwen-image-edit"]],
  [flat(0.05), ["alibaba wan2.2-t2i-plus"]],
  [flat(0.025), ["alibaba wan2.2-t2i-flash"]],
  [flat(0.015), ["alibaba z-image-turbo"]],
  // runware.md §6, and for the others the pages of the models at runware.ai.
  [
    {
      ...{ square: [9_000, "unknown"], wide: [13_000, "unknown"], tall: [13_000, "unknown"] },
      ...{ low: 9_000, high: "unknown" },
    },
    ["runware openai:4@1"],
  ],
  [flat(0.04), ["runware bfl:3@1"]],
  [flat(0.08), ["runware bfl:4@1"]],
  [byScale(0.03, undefined), ["runware bfl:5@1"]],
  [squareOnly(0.06), ["runware bfl:6@1"]],
  [flat(0.138), ["runware google:4@2"]],
  [flat(0.035), ["runware alibaba:qwen-image@2.0"]],
  [flat(0.06), ["runware ideogram:4@1", "runware ideogram:4@0"]],
  [flat(0.08), ["runware ideogram:3@1"]],
  [byScale(0.04, undefined), ["runware recraft:v4@0"]],
  [{ ...unknown, wide: 250_000 }, ["runware recraft:v4-pro@0"]],
  [squareOnly(0.04), ["runware bria:20@1"]],
  [squareOnly(0.0105), ["runware runware:106@1"]],
  [squareOnly(0.009), ["runware runware:97@1"]],
  [squareOnly(0.0051), ["runware alibaba:qwen-image@2512"]],
  // deepinfra.com, the model's own page. What the size makes of it, the page says in steps.
  [squareOnly(0.01), ["deepinfra black-forest-labs/FLUX-2-dev"]],
  // The model's own page. It is billed by what it makes, whose size is not known before.
  [unknown, ["fal fal-ai/clarity-upscaler"]],
];

/** In dollars for a million tokens: words read, images read, words written, images written. */
const tokenPrices: Readonly<Record<string, readonly (number | "unknown")[]>> = {
  // openai.md §9.
  "openai gpt-image-2": [5, 8, "unknown", 30],
  "openai gpt-image-2.5-sunburst": [5, 8, "unknown", 30],
  "openai gpt-image-2.5-flare": [5, 8, "unknown", 30],
  "openai gpt-image-2.6-sunburst": [5, 8, "unknown", 30],
  "openai gpt-image-2.6-flare": [5, 8, "unknown", 30],
  "openai gpt-image-1.5": [5, 8, 10, 32],
  "openai chatgpt-image-latest": [5, 8, 10, 32],
  "openai gpt-image-1-mini": [2, 2.5, "unknown", 8],
  "openai gpt-5.4": [2.5, 2.5, 15, "unknown"],
  "openai gpt-5.4-mini": [0.75, 0.75, 4.5, "unknown"],
  // gemini.md §6 and vertex.md §6: an image costs as much to read as words.
  "gemini gemini-3-pro-image": [2, 2, 12, 120],
  "vertex gemini-3-pro-image": [2, 2, 12, 120],
  "vertex gemini-3.1-flash-image": [0.5, 0.5, 3, 60],
  "gemini gemini-nano-banana-2.1": [1.5, 1.5, 7.5, 30],
  "vertex gemini-nano-banana-2.1": [1.5, 1.5, 7.5, 30],
  ...everywhere("gemini-3.8-flash", [0.75, 0.75, 3.75, "unknown"]),
  ...everywhere("gemini-3.5-flash", [1.5, 1.5, 9, "unknown"]),
  ...everywhere("gemini-3.5-flash-lite", [0.3, 0.3, 2.5, "unknown"]),
  // A million tokens are a long prompt, which is dearer.
  ...everywhere("gemini-3.1-pro-preview", [4, 4, 12, "unknown"]),
  // openrouter.md §7: what the maker takes.
  "openrouter openai/gpt-image-2": [5, 8, "unknown", 30],
  "openrouter openai/gpt-5.4": [2.5, 2.5, 15, "unknown"],
  "openrouter openai/gpt-5.4-mini": [0.75, 0.75, 4.5, "unknown"],
  "openrouter google/gemini-3-pro-image": [2, 2, 12, 120],
  "openrouter google/gemini-2.5-flash-image": [0.3, 0.3, 2.5, 30],
  // xai.md §8.
  "xai grok-4.3": [1.25, 1.25, 2.5, "unknown"],
  "xai grok-4.5": [2, 2, 6, "unknown"],
  "xai grok-4.6": [2, 2, 6, "unknown"],
  "xai grok-4.20-reasoning": [2, 2, 6, "unknown"],
  "xai grok-4.20-non-reasoning": [2, 2, 6, "unknown"],
  // alibaba.md §9. qwen-plus has two prices for what it writes, so it has none here.
  "alibaba qwen3.7-max": [2.5, 2.5, 7.5, "unknown"],
  "alibaba qwen3.7-plus": [0.4, 0.4, 1.6, "unknown"],
  "alibaba qwen3.6-flash": [0.25, 0.25, 1.5, "unknown"],
  "alibaba qwen-flash": [0.05, 0.05, 0.4, "unknown"],
  // fireworks.md §8.
  "fireworks accounts/fireworks/models/gpt-oss-120b": [0.15, 0.15, 0.6, "unknown"],
  "fireworks accounts/fireworks/models/deepseek-v4-pro": [1.74, 1.74, 3.48, "unknown"],
  // deepinfra.com, June 2026.
  "deepinfra openai/gpt-oss-120b": [0.039, 0.039, 0.19, "unknown"],
  "deepinfra deepseek-ai/DeepSeek-V4-Pro": [1.3, 1.3, 2.6, "unknown"],
};

const offers = new Map(
  models
    .flatMap((model) => model.offers)
    .map((offer) => [`${offer.provider} ${offer.upstreamModel}`, offer]),
);

describe("the prices of images", () => {
  const rows = imagePrices.flatMap(([row, names]) => names.map((name) => ({ name, row })));

  it("are those of every offer that has some", () => {
    const priced = [...offers].filter(
      ([, offer]) => offer.prices.length > 0 && !offer.operations.includes("chat"),
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(priced.map(([name]) => name).sort());
  });

  it.each(rows)("of $name", ({ name, row }) => {
    const offer = offers.get(name) as ModelOffer;
    for (const [label, [options, shape]] of Object.entries(cases)) {
      const task = taskOf(offer, options);
      const billed = priceUsage(offer, { task, usage: {}, images: [shape] });
      const cell = row[label as keyof Row];
      expect([microsOf(estimateCost(offer, task)), microsOf(billed)], label).toEqual(
        Array.isArray(cell) ? cell : [cell, cell],
      );
    }
  });

  it.each([
    ["gemini gemini-3-pro-image", 240_000],
    ["vertex gemini-3.1-flash-image", 150_000],
    ["replicate google/nano-banana-pro", 300_000],
    ["fal fal-ai/nano-banana-pro", 300_000],
    ["fal fal-ai/nano-banana-2", 160_000],
    ["runware google:4@2", 244_000],
  ])("of %s at 4K", (name, micros) => {
    const offer = offers.get(name) as ModelOffer;
    expect(microsOf(estimateCost(offer, imageTask({ resolution: "4K" }, wordless)))).toBe(micros);
  });

  it.each([
    ["openai gpt-image-2", "low", 5_000],
    ["openai gpt-image-2", "medium", 41_000],
    ["openai gpt-image-2", "high", 165_000],
    ["openai gpt-image-1.5", "low", 13_000],
    ["openai gpt-image-1.5", "medium", 50_000],
    ["openai gpt-image-1.5", "high", 200_000],
    ["runware openai:4@1", "low", 13_000],
  ] as const)("of %s in %s quality, when it is tall", (name, quality, micros) => {
    const offer = offers.get(name) as ModelOffer;
    const size = { kind: "pixels", width: 1024, height: 1536 } as const;
    const tall = imageTask({ quality, size }, wordless);
    expect(microsOf(estimateCost(offer, tall))).toBe(micros);
  });
});

describe("the prices of tokens", () => {
  it("are those of every offer that has some", () => {
    const priced = [...offers].filter(([, { prices }]) =>
      prices.some(({ unit }) => unit.endsWith("_token")),
    );
    expect(Object.keys(tokenPrices).sort()).toEqual(priced.map(([name]) => name).sort());
  });

  it.each(Object.entries(tokenPrices))("of %s", (name, dollars) => {
    const offer = offers.get(name) as ModelOffer;
    const million = 1_000_000;
    const none = { inputTokens: 0, imageInputTokens: 0, outputTokens: 0, imageOutputTokens: 0 };
    const usages: readonly Usage[] = [
      { ...none, inputTokens: million },
      { ...none, inputTokens: million, imageInputTokens: million },
      { ...none, outputTokens: million },
      { ...none, outputTokens: million, imageOutputTokens: million },
    ];
    const task = taskOf(offer, {});
    const billed = usages.map((usage) => microsOf(priceUsage(offer, { task, usage, images: [] })));
    expect(billed).toEqual(dollars.map((each) => (each === "unknown" ? each : each * million)));
  });

  it("of gemini-3.1-pro-preview depend on how much it reads", () => {
    const offer = offers.get("gemini gemini-3.1-pro-preview") as ModelOffer;
    const billed = (inputTokens: number) =>
      microsOf(
        priceUsage(offer, {
          task: chatTask(),
          usage: { inputTokens, outputTokens: 1_000_000 },
          images: [],
        }),
      );
    expect(billed(200_000)).toBe(400_000 + 12_000_000);
    expect(billed(200_001)).toBe(800_004 + 18_000_000);
  });
});

function everyCase(cell: Cell): Row {
  return { square: cell, wide: cell, tall: cell, low: cell, high: cell };
}

/** One price for every image. */
function flat(dollars: number): Row {
  return everyCase(microsIn(dollars));
}

function byScale(at1K: number, at2K: number | undefined): Row {
  return { ...flat(at1K), wide: at2K === undefined ? "unknown" : microsIn(at2K) };
}

/** The wide image has four, the tall one two, since begun ones count. */
function byMegapixel(dollars: number): Row {
  return { ...flat(dollars), wide: microsIn(dollars * 4), tall: microsIn(dollars * 2) };
}

/** The price of another size is not known; at most it is taken for the same where the size is not said. */
function squareOnly(dollars: number): Row {
  return { ...flat(dollars), wide: [microsIn(dollars), "unknown"], tall: "unknown" };
}

/** A text model at Google's two APIs and at OpenRouter. */
function everywhere(id: string, row: readonly (number | "unknown")[]) {
  return { [`gemini ${id}`]: row, [`vertex ${id}`]: row, [`openrouter google/${id}`]: row };
}

function microsIn(dollars: number): number {
  return Math.round(dollars * 1e6);
}

function microsOf(cost: Cost): number | "unknown" {
  return cost.basis === "unknown" ? "unknown" : cost.micros;
}

/** What the words cost is another question. */
const wordless = { prompt: "" };

/** A task for the first thing that an offer does. */
function taskOf({ operations }: ModelOffer, options: Partial<ImageOptions>): Task {
  const { prompt, options: all } = imageTask(options, wordless);
  const input = { kind: "bytes", bytes: new Uint8Array(), mimeType: "image/png" } as const;
  switch (operations[0] as Operation) {
    case "text_to_image":
      return imageTask(options, wordless);
    case "image_edit":
      return {
        operation: "image_edit",
        prompt,
        images: [input],
        maskPolarity: "transparent_is_edited",
        options: all,
      };
    case "image_upscale":
      return { operation: "image_upscale", image: input, scaleFactor: 2, options: all };
    case "chat":
      return chatTask();
  }
}
