import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { eventsOf, openSandbox } from "./open-sandbox.ts";

const image = { model: "gpt-image-2", prompt: "a paper boat" };
const chat = { model: "gpt-5.4", messages: [{ role: "user", content: "hello there" }] };
const images = "/images/generations";
const completions = "/chat/completions";

describe("the embedded OpenAI", () => {
  it("carries its own ids and times in every header", async () => {
    await using open = await openSandbox();
    const answer = await open.post("openai", completions, chat);
    expect(answer.headers.get("x-request-id")).toMatch(/^req_\w{32}$/);
    expect(answer.headers.get("openai-processing-ms")).toMatch(/^\d+$/);
    expect(answer.headers.get("openai-version")).toBe("2020-10-01");
    expect(answer.headers.get("x-ratelimit-remaining-requests")).toBe("499");
  });

  it("draws as many images as asked, of the size and format asked", async () => {
    await using open = await openSandbox();
    const body = { ...image, n: 2, size: "1536x1024", output_format: "webp", quality: "low" };
    const answer = await (await open.post("openai", images, body)).json();
    expect(answer).toMatchObject({ size: "1536x1024", output_format: "webp", quality: "low" });
    expect(answer.data).toHaveLength(2);
    expect(answer.data[0].b64_json).not.toBe(answer.data[1].b64_json);
    const { width, height, format } = await sharp(
      Buffer.from(answer.data[1].b64_json, "base64"),
    ).metadata();
    expect({ width, height, format }).toEqual({ width: 1536, height: 1024, format: "webp" });
    expect(answer.usage.total_tokens).toBe(answer.usage.input_tokens + answer.usage.output_tokens);
  });

  it("streams named events, previews first, and ends without [DONE]", async () => {
    await using open = await openSandbox();
    const body = { ...image, stream: true, partial_images: 2 };
    const text = await (await open.post("openai", images, body)).text();
    expect([...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
      "image_generation.partial_image",
      "image_generation.partial_image",
      "image_generation.completed",
    ]);
    const events = eventsOf(text);
    expect(events.map((event) => event.partial_image_index)).toEqual([0, 1, undefined]);
    expect(events[2].usage.output_tokens).toBeGreaterThan(200);
    expect(text).not.toContain("[DONE]");
  });

  it("gives addresses for the retired DALL-E line unless asked for base64", async () => {
    await using open = await openSandbox();
    const body = { model: "dall-e-3", prompt: "a boat" };
    const linked = await (await open.post("openai", images, body)).json();
    const file = await fetch(linked.data[0].url);
    expect(file.headers.get("content-type")).toBe("image/png");
    expect(linked.data[0].revised_prompt).toContain("a boat");
    const inline = await open.post("openai", images, { ...body, response_format: "b64_json" });
    expect((await inline.json()).data[0].b64_json).toMatch(/^iVBOR/);
  });

  it.each([
    [{ ...image, response_format: "url" }, "unknown_parameter", "response_format"],
    [{ ...image, seed: 1 }, "unknown_parameter", "seed"],
    [{ ...image, n: 11 }, "integer_above_max_value", "n"],
    [{ ...image, n: 0 }, "integer_below_min_value", "n"],
    [{ ...image, n: "2" }, "invalid_type", "n"],
    [{ ...image, size: "1000x1000" }, "invalid_value", "size"],
    [{ ...image, size: "3840x1024" }, "invalid_value", "size"],
    [{ ...image, model: "gpt-image-1.5", size: "512x512" }, "invalid_value", "size"],
    [{ ...image, quality: "hd" }, "invalid_value", "quality"],
    [{ ...image, output_format: "avif" }, "invalid_value", "output_format"],
    [{ ...image, partial_images: 1 }, "invalid_value", "partial_images"],
    [{ ...image, output_compression: 50 }, "invalid_value", "output_compression"],
    [{ ...image, background: "transparent", output_format: "jpeg" }, "invalid_value", "background"],
    [{ model: "gpt-image-2" }, "missing_required_parameter", "prompt"],
    [{ prompt: "a boat" }, "missing_required_parameter", "model"],
    [{ model: "dall-e-3", prompt: "x", n: 2 }, "integer_above_max_value", "n"],
    [{ model: "dall-e-3", prompt: "x", moderation: "low" }, "unknown_parameter", "moderation"],
    [{ ...image, prompt: "x".repeat(32_001) }, "string_above_max_length", "prompt"],
  ])("refuses the image request %# with 400, %s of %s", async (body, code, param) => {
    await using open = await openSandbox();
    const answer = await open.post("openai", images, body);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error).toMatchObject({
      type: "invalid_request_error",
      code,
      param,
    });
  });

  it.each([
    [{ ...chat, top_k: 3 }, "unknown_parameter", "top_k"],
    [{ ...chat, temperature: 3 }, "decimal_above_max_value", "temperature"],
    [{ ...chat, max_tokens: 5 }, "unsupported_parameter", "max_tokens"],
    [{ ...chat, stream_options: {} }, "invalid_value", "stream_options"],
    [{ ...chat, messages: [] }, "empty_array", "messages"],
    [{ ...chat, messages: [{ role: "bot" }] }, "invalid_value", "messages[0].role"],
    [{ ...chat, stop: ["a", "b", "c", "d", "e"] }, "array_above_max_length", "stop"],
    [{ ...chat, tool_choice: "required" }, "invalid_value", "tool_choice"],
    [{ messages: chat.messages }, "missing_required_parameter", "model"],
    [{ ...chat, reasoning_effort: "minimal" }, "unsupported_value", "reasoning_effort"],
    [
      { ...chat, reasoning_effort: "high", temperature: 0.5 },
      "unsupported_parameter",
      "temperature",
    ],
    [{ ...chat, reasoning_effort: "low", top_p: 0.5 }, "unsupported_parameter", "top_p"],
    [
      { ...chat, model: "gpt-5", reasoning_effort: "none" },
      "unsupported_value",
      "reasoning_effort",
    ],
    [{ ...chat, model: "gpt-5-mini", temperature: 0 }, "unsupported_parameter", "temperature"],
    [{ ...chat, model: "o4-mini", temperature: 0.5 }, "unsupported_parameter", "temperature"],
    [
      { ...chat, model: "gpt-4.1", reasoning_effort: "low" },
      "unsupported_parameter",
      "reasoning_effort",
    ],
  ])("refuses the chat request %# with 400, %s of %s", async (body, code, param) => {
    await using open = await openSandbox();
    const answer = await open.post("openai", completions, body);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error).toMatchObject({ code, param });
  });

  it.each([
    { temperature: 0.5 },
    { temperature: 0.5, reasoning_effort: "none" },
    { temperature: 1, reasoning_effort: "xhigh" },
    { model: "gpt-5", reasoning_effort: "minimal" },
    { model: "gpt-4.1", temperature: 0.5 },
  ])("takes the effort and the temperature of %j", async (given) => {
    await using open = await openSandbox();
    expect((await open.post("openai", completions, { ...chat, ...given })).status).toBe(200);
  });

  it.each([
    [images, { ...image, model: "gpt-image-1" }],
    [images, { ...image, model: "gpt-image-unknown" }],
    [completions, { ...chat, model: "missing-model" }],
  ])("does not find the model at %s", async (path, body) => {
    await using open = await openSandbox();
    const answer = await open.post("openai", path, body);
    expect(answer.status).toBe(404);
    expect((await answer.json()).error).toMatchObject({ code: "model_not_found", param: "model" });
  });

  it.each([
    ["Bearer invalid-key", "invalid_api_key"],
    ["", null],
  ])("refuses the credential %j with 401", async (authorization, code) => {
    await using open = await openSandbox();
    const answer = await open.post("openai", completions, chat, { authorization });
    expect(answer.status).toBe(401);
    expect((await answer.json()).error.code).toBe(code);
  });

  it("streams a chat word by word, usage null until asked-for counts come, then [DONE]", async () => {
    await using open = await openSandbox();
    const body = { ...chat, stream: true, stream_options: { include_usage: true } };
    const events = eventsOf(await (await open.post("openai", completions, body)).text());
    const whole = await (await open.post("openai", completions, chat)).json();
    expect(events.at(-1)).toBe("[DONE]");
    const chunks = events.slice(0, -1);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(
      whole.choices[0].message.content,
    );
    expect(chunks.every((chunk) => typeof chunk.obfuscation === "string")).toBe(true);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.at(-2).choices[0].finish_reason).toBe("stop");
  });

  it("leaves usage and padding out of a stream when told", async () => {
    await using open = await openSandbox();
    const body = { ...chat, stream: true, stream_options: { include_obfuscation: false } };
    const text = await (await open.post("openai", completions, body)).text();
    expect(text).not.toContain("obfuscation");
    expect(text).not.toContain("usage");
  });

  it("streams a tool call with its id and name first", async () => {
    await using open = await openSandbox();
    const tools = [
      { type: "function", function: { name: "find", parameters: { type: "object" } } },
    ];
    const body = { ...chat, tools, tool_choice: "required", stream: true };
    const events = eventsOf(await (await open.post("openai", completions, body)).text());
    const calls = events.flatMap((event) => event.choices?.[0]?.delta.tool_calls ?? []);
    expect(calls[0]).toMatchObject({ index: 0, type: "function", function: { name: "find" } });
    expect(calls.slice(1).every((call) => call.id === undefined)).toBe(true);
    expect(calls.map((call) => call.function.arguments).join("")).toBe("{}");
  });

  it("refuses an image with a moderation error, unary and inside a stream", async () => {
    await using open = await openSandbox("openai=refuse");
    const unary = await open.post("openai", images, image);
    expect(unary.status).toBe(400);
    expect((await unary.json()).error.code).toBe("moderation_blocked");
    const streamed = await open.post("openai", images, { ...image, stream: true });
    expect(streamed.status).toBe(200);
    const text = await streamed.text();
    expect(text).toMatch(/^event: error$/m);
    expect(eventsOf(text)[0].error.moderation_details.categories).toEqual(["violence"]);
  });

  it("refuses a chat in the message, with 200, unary and streamed", async () => {
    await using open = await openSandbox("openai=refuse");
    const unary = await (await open.post("openai", completions, chat)).json();
    expect(unary.choices[0].message).toMatchObject({
      content: null,
      refusal: expect.stringMatching(/\w/),
    });
    const text = await (await open.post("openai", completions, { ...chat, stream: true })).text();
    expect(eventsOf(text).some((event) => event.choices?.[0]?.delta.refusal?.length > 0)).toBe(
      true,
    );
  });

  it("succeeds without a result when told", async () => {
    await using open = await openSandbox("openai=empty");
    const drawn = await (await open.post("openai", images, image)).json();
    expect(drawn.data).toEqual([]);
    const said = await (await open.post("openai", completions, chat)).json();
    expect(said.choices[0].message.content).toBe("");
    const streamed = await open.post("openai", images, { ...image, stream: true });
    expect(await streamed.text()).toBe("");
  });
});
