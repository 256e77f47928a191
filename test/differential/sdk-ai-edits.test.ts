import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createReplicate } from "@ai-sdk/replicate";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { APICallError, generateImage, type ImageModel } from "ai";
import { describe, expect, it } from "vitest";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { pixel } from "./tasks.ts";

const apiKey = "test-key";

const models: readonly (readonly [slug: string, make: (baseURL: string) => ImageModel])[] = [
  ["openai", (baseURL) => createOpenAI({ apiKey, baseURL }).image("gpt-image-2")],
  [
    "openrouter",
    (baseURL) => createOpenRouter({ apiKey, baseURL }).imageModel("google/gemini-3-pro-image"),
  ],
  [
    "compatible",
    (baseURL) => createOpenAICompatible({ name: "local", apiKey, baseURL }).imageModel("sd"),
  ],
  [
    "replicate",
    (baseURL) => createReplicate({ apiToken: apiKey, baseURL }).image("black-forest-labs/flux-dev"),
  ],
];

/** The AI SDK's providers edit images at the sandbox, unchanged but for their base URLs. */
describe.each(models)("the AI SDK's image model for %s", (slug, make) => {
  const prompt = { text: "make it night", images: [pixel] };

  it("edits", async () => {
    await using open = await openSandbox();
    const model = make(open.sandbox.baseUrls[slug] ?? "");
    const edited = await generateImage({ model, prompt, n: 1 });
    const drawn = await generateImage({ model, prompt: prompt.text, n: 1 });
    expect(edited.images[0]?.mediaType).toMatch(/^image\/(png|webp)$/);
    expect(edited.images[0]?.base64).not.toBe(drawn.images[0]?.base64);
    expect(open.sandbox.submissions()[slug]).toBe(2);
  });

  it("tells an outage apart", async () => {
    await using open = await openSandbox(`${slug}=http-503`);
    const model = make(open.sandbox.baseUrls[slug] ?? "");
    const error = await generateImage({ model, prompt, maxRetries: 0 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 503 });
  });
});
