import { createDeepInfra } from "@ai-sdk/deepinfra";
import { generateImage, generateText, streamText } from "ai";
import OpenAI, { toFile } from "openai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { tinyPng } from "../support/tiny-png.ts";

const base = ({ sandbox }: OpenSandbox): string => sandbox.baseUrls["deepinfra"] ?? "";
const prompt = "a paper boat";

/** The client that DeepInfra's documentation uses, unchanged but for its base URL. */
describe("npm openai, against the sandbox in the place of DeepInfra", () => {
  const client = (open: OpenSandbox, apiKey = "key"): OpenAI =>
    new OpenAI({ apiKey, baseURL: base(open), maxRetries: 0 });
  const image = { model: "black-forest-labs/FLUX-2-pro", prompt };
  const chat = {
    model: "deepseek-ai/DeepSeek-V4-Pro",
    messages: [{ role: "user" as const, content: "hello there" }],
  };

  it("draws JPEG as base64, without asking for it", async () => {
    await using open = await openSandbox();
    const { data = [] } = await client(open).images.generate({ ...image, n: 3 });
    expect(data.map(({ b64_json }) => b64_json?.slice(0, 4))).toEqual(["/9j/", "/9j/", "/9j/"]);
    expect(open.sandbox.submissions()["deepinfra"]).toBe(1);
  });

  it("edits", async () => {
    await using open = await openSandbox();
    const file = await toFile(tinyPng(64, 48), "boat.png", { type: "image/png" });
    const { data } = await client(open).images.edit({ ...image, image: file });
    expect(data?.[0]?.b64_json).toMatch(/^\/9j\//);
  });

  it("chats, and streams to the same end with its price", async () => {
    await using open = await openSandbox();
    const whole = await client(open).chat.completions.create(chat);
    expect(whole.choices[0]?.message.content).toMatch(/You said: hello there$/);
    expect(whole.usage).toMatchObject({ estimated_cost: expect.any(Number) });
    const final = await client(open).chat.completions.stream(chat).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(final.usage).toEqual(whole.usage);
  });

  it.each([
    ["a bad key", "", "invalid", OpenAI.AuthenticationError, "Not authenticated"],
    ["a rate limit", "deepinfra=rate-limit:3s", "key", OpenAI.RateLimitError, "Rate limited"],
    ["an outage", "deepinfra=http-503", "key", OpenAI.InternalServerError, "Model busy"],
    ["no money", "deepinfra=http-402", "key", OpenAI.APIError, "positive balance"],
    ["a refusal", "deepinfra=refuse", "key", OpenAI.BadRequestError, "content_policy"],
  ] as const)("tells %s apart", async (_what, faults, key, kind, words) => {
    await using open = await openSandbox(faults);
    const error = await client(open, key)
      .images.generate(image)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toContain(words);
  });
});

/** `@ai-sdk/deepinfra`, unchanged but for its base URL. It draws by DeepInfra's other API, which nobody here speaks. */
describe("npm @ai-sdk/deepinfra, against the sandbox", () => {
  const ai = (open: OpenSandbox, apiKey = "key") =>
    createDeepInfra({ apiKey, baseURL: base(open).replace(/\/openai$/, "") });
  const chat = (open: OpenSandbox, key?: string) => ai(open, key)("openai/gpt-oss-120b");

  it("edits", async () => {
    await using open = await openSandbox();
    const { images } = await generateImage({
      model: ai(open).image("Qwen/Qwen-Image-Edit"),
      prompt: { text: prompt, images: [tinyPng(64, 48)] },
    });
    expect(images[0]?.mediaType).toBe("image/jpeg");
    expect(open.sandbox.submissions()["deepinfra"]).toBe(1);
  });

  it("chats, and streams the same answer", async () => {
    await using open = await openSandbox();
    const { text, usage } = await generateText({ model: chat(open), prompt });
    expect(text).toMatch(/You said: a paper boat$/);
    const stream = streamText({ model: chat(open), prompt });
    let streamed = "";
    for await (const piece of stream.textStream) streamed += piece;
    expect(streamed).toBe(text);
    expect((await stream.usage).outputTokens).toBe(usage.outputTokens);
  });

  it.each([
    ["a bad key", "", "invalid", 401],
    ["a rate limit", "deepinfra=rate-limit:3s", "key", 429],
    ["an outage", "deepinfra=http-503", "key", 503],
  ])("tells %s apart", async (_what, faults, key, statusCode) => {
    await using open = await openSandbox(faults);
    const call = generateText({ model: chat(open, key), prompt, maxRetries: 0 });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ statusCode });
  });
});
