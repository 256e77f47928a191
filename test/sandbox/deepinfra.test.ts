import { describe, expect, it } from "vitest";
import { tinyPng } from "../support/tiny-png.ts";
import { eventsOf, type OpenSandbox, openSandbox } from "./open-sandbox.ts";

const images = "/images/generations";
const completions = "/chat/completions";
const image = { model: "black-forest-labs/FLUX-2-pro", prompt: "a boat" };
const chat = { model: "openai/gpt-oss-120b", messages: [{ role: "user", content: "hi" }] };

describe("the embedded DeepInfra", () => {
  it.each(["", "Bearer invalid", "Key k"])("wants a key, and %j is none", async (authorization) => {
    await using open = await openSandbox();
    const answer = await open.post("deepinfra", images, image, { authorization });
    expect(answer.status).toBe(401);
    expect((await answer.json()).error.message).toBe("Not authenticated");
  });

  it("gives JPEG in base64 whatever is asked for, at 1024 x 1024 unless told", async () => {
    await using open = await openSandbox();
    const body = { ...image, response_format: "url" };
    const { data } = await (await open.post("deepinfra", images, body)).json();
    expect(Object.keys(data[0])).toEqual(["b64_json"]);
    const same = await (
      await open.post("deepinfra", images, { ...image, size: "1024x1024" })
    ).json();
    expect(same.data[0].b64_json).toBe(data[0].b64_json);
    expect(data[0].b64_json).toMatch(/^\/9j\//);
  });

  it("takes the last of several files, and says nothing of the others", async () => {
    await using open = await openSandbox();
    const [first, last] = [tinyPng(64, 32), tinyPng(96, 96)];
    const both = await edit(open, [first, last]);
    expect(both).toBe(await edit(open, [last]));
    expect(both).not.toBe(await edit(open, [last, first]));
  });

  it.each([
    [images, { ...image, n: 5 }, 422],
    [images, { model: "sd" }, 422],
    [completions, { model: "llama" }, 422],
    [images, { ...image, size: "big" }, 400],
    [completions, { ...chat, model: "unknown" }, 404],
  ])("refuses %s %j", async (path, body, status) => {
    await using open = await openSandbox();
    const answer = await open.post("deepinfra", path, body);
    expect(answer.status).toBe(status);
    expect((await answer.json()).error.type).toBe("invalid_request_error");
  });

  it("counts and prices a stream in its last chunk, asked or not", async () => {
    await using open = await openSandbox();
    const answer = await open.post("deepinfra", completions, { ...chat, stream: true });
    const events = eventsOf(await answer.text());
    expect(events.at(-2)).toMatchObject({
      choices: [{ finish_reason: "stop" }],
      usage: { prompt_tokens: 1, estimated_cost: expect.any(Number) },
    });
    expect(events.slice(0, -2).filter(({ usage }) => usage !== undefined)).toEqual([]);
  });

  it("tells of an error in a stream in a text of JSON", async () => {
    await using open = await openSandbox("deepinfra=fail-late");
    const answer = await open.post("deepinfra", completions, { ...chat, stream: true });
    const failed = eventsOf(await answer.text()).at(-2);
    expect(JSON.parse(failed.error_message).error.message).toBe("The engine died.");
  });

  it("does not say when to come back", async () => {
    await using open = await openSandbox("deepinfra=rate-limit:3s");
    const answer = await open.post("deepinfra", images, image);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, null]);
  });
});

async function edit({ sandbox }: OpenSandbox, files: readonly Uint8Array[]): Promise<string> {
  const form = new FormData();
  form.set("model", "Qwen/Qwen-Image-Edit");
  form.set("prompt", "make it night");
  for (const file of files) form.append("image", new Blob([Buffer.from(file)]), "image.png");
  const answer = await fetch(`${sandbox.baseUrls["deepinfra"]}/images/edits`, {
    method: "POST",
    headers: { authorization: "Bearer k" },
    body: form,
  });
  const { data } = await answer.json();
  return data[0].b64_json;
}
