import { createXai } from "@ai-sdk/xai";
import { generateImage } from "ai";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { tinyPng } from "../support/tiny-png.ts";

const base = ({ sandbox }: OpenSandbox): string => sandbox.baseUrls["xai"] ?? "";

/** `@ai-sdk/xai` works against the sandbox, unchanged but for its base URL. */
describe("npm @ai-sdk/xai, against the sandbox", () => {
  const model = (open: OpenSandbox, apiKey = "xai-test") =>
    createXai({ apiKey, baseURL: base(open) }).image("grok-imagine-image");
  const prompt = "a paper boat";

  it("draws", async () => {
    await using open = await openSandbox();
    const { images } = await generateImage({
      model: model(open),
      prompt,
      n: 3,
      aspectRatio: "16:9",
    });
    expect(images).toHaveLength(3);
    expect(images[0]?.mediaType).toBe("image/jpeg");
    expect(open.sandbox.submissions()["xai"]).toBe(1);
  });

  it.each([1, 2])("edits %i images", async (count) => {
    await using open = await openSandbox();
    const { images } = await generateImage({
      model: model(open),
      prompt: { text: prompt, images: Array.from({ length: count }, () => tinyPng(64, 48)) },
    });
    expect(images[0]?.uint8Array.length).toBeGreaterThan(1000);
  });

  it.each([
    ["a bad key", "", "invalid", 400, "Incorrect API key provided"],
    ["a rate limit", "xai=rate-limit:3s", "key", 429, "Too many requests"],
    ["an outage", "xai=http-503", "key", 503, "currently unavailable"],
    ["no money", "xai=http-403", "key", 403, "credits"],
    ["a refusal", "xai=refuse", "key", 400, "imagine:content-moderated"],
  ])("tells %s apart", async (_what, faults, key, statusCode, words) => {
    await using open = await openSandbox(faults);
    const call = generateImage({ model: model(open, key), prompt, maxRetries: 0 });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ statusCode, message: expect.stringContaining(words) });
  });

  it("fails when there is no image in the answer", async () => {
    await using open = await openSandbox("xai=empty");
    const call = generateImage({ model: model(open), prompt, maxRetries: 0 });
    await expect(call).rejects.toThrow();
  });
});

/** xAI's chat completions have no client of their own in npm; its documentation uses OpenAI's. */
describe("npm openai, against the sandbox in the place of xAI", () => {
  const client = (open: OpenSandbox, apiKey = "xai-test"): OpenAI =>
    new OpenAI({ apiKey, baseURL: base(open), maxRetries: 0 });
  const chat = {
    model: "grok-4.3",
    messages: [{ role: "user" as const, content: "hello there" }],
  };

  it("chats, and streams to the same end", async () => {
    await using open = await openSandbox();
    const whole = await client(open).chat.completions.create(chat);
    expect(whole.choices[0]?.message.content).toMatch(/You said: hello there$/);
    const final = await client(open)
      .chat.completions.stream({ ...chat, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(final.usage).toEqual(whole.usage);
  });

  it("has a tool called, streamed in one piece", async () => {
    await using open = await openSandbox();
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const final = await client(open)
      .chat.completions.stream({
        ...chat,
        tools: [{ type: "function", function: { name: "weather", parameters } }],
        tool_choice: "required",
      })
      .finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "weather", arguments: '{"city":"sandbox"}' },
    });
  });

  it("takes a bad key for a bad request", async () => {
    await using open = await openSandbox();
    const error = await client(open, "invalid")
      .chat.completions.create(chat)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
  });

  it("reports an error in mid-stream", async () => {
    await using open = await openSandbox("xai=fail-late");
    const stream = await client(open).chat.completions.create({ ...chat, stream: true });
    const drained = (async () => {
      for await (const _chunk of stream);
    })();
    await expect(drained).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});
