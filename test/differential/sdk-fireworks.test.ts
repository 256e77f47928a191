import { createFireworks } from "@ai-sdk/fireworks";
import { generateImage } from "ai";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { tinyPng } from "../support/tiny-png.ts";

const base = ({ sandbox }: OpenSandbox): string => sandbox.baseUrls["fireworks"] ?? "";
const models = "accounts/fireworks/models";

/**
 * The key goes to Fireworks' own origin only. The sandbox's files are on that one,
 * other than Fireworks' own, and like these they take no key.
 */
const toDelivery: typeof fetch = (input, init) => {
  if (!String(input).includes("/fireworks-delivery/")) return fetch(input, init);
  const headers = new Headers(init?.headers);
  headers.delete("authorization");
  return fetch(input, { ...init, headers });
};

/** `@ai-sdk/fireworks` works against the sandbox, unchanged but for its base URL. */
describe("npm @ai-sdk/fireworks, against the sandbox", () => {
  const model = (open: OpenSandbox, name = "flux-1-schnell-fp8", apiKey = "fw_test") =>
    createFireworks({ apiKey, baseURL: base(open), fetch: toDelivery }).image(`${models}/${name}`);
  const prompt = "a paper boat";

  it.each([
    ["flux-1-dev-fp8", { aspectRatio: "16:9" }],
    ["flux-kontext-pro", { aspectRatio: "16:9" }],
    ["stable-diffusion-xl-1024-v1-0", { size: "1344x768" }],
  ] as const)("draws with %s", async (name, shape) => {
    await using open = await openSandbox();
    const { images } = await generateImage({ model: model(open, name), prompt, seed: 7, ...shape });
    expect(images[0]?.mediaType).toBe("image/png");
    expect(open.sandbox.submissions()["fireworks"]).toBe(1);
  });

  it("edits", async () => {
    await using open = await openSandbox();
    const { images } = await generateImage({
      model: model(open, "flux-kontext-max"),
      prompt: { text: prompt, images: [tinyPng(64, 48)] },
    });
    expect(images[0]?.uint8Array.length).toBeGreaterThan(1000);
  });

  it.each([
    ["a bad key", "", "invalid", 401],
    ["a suspended account", "fireworks=http-412", "key", 412],
    ["a rate limit", "fireworks=rate-limit:3s", "key", 429],
    ["an outage", "fireworks=http-503", "key", 503],
  ])("tells %s apart", async (_what, faults, key, statusCode) => {
    await using open = await openSandbox(faults);
    const call = generateImage({ model: model(open, undefined, key), prompt, maxRetries: 0 });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ statusCode });
  });

  it.each(["fail-late", "empty"])("fails when a job ends as %s", async (fault) => {
    await using open = await openSandbox(`fireworks=${fault}`);
    const call = generateImage({ model: model(open, "flux-kontext-pro"), prompt, maxRetries: 0 });
    await expect(call).rejects.toThrow(/Fireworks/);
  });
});

/** Fireworks' chat is OpenAI's dialect, and its documentation uses OpenAI's client. */
describe("npm openai, against the sandbox in the place of Fireworks", () => {
  const client = (open: OpenSandbox, apiKey = "fw_test"): OpenAI =>
    new OpenAI({ apiKey, baseURL: base(open), maxRetries: 0 });
  const chat = {
    model: `${models}/gpt-oss-120b`,
    messages: [{ role: "user" as const, content: "hello there" }],
  };

  it("chats, and streams to the same end", async () => {
    await using open = await openSandbox();
    const whole = await client(open).chat.completions.create(chat);
    expect(whole.choices[0]?.message.content).toMatch(/You said: hello there$/);
    const final = await client(open).chat.completions.stream(chat).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(final.usage).toEqual(whole.usage);
  });

  it("lists models", async () => {
    await using open = await openSandbox();
    const { data } = await client(open).models.list();
    expect(data.map(({ id }) => id)).toContain(`${models}/gpt-oss-120b`);
  });

  it.each([
    ["a bad key", "", "invalid", OpenAI.AuthenticationError],
    ["a missing model", "fireworks=http-404", "key", OpenAI.NotFoundError],
    ["a rate limit", "fireworks=rate-limit:3s", "key", OpenAI.RateLimitError],
  ])("tells %s apart", async (_what, faults, key, type) => {
    await using open = await openSandbox(faults);
    await expect(client(open, key).chat.completions.create(chat)).rejects.toBeInstanceOf(type);
  });

  it("reports an error in mid-stream", async () => {
    await using open = await openSandbox("fireworks=fail-late");
    const stream = await client(open).chat.completions.create({ ...chat, stream: true });
    const drained = (async () => {
      for await (const _chunk of stream);
    })();
    await expect(drained).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});
