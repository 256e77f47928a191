import { describe, expect, it } from "vitest";
import { readImageUsage, readUsage } from "../../../src/providers/dialects/openai-usage.ts";

describe("readUsage", () => {
  it("reads the words of chat and those of images", () => {
    expect(
      readUsage({
        prompt_tokens: 9,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      }),
    ).toMatchObject({
      inputTokens: 9,
      outputTokens: 5,
      cachedInputTokens: 4,
      reasoningTokens: 3,
    });
    expect(
      readUsage({
        input_tokens: 9,
        output_tokens: 5,
        input_tokens_details: { text_tokens: 2, image_tokens: 7 },
        output_tokens_details: { image_tokens: 5 },
      }),
    ).toMatchObject({
      inputTokens: 9,
      outputTokens: 5,
      imageInputTokens: 7,
      imageOutputTokens: 5,
    });
  });

  it("knows nothing when nothing was counted", () => {
    for (const usage of [undefined, null, {}, [], { prompt_tokens: 0, completion_tokens: 0 }]) {
      expect(readUsage(usage)).toEqual({});
    }
  });

  it("does not believe counts that are none", () => {
    const usage = readUsage({ prompt_tokens: -1, completion_tokens: 2.5, input_tokens: 3 });
    expect(usage).toMatchObject({ inputTokens: 3, outputTokens: undefined });
  });
});

describe("readImageUsage", () => {
  it("takes all that an image model writes for images, unless it says otherwise", () => {
    expect(readImageUsage({ output_tokens: 5 }).imageOutputTokens).toBe(5);
    const details = { output_tokens_details: { image_tokens: 3, text_tokens: 2 } };
    expect(readImageUsage({ output_tokens: 5, ...details }).imageOutputTokens).toBe(3);
  });
});
