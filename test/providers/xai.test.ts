import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/domain/json.ts";
import { xai } from "../../src/providers/xai.ts";
import { chatTask, target, textToImageTask } from "./support.ts";

const { text_to_image: images, image_edit: edits, chat } = xai.operations;

describe("xAI's images", () => {
  it("have a quality with version 2.0 only, and neither shape nor scale before Grok Imagine", () => {
    expect(images?.capabilities("grok-imagine-image-2.0", {}).qualities).toEqual(["low", "medium"]);
    expect(images?.capabilities("grok-imagine-image", {}).qualities).toBeUndefined();
    expect(images?.capabilities("grok-2-image-1212", {})).toEqual({
      maxCountPerCall: 10,
      delivery: "bytes",
    });
  });

  it("are edited from fewer images where more is not certain, and handed over as bytes", () => {
    expect(edits?.capabilities("grok-imagine-image", {}).maxInputImages).toBe(4);
    expect(edits?.capabilities("grok-imagine-image-quality", {})).toMatchObject({
      maxInputImages: 3,
      minInputsForShape: 2,
    });
    expect(edits?.capabilities("grok-imagine-image", {}).inputUrls).toBeUndefined();
  });

  it("that were held back are the reason why there are fewer, bytes in their place or not", () => {
    const item = (respect_moderation: boolean) => ({
      b64_json: new Uint8Array([1]),
      respect_moderation,
    });
    const value = { data: [item(false), item(true), item(false)] };
    const outcome = images?.result(
      { status: 200, headers: {}, body: { kind: "json", value } },
      textToImageTask({ count: 3 }),
      target("grok-imagine-image"),
    );
    expect(outcome).toMatchObject({
      kind: "done",
      output: { images: [{}] },
      shortfall: { class: "refused" },
    });
  });
});

describe("xAI's chat", () => {
  it.each([
    ["grok-4.3", 0, ["none", "low", "medium", "high"]],
    ["grok-latest", 0, ["none", "low", "medium", "high"]],
    ["grok-4.20-multi-agent", 0, ["none", "low", "medium", "high"]],
    ["grok-4.20-0309-reasoning", 0, false],
    ["grok-4.20-non-reasoning", 4, false],
    ["grok-4-0709", 0, false],
    ["grok-3", 4, false],
    ["grok-3-mini", 0, ["none", "low", "medium", "high"]],
  ])("of %s takes %i stop texts, and of efforts %j", (model, maxStop, reasoningEffort) => {
    expect(chat?.capabilities(model, {})).toMatchObject({ maxStop, reasoningEffort });
  });

  it.each([
    ["reasoning beside the answer", 3, 173, 150, 153],
    ["reasoning within it", 153, 173, 150, 153],
    ["no total", 3, undefined, 150, 153],
    ["no reasoning", 3, 23, undefined, 3],
  ])("counts every token that was written, with %s", (_what, written, total, reasoned, all) => {
    const usage: JsonObject = {
      prompt_tokens: 20,
      completion_tokens: written,
      total_tokens: total,
      prompt_tokens_details: { cached_tokens: 24 },
      completion_tokens_details: { reasoning_tokens: reasoned },
    };
    const choices = [{ message: { content: "Hi" }, finish_reason: "stop" }];
    const body = { kind: "json", value: { choices, usage } } as const;
    const outcome = chat?.result(
      { status: 200, headers: {}, body },
      chatTask(),
      target("grok-4.3"),
    );
    expect(outcome).toMatchObject({
      usage: { inputTokens: 20, outputTokens: all, cachedInputTokens: 20 },
    });
  });
});
