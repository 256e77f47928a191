import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { tinyPng } from "../support/tiny-png.ts";
import { eventsOf, openSandbox } from "./open-sandbox.ts";

const image = { model: "grok-imagine-image", prompt: "a boat" };
const chat = { model: "grok-4.3", messages: [{ role: "user", content: "hi" }] };
const generations = "/images/generations";
const edits = "/images/edits";
const completions = "/chat/completions";
const address = `data:image/png;base64,${tinyPng(64, 48).toString("base64")}`;

describe("the embedded xAI", () => {
  it("gives JPEG, by an address unless base64 is asked for, and says what it costs", async () => {
    await using open = await openSandbox();
    const linked = await (await open.post("xai", generations, image)).json();
    const file = await fetch(linked.data[0].url);
    expect(file.headers.get("content-type")).toBe("image/jpeg");
    const withKey = { headers: { authorization: "Bearer k" } };
    expect((await fetch(linked.data[0].url, withKey)).status).toBe(400);
    const body = { ...image, n: 2, response_format: "b64_json", aspect_ratio: "9:19.5" };
    const inline = await (await open.post("xai", generations, body)).json();
    expect(inline.data).toHaveLength(2);
    expect(inline.usage).toEqual({ cost_in_usd_ticks: 400_000_000 });
    const { width, height, format } = await sharp(
      Buffer.from(inline.data[0].b64_json, "base64"),
    ).metadata();
    expect(format).toBe("jpeg");
    expect(width / height).toBeCloseTo(9 / 19.5, 1);
  });

  it("edits one image in its shape and several in the one asked for, and bills them", async () => {
    await using open = await openSandbox();
    const body = { ...image, response_format: "b64_json", image: { url: address } };
    const one = await (await open.post("xai", edits, body)).json();
    expect(one.usage.cost_in_usd_ticks).toBe(220_000_000);
    const images = [{ url: address }, { url: address }];
    const wide = { ...image, response_format: "b64_json", images, aspect_ratio: "2:1" };
    const two = await (await open.post("xai", edits, wide)).json();
    const { width, height } = await sharp(Buffer.from(two.data[0].b64_json, "base64")).metadata();
    expect(width / height).toBeCloseTo(2, 1);
  });

  it.each([
    [generations, { ...image, size: "1024x1024" }, 400, "Argument not supported: size"],
    [generations, { ...image, seed: 1 }, 400, "Argument not supported: seed"],
    [generations, { ...image, quality: "low" }, 400, "not supported on this model: quality"],
    [generations, { ...image, resolution: "2K" }, 400, "resolution"],
    [generations, { ...image, n: 11 }, 400, "n"],
    [generations, { model: image.model }, 422, "prompt"],
    [generations, { ...image, model: "grok-4.3" }, 400, "not served at this endpoint"],
    [generations, { ...image, model: "grok-unknown" }, 404, "grok-unknown"],
    [edits, image, 400, "Exactly one"],
    [edits, { ...image, image: [{ url: address }] }, 422, "sequence"],
    [edits, { ...image, image: { url: "data:image/png;base64,AAAA" } }, 400, "could not be read"],
    [completions, { model: "grok-4.3" }, 422, "messages"],
    [completions, { ...chat, stop: ["x"] }, 400, "stop"],
    [completions, { ...chat, reasoning_effort: "minimal" }, 400, "effort"],
    [completions, { ...chat, model: "grok-imagine-image" }, 400, "not served at this endpoint"],
    ["/nowhere", image, 404, "path"],
  ])("refuses %s %j with %i", async (path, body, status, words) => {
    await using open = await openSandbox();
    const answer = await open.post("xai", path, body);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(words);
  });

  it("takes a wrong key for an invalid argument, and none for 401", async () => {
    await using open = await openSandbox();
    const wrong = await open.post("xai", completions, chat, { authorization: "Bearer invalid" });
    expect(wrong.status).toBe(400);
    expect((await wrong.json()).error).toMatch(/^Incorrect API key provided: in\*\*\*id/);
    expect((await open.post("xai", completions, chat, { authorization: "" })).status).toBe(401);
  });

  it("bills what its moderation holds back", async () => {
    await using open = await openSandbox("xai=refuse");
    const drawn = await open.post("xai", generations, image);
    expect(drawn.status).toBe(400);
    expect(await drawn.json()).toMatchObject({
      code: "imagine:content-moderated",
      usage: { cost_in_usd_ticks: 200_000_000 },
    });
    const said = await open.post("xai", completions, chat);
    expect(said.status).toBe(403);
    expect((await said.json()).error).toContain("SAFETY_CHECK_TYPE_");
  });

  it("counts reasoning beside the answer, and streams it first", async () => {
    await using open = await openSandbox();
    const whole = await (await open.post("xai", completions, chat)).json();
    const { prompt_tokens, completion_tokens, total_tokens, completion_tokens_details } =
      whole.usage;
    const reasoning = completion_tokens_details.reasoning_tokens;
    expect(reasoning).toBeGreaterThan(0);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens + reasoning);
    const streamed = { ...chat, stream: true, stream_options: { include_usage: true } };
    const events = eventsOf(await (await open.post("xai", completions, streamed)).text());
    expect(events[0].choices[0].delta).toMatchObject({ role: "assistant" });
    expect(events[0].choices[0].delta.reasoning_content).toMatch(/\w/);
    expect("finish_reason" in events[0].choices[0]).toBe(false);
    expect(events.at(-2)).toMatchObject({ choices: [], usage: whole.usage });
    expect(events.at(-1)).toBe("[DONE]");
  });

  it("begins a stream that no model takes up with 200 and plain JSON", async () => {
    await using open = await openSandbox("xai=empty");
    const answer = await open.post("xai", completions, { ...chat, stream: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toMatchObject({ code: "The service is currently unavailable" });
  });
});
