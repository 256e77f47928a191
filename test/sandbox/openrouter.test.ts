import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { eventsOf, openSandbox } from "./open-sandbox.ts";

const chat = {
  model: "google/gemini-3-flash-preview",
  messages: [{ role: "user", content: "hi" }],
};
const image = { model: "bytedance-seed/seedream-4.5", prompt: "a clay fox" };

describe("the embedded OpenRouter", () => {
  it("answers a chat with the provider, the cost and a generation id", async () => {
    await using open = await openSandbox();
    const answer = await open.post("openrouter", "/chat/completions", chat);
    const body = await answer.json();
    expect(answer.headers.get("x-generation-id")).toBe(body.id);
    expect(body.id).toMatch(/^gen-\d+-\w{20}$/);
    expect(body.provider).toBe("Sandbox");
    expect(body.usage.cost).toBeGreaterThan(0);
  });

  it("streams comments, chunks, a usage chunk that nobody asked for, and [DONE]", async () => {
    await using open = await openSandbox();
    const answer = await open.post("openrouter", "/chat/completions", { ...chat, stream: true });
    const text = await answer.text();
    expect(text).toMatch(/^: OPENROUTER PROCESSING\n\n/);
    const events = eventsOf(text);
    expect(events.at(-1)).toBe("[DONE]");
    expect(events.at(-2)).toMatchObject({ choices: [], usage: { is_byok: false } });
    expect(events.at(-3).choices[0]).toMatchObject({ finish_reason: "stop" });
  });

  it("fails in mid-stream with an error beside a choice that ends in error", async () => {
    await using open = await openSandbox("openrouter=fail-late");
    const answer = await open.post("openrouter", "/chat/completions", { ...chat, stream: true });
    const last = eventsOf(await answer.text()).at(-1);
    expect(last.error).toMatchObject({
      code: 502,
      metadata: { error_type: "provider_unavailable" },
    });
    expect(last.choices[0].finish_reason).toBe("error");
  });

  it("returns an image in the message when the modalities ask for one", async () => {
    await using open = await openSandbox();
    const body = { ...chat, modalities: ["image", "text"] };
    const answer = await (await open.post("openrouter", "/chat/completions", body)).json();
    expect(answer.choices[0].message.images[0].image_url.url).toMatch(/^data:image\/png;base64,/);
  });

  it("draws by aspect ratio and resolution, and says what it cost", async () => {
    await using open = await openSandbox();
    const body = { ...image, n: 2, aspect_ratio: "16:9", resolution: "2K", output_format: "jpeg" };
    const answer = await (await open.post("openrouter", "/images", body)).json();
    expect(answer.usage.cost).toBe(0.08);
    expect(answer.data[0].media_type).toBe("image/jpeg");
    const { width, height } = await sharp(
      Buffer.from(answer.data[0].b64_json, "base64"),
    ).metadata();
    expect([width, height]).toEqual([2752, 1536]);
  });

  it("streams images for OpenAI's models only", async () => {
    await using open = await openSandbox();
    const plain = await open.post("openrouter", "/images", { ...image, stream: true });
    expect(plain.headers.get("content-type")).toContain("application/json");
    const body = { ...image, model: "openai/gpt-image-2", stream: true };
    const streamed = await open.post("openrouter", "/images", body);
    expect(eventsOf(await streamed.text()).map((event) => event.type ?? event)).toEqual([
      "image_generation.partial_image",
      "image_generation.completed",
      "[DONE]",
    ]);
  });

  it.each([
    ["/images", { ...image, mask: "x" }, 400],
    ["/images", { ...image, n: 11 }, 400],
    ["/images", { ...image, size: "9999x1024" }, 400],
    ["/images", { model: image.model }, 400],
    ["/images", { ...image, model: "seedream" }, 400],
    ["/images", { ...image, model: "google/gemini-2.5-flash-image", resolution: "1K" }, 400],
    ["/chat/completions", { ...chat, model: "google/unknown" }, 404],
    ["/chat/completions", { model: chat.model }, 400],
    ["/chat/completions", { messages: chat.messages }, 400],
  ])("refuses %s %j with %i, which is also the error's code", async (path, body, status) => {
    await using open = await openSandbox();
    const answer = await open.post("openrouter", path, body);
    expect(answer.status).toBe(status);
    expect((await answer.json()).error.code).toBe(status);
  });

  it("refuses a bad key with 401", async () => {
    await using open = await openSandbox();
    for (const authorization of ["", "Bearer sk-or-v1-invalid"]) {
      const answer = await open.post("openrouter", "/chat/completions", chat, { authorization });
      expect(answer.status).toBe(401);
    }
  });

  it.each([
    ["/chat/completions", chat],
    ["/images", image],
  ])("refuses content at %s with 403 and reasons", async (path, body) => {
    await using open = await openSandbox("openrouter=refuse");
    const answer = await open.post("openrouter", path, body);
    expect(answer.status).toBe(403);
    expect((await answer.json()).error.metadata.reasons).toEqual(["violence"]);
  });
});
