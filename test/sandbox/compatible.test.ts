import { describe, expect, it } from "vitest";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { manualClock } from "../support/manual-clock.ts";
import { eventsOf, openSandbox } from "./open-sandbox.ts";

const chat = { model: "llama-3.3", messages: [{ role: "user", content: "hi" }] };
const image = { model: "sd-turbo", prompt: "a boat" };
const images = "/images/generations";
const completions = "/chat/completions";

describe("the embedded OpenAI-compatible server", () => {
  it("wants no key and ignores fields that it does not know", async () => {
    await using open = await openSandbox();
    const body = { ...chat, top_k: 5, min_p: 0.1 };
    const answer = await open.post("compatible", completions, body, { authorization: "" });
    expect(answer.status).toBe(200);
    expect((await answer.json()).choices[0].message.content).toContain("llama-3.3");
  });

  it("gives an address of an image, or base64 when asked", async () => {
    await using open = await openSandbox();
    const linked = await (await open.post("compatible", images, image)).json();
    expect((await fetch(linked.data[0].url)).headers.get("content-type")).toBe("image/png");
    const body = { ...image, n: 2, response_format: "b64_json" };
    const inline = await (await open.post("compatible", images, body)).json();
    expect(inline.data).toHaveLength(2);
    expect(inline.data[0].b64_json).toMatch(/^iVBOR/);
  });

  it("streams usage only when asked", async () => {
    await using open = await openSandbox();
    const body = { ...chat, stream: true };
    const plain = await (await open.post("compatible", completions, body)).text();
    expect(plain).not.toContain("usage");
    const counted = await open.post("compatible", completions, {
      ...body,
      stream_options: { include_usage: true },
    });
    const events = eventsOf(await counted.text());
    expect(events.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 1 } });
    expect(events.at(-1)).toBe("[DONE]");
  });

  it("says [DONE] even after an error", async () => {
    await using open = await openSandbox("compatible=fail-late");
    const answer = await open.post("compatible", completions, { ...chat, stream: true });
    const events = eventsOf(await answer.text());
    expect(events.at(-2).error).toMatchObject({ code: 500, type: "InternalServerError" });
    expect(events.at(-1)).toBe("[DONE]");
  });

  it.each([
    [images, { ...image, n: 11 }, 400],
    [images, { ...image, size: "big" }, 400],
    [images, { ...image, size: "9999x16" }, 400],
    [images, { ...image, size: "0000x16" }, 400],
    [images, { model: "sd" }, 400],
    [completions, { model: "llama" }, 400],
    [completions, { messages: chat.messages }, 400],
    [completions, { ...chat, model: "unknown" }, 404],
  ])("refuses %s %j with %i as a number in the code", async (path, body, status) => {
    await using open = await openSandbox();
    const answer = await open.post("compatible", path, body);
    expect(answer.status).toBe(status);
    expect((await answer.json()).error.code).toBe(status);
  });

  it("refuses a bad key with an error that is only a word", async () => {
    await using open = await openSandbox();
    const answer = await open.post("compatible", completions, chat, {
      authorization: "Bearer invalid",
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: "Unauthorized" });
  });

  it("refuses content with 400", async () => {
    await using open = await openSandbox("compatible=refuse");
    for (const [path, body] of [
      [images, image],
      [completions, chat],
    ] as const) {
      const answer = await open.post("compatible", path, body);
      expect(answer.status).toBe(400);
      expect((await answer.json()).error.message).toContain("content_policy");
    }
  });

  it("runs once more under each further slug, with faults and a count of its own", async () => {
    const sandbox = await startSandbox({
      clock: manualClock(),
      faults: [{ provider: "my-vllm", effect: { kind: "http", status: 503 } }],
      compatibleSlugs: ["my-vllm", "compatible", "my-tgi"],
    });
    const status = async (slug: string): Promise<number> => {
      const request = { method: "POST", body: JSON.stringify(chat) };
      return (await fetch(`${sandbox.baseUrls[slug]}${completions}`, request)).status;
    };
    expect(await status("my-vllm")).toBe(503);
    expect(await status("my-tgi")).toBe(200);
    expect(await status("compatible")).toBe(200);
    expect(sandbox.submissions()).toMatchObject({ "my-vllm": 1, "my-tgi": 1, compatible: 1 });
    await sandbox.close();
  });
});
