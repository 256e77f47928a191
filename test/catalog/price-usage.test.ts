import { describe, expect, it } from "vitest";
import { pricesFrom } from "../../src/catalog/describe-model.ts";
import { megapixelsOf, priceUsage } from "../../src/catalog/price-usage.ts";
import type { ModelOffer, Price } from "../../src/domain/model.ts";
import type { Task } from "../../src/domain/task.ts";
import type { Usage } from "../../src/domain/usage.ts";
import { chatTask, imageTask } from "../support/fake-request.ts";

const { price, tokens, perImage } = pricesFrom({ source: "test", asOf: "2026-11-22" });
const square = { width: 1024, height: 1024 };
const edit: Task = {
  operation: "image_edit",
  prompt: "bluer",
  images: [],
  maskPolarity: "transparent_is_edited",
  options: { count: 1 },
};

function cost(prices: readonly Price[], task: Task, usage: Usage = {}, images = [square]) {
  const offer: ModelOffer = { provider: "p", upstreamModel: "m", operations: [], prices };
  const result = priceUsage(offer, { task, usage, images });
  return result.basis === "unknown" ? "unknown" : result.micros;
}

describe("priceUsage of images whose price has a step", () => {
  const prices = [perImage(0.04, { upToPixels: 2_250_000 }), perImage(0.075)];

  it.each([
    [1024, 1024, 40_000],
    [1472, 1472, 40_000],
    [1500, 1500, 40_000],
    [1504, 1504, 75_000],
    [2048, 2048, 75_000],
  ])("bills %ix%i on its side of the step", (width, height, micros) => {
    expect(cost(prices, imageTask(), {}, [{ width, height }])).toBe(micros);
  });

  it("bills the images that an edit is given, where they have a price", () => {
    const image = { kind: "url", url: "https://example.com/a.png", mimeType: "" } as const;
    const both = { ...edit, images: [image, image] };
    const withInputs = [...prices, price("input_image", 0.003)];
    expect(cost(withInputs, both)).toBe(46_000);
    expect(cost(prices, both)).toBe(40_000);
    expect(cost(withInputs, imageTask())).toBe(40_000);
  });
});

describe("priceUsage by tokens", () => {
  const gpt54 = [tokens("input_token", 2.5), tokens("output_token", 15)];
  const gptImage2 = [
    tokens("input_token", 5),
    tokens("image_input_token", 8),
    tokens("image_output_token", 30),
    perImage(0.211),
  ];

  it("bills what was read and what was written", () => {
    const usage = { inputTokens: 1000, outputTokens: 200 };
    expect(cost(gpt54, chatTask(), usage, [])).toBe(2500 + 3000);
    expect(
      priceUsage(
        { provider: "p", upstreamModel: "m", operations: [], prices: gpt54 },
        { task: chatTask(), usage, images: [] },
      ),
    ).toEqual({
      basis: "priced",
      micros: 5500,
      components: [
        { unit: "input_token", quantity: 1000, micros: 2500 },
        { unit: "output_token", quantity: 200, micros: 3000 },
      ],
    });
  });

  it("comes before a price for each image", () => {
    const usage = { inputTokens: 21, outputTokens: 1372 };
    expect(cost(gptImage2, imageTask(), usage)).toBe(105 + 41_160);
  });

  it("tells images from words where the provider does, read and written", () => {
    const usage = {
      inputTokens: 1000,
      imageInputTokens: 900,
      outputTokens: 1372,
      imageOutputTokens: 1372,
    };
    expect(cost(gptImage2, edit, usage)).toBe(500 + 7200 + 41_160);
    const gemini = [
      tokens("input_token", 2),
      tokens("output_token", 12),
      tokens("image_output_token", 120),
    ];
    const thinking = { inputTokens: 12, outputTokens: 1332, imageOutputTokens: 1120 };
    expect(cost(gemini, imageTask(), thinking)).toBe(24 + 134_400 + 2544);
  });

  it("goes by how much was read where a price depends on that", () => {
    const short = { upToInputTokens: 200_000 };
    const prices = [
      tokens("input_token", 4),
      tokens("input_token", 2, short),
      tokens("output_token", 18),
      tokens("output_token", 12, short),
    ];
    const written = { outputTokens: 1000 };
    const read = (inputTokens: number) => ({ inputTokens, ...written });
    expect(cost(prices, chatTask(), read(200_000), [])).toBe(400_000 + 12_000);
    expect(cost(prices, chatTask(), read(200_001), [])).toBe(800_004 + 18_000);
    const onlyShort = prices.filter(({ upToInputTokens }) => upToInputTokens !== undefined);
    expect(cost(onlyShort, chatTask(), read(200_001), [])).toBe("unknown");
  });

  it("takes no thoughts for images where the provider does not tell these from words", () => {
    const gemini = [
      tokens("input_token", 2),
      tokens("output_token", 12),
      tokens("image_output_token", 120),
    ];
    const thinking = { inputTokens: 12, outputTokens: 1257, reasoningTokens: 137 };
    expect(cost(gemini, imageTask(), thinking)).toBe(24 + 134_400 + 1644);
    expect(cost(gemini, imageTask(), thinking, [])).toBe(24 + 15_084);
  });

  it("reads images at the price of words where they have none of their own", () => {
    const gemini = [tokens("input_token", 2), tokens("image_output_token", 120)];
    const usage = { inputTokens: 265, imageInputTokens: 258, outputTokens: 0 };
    const offer: ModelOffer = { provider: "p", upstreamModel: "m", operations: [], prices: gemini };
    expect(priceUsage(offer, { task: edit, usage, images: [] })).toMatchObject({
      components: [{ unit: "input_token", quantity: 265, micros: 530 }],
    });
  });

  it("takes what an edit reads for images where the provider does not tell", () => {
    expect(cost(gptImage2, edit, { inputTokens: 1000, outputTokens: 100 })).toBe(8000 + 3000);
  });

  it("is unknown without a number or without a price", () => {
    expect(cost(gpt54, chatTask(), { inputTokens: 10 }, [])).toBe("unknown");
    expect(
      cost([tokens("input_token", 1)], chatTask(), { inputTokens: 1, outputTokens: 1 }, []),
    ).toBe("unknown");
    expect(cost([], chatTask(), { inputTokens: 1, outputTokens: 1 }, [])).toBe("unknown");
    expect(priceUsage(undefined, { task: imageTask(), usage: {}, images: [square] })).toEqual({
      basis: "unknown",
    });
  });
});

describe("priceUsage by images", () => {
  it("bills each one that came, by the scale that it has", () => {
    const prices = [perImage(0.134), perImage(0.24, { resolution: "4K" })];
    const large = { width: 5504, height: 3072 };
    expect(cost(prices, imageTask(), {}, [square, large])).toBe(134_000 + 240_000);
  });

  it("takes the price that says more, wherever it stands in the list", () => {
    const prices = [perImage(0.24, { resolution: "1K" }), perImage(0.134)];
    expect(cost(prices, imageTask())).toBe(240_000);
    expect(cost([...prices].reverse(), imageTask())).toBe(240_000);
  });

  it("bills by the quality that was asked, and is unknown when that was not said", () => {
    const prices = [perImage(0.01, { quality: "low" }), perImage(0.1, { quality: "high" })];
    expect(cost(prices, imageTask({ quality: "low" }))).toBe(10_000);
    expect(cost(prices, imageTask({ quality: "auto" }))).toBe("unknown");
    expect(cost(prices, imageTask())).toBe("unknown");
  });

  it("bills by the exact size where the price depends on it", () => {
    const prices = [perImage(0.006, { size: "1024x1024" }), perImage(0.005, { size: "1536x1024" })];
    expect(cost(prices, imageTask(), {}, [{ width: 1536, height: 1024 }])).toBe(5000);
    expect(cost(prices, imageTask(), {}, [{ width: 800, height: 600 }])).toBe("unknown");
  });

  it("adds an image's own price to that of its megapixels", () => {
    const prices = [perImage(0.015), price("megapixel", 0.015)];
    expect(cost(prices, imageTask())).toBe(30_000);
    expect(cost(prices, imageTask(), {}, [{ width: 2048, height: 2048 }])).toBe(75_000);
    expect(cost(prices, edit)).toBe("unknown");
  });

  it("is unknown without images, which does not mean that it was free", () => {
    expect(cost([perImage(0.1)], imageTask(), {}, [])).toBe("unknown");
  });
});

describe("priceUsage by time", () => {
  it("bills the seconds of the machine", () => {
    expect(cost([price("second", 0.001)], imageTask(), { seconds: 2.5 })).toBe(2500);
    expect(cost([price("second", 0.001)], imageTask())).toBe("unknown");
  });
});

describe("priceUsage by the units that a provider says it bills", () => {
  const usage = { billedUnits: 2.5 };

  it("takes its word for what it bills, come what may", () => {
    expect(cost([price("megapixel", 0.03)], edit, usage)).toBe(75_000);
    expect(cost([perImage(0.04)], imageTask(), { billedUnits: 2 }, [])).toBe(80_000);
    expect(cost([perImage(0.04)], imageTask(), { billedUnits: 0 })).toBe(0);
  });

  it("does not know of which of several prices they are the units", () => {
    const twice = [perImage(0.015), price("megapixel", 0.015)];
    expect(cost(twice, edit, usage)).toBe("unknown");
    const byScale = [perImage(0.08), perImage(0.12, { resolution: "2K" })];
    expect(cost(byScale, imageTask(), usage)).toBe(80_000);
    expect(cost([perImage(0.08, { quality: "high" })], imageTask(), usage)).toBe("unknown");
    expect(cost([], imageTask(), usage)).toBe("unknown");
  });
});

describe("megapixelsOf", () => {
  it.each([
    [1024, 1024, 1],
    [512, 512, 1],
    [1376, 768, 1],
    [1440, 1440, 2],
    [2048, 2048, 4],
  ])("counts %ix%i as %i", (width, height, count) => {
    expect(megapixelsOf({ width, height })).toBe(count);
  });
});
