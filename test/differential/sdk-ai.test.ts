import { createAlibaba } from "@ai-sdk/alibaba";
import { createFal } from "@ai-sdk/fal";
import { createFireworks } from "@ai-sdk/fireworks";
import { createGoogle } from "@ai-sdk/google";
import { createVertex } from "@ai-sdk/google-vertex";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createReplicate } from "@ai-sdk/replicate";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import {
  APICallError,
  generateImage,
  generateText,
  type ImageModel,
  jsonSchema,
  type LanguageModel,
  streamText,
  tool,
} from "ai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { tokenHolder } from "./token-holder.ts";

type Make<T> = (open: OpenSandbox, apiKey?: string) => T;

const base = ({ sandbox }: OpenSandbox, slug: string): string => sandbox.baseUrls[slug] ?? "";

const openai = (open: OpenSandbox, apiKey = "sk-test") =>
  createOpenAI({ apiKey, baseURL: base(open, "openai") });
const google = (open: OpenSandbox, apiKey = "AIza-test") =>
  createGoogle({ apiKey, baseURL: base(open, "gemini") });
const vertex = (open: OpenSandbox, token = "ya29.test") =>
  createVertex({
    googleAuthOptions: { authClient: tokenHolder(token) },
    baseURL: `${base(open, "vertex")}/projects/demo-1/locations/global/publishers/google`,
  });
const openrouter = (open: OpenSandbox, apiKey = "sk-or-v1-test") =>
  createOpenRouter({ apiKey, baseURL: base(open, "openrouter") });
const compatible = (open: OpenSandbox, apiKey = "any") =>
  createOpenAICompatible({
    name: "local",
    apiKey,
    baseURL: base(open, "compatible"),
    includeUsage: true,
    supportsStructuredOutputs: true,
  });

const languageModels: readonly (readonly [slug: string, make: Make<LanguageModel>])[] = [
  ["openai", (open, key) => openai(open, key).chat("gpt-5.4")],
  ["gemini", (open, key) => google(open, key)("gemini-3.8-flash")],
  ["vertex", (open, key) => vertex(open, key)("gemini-3.8-flash")],
  ["openrouter", (open, key) => openrouter(open, key)("google/gemini-3-flash-preview")],
  [
    "alibaba",
    (open, apiKey = "sk-test") =>
      createAlibaba({ apiKey, baseURL: `${base(open, "alibaba")}/compatible-mode/v1` })(
        "qwen-plus",
      ),
  ],
  [
    "fireworks",
    (open, apiKey = "fw_test") =>
      createFireworks({ apiKey, baseURL: base(open, "fireworks") })(
        "accounts/fireworks/models/gpt-oss-120b",
      ),
  ],
  ["compatible", (open, key) => compatible(open, key)("llama-3.3")],
];

const imageModels: readonly (readonly [slug: string, make: Make<ImageModel>])[] = [
  ["openai", (open, key) => openai(open, key).image("gpt-image-2")],
  ["gemini", (open, key) => google(open, key).image("gemini-nano-banana-2.1")],
  ["vertex", (open, key) => vertex(open, key).image("gemini-3-pro-image")],
  ["openrouter", (open, key) => openrouter(open, key).imageModel("bytedance-seed/seedream-4.5")],
  ["compatible", (open, key) => compatible(open, key).imageModel("sd-turbo")],
  [
    "replicate",
    (open, apiToken = "r8_test") =>
      createReplicate({ apiToken, baseURL: base(open, "replicate") }).image(
        "black-forest-labs/flux-schnell",
      ),
  ],
  [
    "fal",
    ({ sandbox }, apiKey = "id:secret") =>
      createFal({ apiKey, baseURL: `${sandbox.origin}/fal/run` }).image("fal-ai/flux/schnell"),
  ],
];

/** The AI SDK's providers work against the sandbox, unchanged but for their base URLs. */
describe.each(languageModels)("the AI SDK's language model for %s", (slug, make) => {
  const prompt = "hello there";

  it("answers", async () => {
    await using open = await openSandbox();
    const { text, usage, finishReason } = await generateText({ model: make(open), prompt });
    expect(text).toMatch(/You said: hello there$/);
    expect(finishReason).toBe("stop");
    expect(usage.outputTokens).toBeGreaterThan(5);
  });

  it("streams the same answer", async () => {
    await using open = await openSandbox();
    const { text } = await generateText({ model: make(open), prompt });
    const stream = streamText({ model: make(open), prompt });
    let streamed = "";
    for await (const piece of stream.textStream) streamed += piece;
    expect(streamed).toBe(text);
    expect((await stream.usage).outputTokens).toBeGreaterThan(5);
    expect(await stream.finishReason).toBe("stop");
  });

  it("calls a tool", async () => {
    await using open = await openSandbox();
    const inputSchema = jsonSchema<{ city: string }>({
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    });
    const { toolCalls } = await generateText({
      model: make(open),
      prompt,
      tools: { weather: tool({ inputSchema }) },
      toolChoice: "required",
    });
    expect(toolCalls).toMatchObject([{ toolName: "weather", input: { city: "sandbox" } }]);
  });

  it.each([
    ["a bad key", "", "sk-or-v1-invalid", slug === "gemini" ? 400 : 401],
    ["a rate limit", `${slug}=rate-limit:3s`, "key", 429],
    ["an outage", `${slug}=http-503`, "key", 503],
  ])("tells %s apart", async (_what, faults, key, statusCode) => {
    await using open = await openSandbox(faults);
    const call = generateText({ model: make(open, key), prompt, maxRetries: 0 });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode });
  });
});

describe.each(imageModels)("the AI SDK's image model for %s", (slug, make) => {
  const prompt = "a paper boat";

  it("draws", async () => {
    await using open = await openSandbox();
    const { images } = await generateImage({ model: make(open), prompt, n: 1 });
    expect(images).toHaveLength(1);
    expect(images[0]?.mediaType).toMatch(/^image\/(png|jpeg|webp)$/);
    expect(images[0]?.uint8Array.length).toBeGreaterThan(1000);
    expect(open.sandbox.submissions()[slug]).toBe(1);
  });

  it.each([
    ["a bad key", "", "sk-or-v1-invalid", slug === "gemini" ? 400 : 401],
    ["a rate limit", `${slug}=rate-limit:3s`, "key", 429],
    ["an outage", `${slug}=http-503`, "key", 503],
  ])("tells %s apart", async (_what, faults, key, statusCode) => {
    await using open = await openSandbox(faults);
    const call = generateImage({ model: make(open, key), prompt, maxRetries: 0 });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode });
  });

  it("fails when there is no image in the answer", async () => {
    await using open = await openSandbox(`${slug}=empty`);
    const call = generateImage({ model: make(open), prompt, maxRetries: 0 });
    await expect(call).rejects.toThrow();
  });
});
