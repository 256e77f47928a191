import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { tinyPng } from "../support/tiny-png.ts";
import { eventsOf, type OpenSandbox, openSandbox } from "./open-sandbox.ts";

const models = "accounts/fireworks/models";
const schnell = `/workflows/${models}/flux-1-schnell-fp8/text_to_image`;
const kontext = `/workflows/${models}/flux-kontext-pro`;
const sdxl = `/image_generation/${models}/stable-diffusion-xl-1024-v1-0`;
const prompt = { prompt: "a boat" };
const input = `data:image/png;base64,${tinyPng(64, 48).toString("base64")}`;
const completions = "/chat/completions";
const chat = { model: `${models}/gpt-oss-120b`, messages: [{ role: "user", content: "hi" }] };

/** Asks for a job's result so many times; the last answer. */
async function ask(open: OpenSandbox, id: unknown, times: number, path = kontext) {
  for (let time = 1; time < times; time++)
    await open.post("fireworks", `${path}/get_result`, { id });
  return (await open.post("fireworks", `${path}/get_result`, { id })).json();
}

async function submit(open: OpenSandbox, body: object = prompt): Promise<string> {
  return (await (await open.post("fireworks", kontext, body)).json()).request_id;
}

describe("a workflow of the embedded Fireworks that answers with the image", () => {
  it.each([
    ["image/png", "png"],
    ["image/jpeg", "jpeg"],
    ["*/*", "png"],
  ])("gives what %s asks for", async (accept, format) => {
    await using open = await openSandbox();
    const body = { ...prompt, aspect_ratio: "16:9", seed: 7 };
    const answer = await open.post("fireworks", schnell, body, { accept });
    expect(answer.headers.get("content-type")).toBe(`image/${format}`);
    expect(answer.headers.get("finish-reason")).toBe("SUCCESS");
    expect(answer.headers.get("seed")).toBe("7");
    const seen = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
    expect(seen).toMatchObject({ format, width: 1376, height: 768 });
  });

  it("gives JSON to whoever takes JSON, a list of them in the older API", async () => {
    await using open = await openSandbox();
    const headers = { accept: "application/json, text/plain, */*" };
    const one = await (await open.post("fireworks", schnell, prompt, headers)).json();
    expect(one).toMatchObject({ finishReason: "SUCCESS" });
    expect(one.base64[0]).toMatch(/^data:image\/png;base64,iVBOR/);
    const body = { ...prompt, width: "1344", height: "768" };
    const [item] = await (await open.post("fireworks", sdxl, body, headers)).json();
    const seen = await sharp(Buffer.from(item.base64, "base64")).metadata();
    expect(seen).toMatchObject({ width: 1344, height: 768 });
  });

  it("blackens what its filter holds back, with 200", async () => {
    await using open = await openSandbox("fireworks=refuse");
    const answer = await open.post("fireworks", schnell, prompt, { accept: "image/png" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("finish-reason")).toBe("CONTENT_FILTERED");
    const { channels } = await sharp(Buffer.from(await answer.arrayBuffer())).stats();
    expect(channels.map(({ max }) => max)).toEqual([0, 0, 0]);
  });
});

describe("a job of the embedded Fireworks", () => {
  it("is not found at first, then pending, then ready", async () => {
    await using open = await openSandbox();
    const id = await submit(open, { ...prompt, input_image: input, output_format: "jpeg" });
    expect(await ask(open, id, 1)).toMatchObject({ id, status: "Task not found", result: null });
    expect(await ask(open, id, 1)).toMatchObject({ status: "Pending" });
    const { status, result } = await ask(open, id, 1);
    expect(status).toBe("Ready");
    expect((await ask(open, id, 1)).result).toEqual(result);
    const file = await fetch(result.sample);
    expect(file.headers.get("content-type")).toBe("image/jpeg");
    expect(open.sandbox.submissions()["fireworks"]).toBe(1);
  });

  it("gives an address that takes no credential and stops working", async () => {
    await using open = await openSandbox();
    const { result } = await ask(open, await submit(open), 3);
    const withKey = { headers: { authorization: "Bearer k" } };
    expect((await fetch(result.sample, withKey)).ok).toBe(false);
    expect((await fetch(result.sample)).status).toBe(200);
    await open.clock.advance(600_000);
    expect((await fetch(result.sample)).status).toBe(403);
  });

  it("takes as long as it is told to", async () => {
    await using open = await openSandbox("fireworks=slow:9s");
    const id = await submit(open);
    expect(await ask(open, id, 5)).toMatchObject({ status: "Pending" });
    await open.clock.advance(9000);
    expect(await ask(open, id, 1)).toMatchObject({ status: "Ready" });
  });

  it.each([
    ["refuse", prompt, "Request Moderated"],
    ["refuse", { ...prompt, input_image: input }, "Content Moderated"],
    ["fail-late", prompt, "Error"],
  ])("ends with %s of %j as %s", async (fault, body, status) => {
    await using open = await openSandbox(`fireworks=${fault}`);
    expect(await ask(open, await submit(open, body), 3)).toMatchObject({ status, result: null });
  });

  it("is found by its own model only", async () => {
    await using open = await openSandbox();
    const id = await submit(open);
    const max = `/workflows/${models}/flux-kontext-max`;
    expect(await ask(open, id, 4, max)).toMatchObject({ status: "Task not found" });
  });
});

describe("the embedded Fireworks", () => {
  it.each([
    [schnell, {}, 422],
    [schnell, { ...prompt, aspect_ratio: "7:1" }, 422],
    [schnell, { ...prompt, seed: -1 }, 422],
    [sdxl, { ...prompt, width: 1000, height: 1000 }, 422],
    [kontext, { ...prompt, aspect_ratio: "22:9" }, 422],
    [kontext, { ...prompt, output_format: "webp" }, 422],
    [kontext, { ...prompt, input_image: "AAAA" }, 422],
    [`${kontext}/text_to_image`, prompt, 405],
    [`/workflows/${models}/flux-1-schnell-fp8`, prompt, 405],
    [`/workflows/${models}/flux-unknown/text_to_image`, prompt, 404],
    ["/images/generations", prompt, 404],
    [completions, { model: "m" }, 400],
    [completions, { ...chat, reasoning_effort: "minimal" }, 400],
  ])("refuses %s %j with %i", async (path, body, status) => {
    await using open = await openSandbox();
    expect((await open.post("fireworks", path, body)).status).toBe(status);
  });

  it("hides its workflows from whoever has no key", async () => {
    await using open = await openSandbox();
    const none = { authorization: "" };
    expect((await open.post("fireworks", schnell, prompt, none)).status).toBe(404);
    expect((await open.post("fireworks", completions, chat, none)).status).toBe(401);
    const wrong = { authorization: "Bearer invalid" };
    expect((await open.post("fireworks", schnell, prompt, wrong)).status).toBe(401);
  });

  it("tells usage in the last chunk, asked for or not", async () => {
    await using open = await openSandbox();
    const answer = await open.post("fireworks", completions, { ...chat, stream: true });
    const events = eventsOf(await answer.text());
    expect(events.at(-2)).toMatchObject({
      choices: [{ finish_reason: "stop" }],
      usage: { prompt_tokens: 1 },
    });
    expect(events.at(-1)).toBe("[DONE]");
  });
});
