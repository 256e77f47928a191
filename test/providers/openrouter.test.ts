import { describe, expect, it } from "vitest";
import { openrouter } from "../../src/providers/openrouter.ts";
import { chatTask, imageEditTask, jsonBody, target, textToImageTask } from "./support.ts";

const images = openrouter.operations.text_to_image;
const chat = openrouter.operations.chat;

function costOf(usage: Record<string, unknown>) {
  const value = { data: [{ b64_json: new Uint8Array([1]) }], usage };
  const reply = { status: 200, headers: {}, body: { kind: "json", value } } as never;
  const outcome = images?.result(reply, textToImageTask(), target("a/b"));
  return outcome?.kind === "done" ? outcome.cost : undefined;
}

describe("OpenRouter's images", () => {
  it("can be what OpenAI makes them on its models", () => {
    expect(images?.capabilities("openai/gpt-image-2", {})).toMatchObject({
      size: { kind: "free" },
      maxPartialImages: 3,
    });
  });

  it("have a ratio and a scale on other models, and come one by one", () => {
    expect(images?.capabilities("google/gemini-3-pro-image", {})).toMatchObject({
      maxCountPerCall: 1,
      size: { kind: "ratio" },
      resolutions: ["1K", "2K", "4K"],
    });
  });

  it.each([
    ["google/gemini-3-pro-image", ["1K", "2K", "4K"], 10],
    ["google/gemini-3.1-flash-image", ["1K", "2K", "4K"], 14],
    ["google/gemini-2.5-flash-image", [], 10],
    ["bytedance-seed/seedream-4.5", ["1K", "2K", "4K"], 10],
  ])("of %s come in %j and %i ratios", (model, resolutions, ratios) => {
    const { size, resolutions: offered } = images?.capabilities(model, {}) ?? {};
    expect(offered).toEqual(resolutions);
    expect(size?.kind === "ratio" && size.ratios).toHaveLength(ratios);
  });

  it("cost what OpenRouter says also where none came", () => {
    const value = { data: [], usage: { cost: 0 } };
    const reply = { status: 200, headers: {}, body: { kind: "json", value } } as never;
    expect(images?.result(reply, textToImageTask(), target("a/b"))).toMatchObject({
      failure: { class: "server_fault", cost: { basis: "reported", micros: 0 } },
    });
  });

  it("cost what OpenRouter says", () => {
    expect(costOf({ cost: 0.0413 })).toMatchObject({ basis: "reported", micros: 41_300 });
    expect(costOf({ cost: 0 })).toMatchObject({ basis: "reported", micros: 0 });
    expect(costOf({ cost: null })).toBeUndefined();
    expect(costOf({ cost: -1 })).toBeUndefined();
  });

  it("cost the fee and what the provider behind bills, with a key of one's own", () => {
    const cost_details = { upstream_inference_cost: 0.04 };
    const own = { cost: 0.002, is_byok: true };
    expect(costOf({ ...own, cost_details })).toMatchObject({ micros: 42_000 });
    expect(costOf(own)).toBeUndefined();
  });
});

describe("OpenRouter's edits", () => {
  const edits = openrouter.operations.image_edit;

  it.each([
    ["openai/gpt-image-2", 16],
    ["bytedance-seed/seedream-4.5", 16],
    ["google/gemini-3-pro-image", 14],
    ["google/gemini-2.5-flash-image", 3],
  ])(
    "by %s are what its images are, of up to %i, without a mask, by address or not",
    (model, maxInputImages) => {
      const capabilities = edits?.capabilities(model, {});
      expect(capabilities).toMatchObject({ ...images?.capabilities(model, {}), maxInputImages });
      expect(capabilities?.inputUrls).toBe(true);
      expect(capabilities?.mask).toBeUndefined();
    },
  );

  it("refer to their images in their order", () => {
    const url = "https://example.com/a.png";
    const task = imageEditTask({
      images: [{ kind: "url", url, mimeType: "" }, ...imageEditTask().images],
    });
    const call = edits?.request(task, target("a/b"));
    expect(call?.path).toBe("/images");
    expect(jsonBody(call)["input_references"]).toEqual([
      { type: "image_url", image_url: { url } },
      { type: "image_url", image_url: { url: "data:image/png;base64,AQID" } },
    ]);
  });
});

describe("OpenRouter's chat", () => {
  it("fetches images by itself", () => {
    expect(chat?.capabilities("a/b", {}).imageUrls).toBe(true);
  });

  it("is asked for nothing that the caller did not ask for, a limit of tokens least of all", () => {
    const call = chat?.stream?.request(chatTask(), target("a/b"));
    expect(jsonBody(call)).toEqual({
      model: "a/b",
      messages: [{ role: "user", content: "hello" }],
      stream: true,
    });
  });
});
