import { describe, expect, it } from "vitest";
import { openai } from "../../src/providers/openai.ts";
import { chatTask, imageEditTask, jsonBody, target, textToImageTask } from "./support.ts";

const images = openai.operations.text_to_image;
const chat = openai.operations.chat;

describe("OpenAI's images", () => {
  it.each([
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-flare",
    "gpt-image-2.6-sunburst",
  ])("can have any size on %s", (model) => {
    expect(images?.capabilities(model, {}).size).toMatchObject({
      kind: "free",
      multipleOf: 16,
      maxRatio: 3,
    });
  });

  it.each(["gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest", "gpt-image-20", "other"])(
    "have one of three sizes on %s",
    (model) => {
      expect(images?.capabilities(model, {}).size).toEqual({
        kind: "listed",
        sizes: ["1024x1024", "1536x1024", "1024x1536"],
      });
    },
  );

  it("take neither a seed nor a negative prompt", () => {
    const capabilities = images?.capabilities("gpt-image-2", {});
    expect(capabilities?.seed).toBeFalsy();
    expect(capabilities?.negativePrompt).toBeFalsy();
  });

  it("are asked for nothing that the caller did not ask for", () => {
    const call = images?.request(textToImageTask(), target("gpt-image-1.5"));
    expect(jsonBody(call)).toEqual({ model: "gpt-image-1.5", prompt: "a boat", n: 1 });
  });

  it("are streamed one at a time, and without unfinished ones unless asked", () => {
    expect(images?.stream?.maxCountPerCall).toBe(1);
    const call = images?.stream?.request(textToImageTask(), target("gpt-image-2"));
    expect(jsonBody(call)).toEqual({
      model: "gpt-image-2",
      prompt: "a boat",
      n: 1,
      stream: true,
    });
  });
});

describe("OpenAI's edits", () => {
  const edits = openai.operations.image_edit;

  it("are of up to sixteen images, which must be bytes, where a mask is transparent", () => {
    const capabilities = edits?.capabilities("gpt-image-2", {});
    expect(capabilities).toMatchObject({
      ...images?.capabilities("gpt-image-2", {}),
      maxInputImages: 16,
      mask: "transparent_is_edited",
    });
    expect(capabilities?.inputUrls).toBeFalsy();
  });

  it("are asked for nothing that the caller did not ask for, a fidelity least of all", () => {
    const names = (streamed: boolean): string[] => {
      const dialect = streamed ? edits?.stream : edits;
      const call = dialect?.request(imageEditTask(), target("gpt-image-2"));
      expect(call?.path).toBe("/images/edits");
      if (call?.body?.kind !== "multipart") throw new Error("It is no form.");
      return call.body.parts.map(({ name }) => name);
    };
    expect(names(false)).toEqual(["model", "prompt", "n", "image[]"]);
    expect(names(true)).toEqual(["model", "prompt", "n", "stream", "image[]"]);
  });
});

describe("OpenAI's chat", () => {
  it("fetches images by itself", () => {
    expect(chat?.capabilities("gpt-5.4", {}).imageUrls).toBe(true);
  });

  it("is asked for nothing that the caller did not ask for", () => {
    const call = chat?.request(chatTask(), target("gpt-5.4"));
    expect(jsonBody(call)).toEqual({
      model: "gpt-5.4",
      messages: [{ role: "user", content: "hello" }],
    });
  });

  const low = ["low", "medium", "high"];
  it.each([
    ["gpt-4o", true, undefined, false],
    ["gpt-4.1-mini", true, undefined, false],
    ["gpt-5", false, [], ["minimal", ...low]],
    ["gpt-5-mini-2025-08-07", false, [], ["minimal", ...low]],
    ["gpt-5-pro", false, [], ["medium", "high"]],
    ["gpt-5.1", true, ["none", undefined], ["none", ...low]],
    ["gpt-5.4", true, ["none", undefined], ["none", ...low]],
    ["gpt-5.4-mini-2026-03-17", true, ["none", undefined], ["none", ...low]],
    ["gpt-5.4-pro", false, [], ["medium", "high"]],
    ["gpt-5.6-luna", true, ["none"], ["none", ...low]],
    ["gpt-5-chat-latest", true, undefined, false],
    ["gpt-5.2-chat-latest", false, [], false],
    ["gpt-6-sol", true, ["none"], ["none", ...low]],
    ["gpt-6-astra", false, [], low],
    ["o4-mini", false, [], low],
  ])(
    "on %s takes a temperature: %s, with the efforts %j, of which there are %j",
    (model, samples, samplingEfforts, reasoningEffort) => {
      expect(chat?.capabilities(model, {})).toMatchObject({
        temperature: samples,
        topP: samples,
        samplingEfforts,
        reasoningEffort,
      });
    },
  );
});
