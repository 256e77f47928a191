import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedSlugs, openSandbox, plainRequests, requestsOf } from "./open-sandbox.ts";

type SlugAndPath = readonly [slug: string, path: string];

const known: readonly SlugAndPath[] = [
  ["openai", "/images/generations"],
  ["openai", "/chat/completions"],
  ["openrouter", "/images"],
  ["openrouter", "/chat/completions"],
  ["gemini", "/models/gemini-3-pro-image:generateContent"],
  ["gemini", "/models/gemini-3.8-flash:streamGenerateContent?alt=sse"],
  [
    "vertex",
    "/projects/p/locations/global/publishers/google/models/gemini-3-pro-image:generateContent",
  ],
  ["replicate", "/models/black-forest-labs/flux-schnell/predictions"],
  ["replicate", "/predictions"],
  ["fal", "/fal-ai/flux/schnell"],
  ["runware", ""],
  ["fal", "/../run/fal-ai/flux/schnell"],
  ["alibaba", "/api/v1/services/aigc/multimodal-generation/generation"],
  ["alibaba", "/compatible-mode/v1/chat/completions"],
  ["fireworks", "/workflows/accounts/fireworks/models/flux-1-schnell-fp8/text_to_image"],
  ["fireworks", "/workflows/accounts/fireworks/models/flux-kontext-pro"],
  ["fireworks", "/workflows/accounts/fireworks/models/flux-kontext-pro/get_result"],
  ["fireworks", "/image_generation/accounts/fireworks/models/SSD-1B"],
  ["fireworks", "/chat/completions"],
  ["xai", "/images/generations"],
  ["xai", "/images/edits"],
  ["xai", "/chat/completions"],
  ["compatible", "/images/generations"],
  ["compatible", "/chat/completions"],
];

const paths: readonly SlugAndPath[] = [
  ...known,
  ...embeddedSlugs
    .filter((slug) => !known.some(([name]) => name === slug))
    .flatMap((slug) => {
      const { image, chat = image } = requestsOf(slug);
      return [...new Set([image[0], chat[0]])].map((path): SlugAndPath => [slug, path]);
    }),
];

/** Every field name of the plain requests, so that most of what is made up goes past the first check. */
const names = [
  "model",
  "prompt",
  "messages",
  "contents",
  "input",
  "version",
  "n",
  "size",
  "stream",
  "tools",
  "tool_choice",
  "response_format",
  "generationConfig",
  "parts",
  "role",
  "content",
  "text",
  "aspect_ratio",
];

describe("the embedded providers", () => {
  it.each(paths)("let no JSON object make %s %s fall over", async (slug, path) => {
    await using open = await openSandbox();
    const { json } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        fc.constantFrom(
          null,
          true,
          0,
          -1,
          1.5,
          1e9,
          "",
          "a/b",
          "user",
          "1:1",
          "0:0",
          "x".repeat(99),
        ),
        fc.string({ maxLength: 8 }),
      ),
      list: fc.array(tie("json"), { maxLength: 3 }),
      object: fc.dictionary(fc.constantFrom(...names), tie("json"), { maxKeys: 5 }),
      json: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("list"), tie("object")),
    }));
    const body = fc.dictionary(fc.constantFrom(...names), json, { maxKeys: 8 });
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const answer = await open.post(slug, path, value);
        await answer.arrayBuffer();
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 60, seed: 20261122 },
    );
  });

  it.each(paths)("say with 4xx that the body of %s %s is no JSON object", async (slug, path) => {
    await using open = await openSandbox();
    const url = `${open.sandbox.baseUrls[slug]}${path}`;
    for (const body of ["", "{", "[1]", '"text"', "\u0000"]) {
      const authorization = slug === "fal" ? "Key k" : "Bearer k";
      const headers = { authorization, "x-goog-api-key": "k" };
      const answer = await fetch(url, { method: "POST", headers, body });
      expect(answer.status).toBe(400);
    }
  });

  it.each(paths)("tell %s %s of a model that no text can be made of", async (slug, path) => {
    await using open = await openSandbox();
    const body = {
      model: { toString: null },
      prompt: "x",
      messages: [],
      input: {},
      id: { toString: null },
    };
    const answer = await open.post(slug, path, body);
    expect(answer.status).toBeLessThan(500);
  });

  it("takes thirty requests at once", async () => {
    await using open = await openSandbox();
    const [path, body] = plainRequests.openai.chat;
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => open.post("openai", path, body)),
    );
    const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
    expect(new Set(ids).size).toBe(30);
  });
});
