import { describe, expect, it } from "vitest";
import { openaiCompatible } from "../../src/providers/openai-compatible.ts";
import { chatTask, imageEditTask, jsonBody, target, textToImageTask } from "./support.ts";

const images = openaiCompatible.operations.text_to_image;
const chat = openaiCompatible.operations.chat;

describe("an OpenAI-compatible endpoint", () => {
  it("has no address and no key of its own", () => {
    expect(openaiCompatible).toMatchObject({ kind: "custom", defaultBaseUrl: "", keyVariable: "" });
  });

  it("is asked for images in what every server understands", () => {
    const size = { kind: "pixels", width: 512, height: 512 } as const;
    const call = images?.request(textToImageTask({ size }), target("sd"));
    expect(jsonBody(call)).toEqual({ model: "sd", prompt: "a boat", n: 1, size: "512x512" });
  });

  it("gets a response format only where the operator says so", () => {
    const settings = { responseFormat: "url" } as const;
    const call = images?.request(textToImageTask(), target("sd", { settings }));
    expect(jsonBody(call)["response_format"]).toBe("url");
    expect(images?.capabilities("sd", settings).delivery).toBe("url");
    expect(images?.capabilities("sd", {}).delivery).toBe("bytes");
  });

  it.each([
    [{}, { max_tokens: 5 }],
    [{ maxTokensField: "max_tokens" }, { max_tokens: 5 }],
    [{ maxTokensField: "max_completion_tokens" }, { max_completion_tokens: 5 }],
  ] as const)("with settings %j gets the limit of tokens as %j", (settings, expected) => {
    const task = chatTask({ maxOutputTokens: 5 });
    const {
      model: _,
      messages: __,
      ...rest
    } = jsonBody(chat?.request(task, target("m", { settings })));
    expect(rest).toEqual(expected);
  });

  it.each([
    [{}, { include_usage: true }],
    [{ includeUsage: true }, { include_usage: true }],
    [{ includeUsage: false }, undefined],
  ])("with settings %j is asked for usage by %j", (settings, expected) => {
    const call = chat?.stream?.request(chatTask(), target("m", { settings }));
    expect(jsonBody(call)["stream_options"]).toEqual(expected);
  });

  it("gets every image as bytes, since some fetch none", () => {
    const edits = openaiCompatible.operations.image_edit;
    expect(edits?.capabilities("sd", {}).inputUrls).toBeFalsy();
    expect(chat?.capabilities("m", {}).imageUrls).toBeFalsy();
  });

  it.each([
    [1, ["image"]],
    [2, ["image[]", "image[]"]],
  ])("gets %i images of an edit as %j", (count, expected) => {
    const [image] = imageEditTask().images;
    const task = imageEditTask({ images: Array.from({ length: count }, () => image ?? []).flat() });
    const call = openaiCompatible.operations.image_edit?.request(task, target("sd"));
    expect(call).toMatchObject({ path: "/images/edits", headers: { accept: "application/json" } });
    if (call?.body?.kind !== "multipart") throw new Error("It is no form.");
    const files = call.body.parts.filter(({ kind }) => kind === "file");
    expect(files.map(({ name }) => name)).toEqual(expected);
  });

  it.each([404, 405, 501])("that has no edits answers %i, which is no outage", (status) => {
    const body = { kind: "text", text: "404 page not found" } as const;
    expect(openaiCompatible.failure({ status, headers: {}, body }).class).toBe("model_gone");
  });

  it("says that it wants JSON", () => {
    expect(chat?.request(chatTask(), target("m")).headers).toEqual({ accept: "application/json" });
  });
});
