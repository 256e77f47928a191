import { OpenRouter } from "@openrouter/sdk";
import {
  ForbiddenResponseError,
  ServiceUnavailableResponseError,
  TooManyRequestsResponseError,
  UnauthorizedResponseError,
} from "@openrouter/sdk/models/errors";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { pixel } from "./tasks.ts";

/** The official `@openrouter/sdk` client works against the sandbox, unchanged but for its base URL. */
describe("npm @openrouter/sdk, against the sandbox", () => {
  const client = ({ sandbox }: OpenSandbox, apiKey = "sk-or-v1-test"): OpenRouter =>
    new OpenRouter({
      apiKey,
      serverURL: sandbox.baseUrls["openrouter"] ?? "",
      retryConfig: { strategy: "none" },
    });
  const chat = {
    model: "google/gemini-3-flash-preview",
    messages: [{ role: "user" as const, content: "hello there" }],
  };
  const image = { model: "openai/gpt-image-2", prompt: "a paper boat" };

  it("chats", async () => {
    await using open = await openSandbox();
    const result = await client(open).chat.send({ chatRequest: { ...chat, stream: false } });
    if (!("choices" in result)) throw new Error("It streamed.");
    expect(result.choices[0]?.message.content).toContain("hello there");
    expect(result.usage?.cost).toBeGreaterThan(0);
  });

  it("streams a chat", async () => {
    await using open = await openSandbox();
    const stream = await client(open).chat.send({ chatRequest: { ...chat, stream: true } });
    if ("choices" in stream) throw new Error("It did not stream.");
    let text = "";
    let cost: number | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      cost = chunk.usage?.cost;
    }
    expect(text).toMatch(/You said: hello there$/);
    expect(cost).toBeGreaterThan(0);
  });

  it("generates images", async () => {
    await using open = await openSandbox();
    const result = await client(open).images.generate({
      imageGenerationRequest: { ...image, n: 2, aspectRatio: "16:9" },
    });
    if (!("data" in result)) throw new Error("It streamed.");
    expect(result.data).toHaveLength(2);
    expect(result.data[0]?.mediaType).toBe("image/png");
    expect(result.usage?.cost).toBe(0.08);
  });

  it("streams images", async () => {
    await using open = await openSandbox();
    const stream = await client(open).images.generate({
      imageGenerationRequest: { ...image, stream: true },
    });
    if ("data" in stream) throw new Error("It did not stream.");
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(["image_generation.partial_image", "image_generation.completed"]);
  });

  it("edits images", async () => {
    await using open = await openSandbox();
    const url = `data:image/png;base64,${pixel.toString("base64")}`;
    const draw = async (references: readonly string[]) => {
      const result = await client(open).images.generate({
        imageGenerationRequest: {
          ...image,
          inputReferences: references.map((each) => ({
            type: "image_url",
            imageUrl: { url: each },
          })),
        },
      });
      if (!("data" in result)) throw new Error("It streamed.");
      return result.data[0]?.b64Json;
    };
    expect(await draw([url])).not.toBe(await draw([]));
  });

  it.each([
    ["a bad key", "", "sk-or-v1-invalid", UnauthorizedResponseError],
    ["a rate limit", "openrouter=rate-limit:3s", "k", TooManyRequestsResponseError],
    ["an outage", "openrouter=http-503", "k", ServiceUnavailableResponseError],
    ["a refusal", "openrouter=refuse", "k", ForbiddenResponseError],
  ])("tells %s apart", async (_what, faults, key, type) => {
    await using open = await openSandbox(faults);
    const sent = client(open, key).chat.send({ chatRequest: chat });
    await expect(sent).rejects.toBeInstanceOf(type);
  });

  it("shows an error in mid-stream", async () => {
    await using open = await openSandbox("openrouter=fail-late");
    const stream = await client(open).chat.send({ chatRequest: { ...chat, stream: true } });
    if ("choices" in stream) throw new Error("It did not stream.");
    let code: number | undefined;
    for await (const chunk of stream) code = chunk.error?.code ?? code;
    expect(code).toBe(502);
  });
});
