import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { eventsOf, type OpenSandbox, openSandbox } from "./open-sandbox.ts";

const aigc = "/api/v1/services/aigc";
const callPath = `${aigc}/multimodal-generation/generation`;
const taskPath = `${aigc}/image-generation/generation`;
const textPath = `${aigc}/text2image/image-synthesis`;
const imagesPath = `${aigc}/image2image/image-synthesis`;
const chatPath = "/compatible-mode/v1/chat/completions";
const asTask = { "x-dashscope-async": "enable" };
const image = "https://example.com/cup.png";

const called = {
  model: "qwen-image-2.0",
  input: { messages: [{ role: "user", content: [{ image }, { text: "a green cup" }] }] },
  parameters: { n: 2, size: "1024*1536", seed: 7 },
};
const prompted = {
  model: "wan2.5-t2i-preview",
  input: { prompt: "a tin robot" },
  parameters: { n: 2, size: "1280*1280" },
};
const question = { model: "qwen3.7-plus", messages: [{ role: "user", content: "hello there" }] };

describe("the embedded Model Studio, called for images", () => {
  it("puts the images of a Qwen model into one choice", async () => {
    await using open = await openSandbox();
    const answer = await open.post("alibaba", callPath, called);
    const body = await answer.json();
    expect(answer.headers.get("x-request-id")).toBe(body.request_id);
    expect(body.usage).toEqual({ image_count: 2, width: 1024, height: 1536 });
    expect(body.output.choices).toHaveLength(1);
    expect(body.output.choices[0].message.content).toHaveLength(2);
    const file = await fetch(body.output.choices[0].message.content[0].image);
    const { width, height } = await sharp(Buffer.from(await file.arrayBuffer())).metadata();
    expect([width, height, file.headers.get("content-type")]).toEqual([1024, 1536, "image/png"]);
  });

  it("makes four images of a Wan model when not told how many, each in a choice", async () => {
    await using open = await openSandbox();
    const body = {
      model: "wan2.7-image",
      input: { messages: [{ role: "user", content: [{ text: "a boat" }] }] },
      parameters: { size: "1K" },
    };
    const { output } = await (await open.post("alibaba", callPath, body)).json();
    expect(output.choices).toHaveLength(4);
    expect(output.finished).toBe(true);
    expect(output.choices[0].message.content).toMatchObject([{ type: "image" }]);
  });

  it("stores images for a day, for whoever comes without a credential", async () => {
    await using open = await openSandbox();
    const { output } = await (await open.post("alibaba", callPath, called)).json();
    const url = output.choices[0].message.content[0].image;
    const seconds = Number(new URL(url).searchParams.get("Expires"));
    expect(seconds * 1000).toBe(open.clock.now() + 86_400_000);
    expect((await fetch(url, { headers: { authorization: "Bearer k" } })).status).toBe(400);
    await open.clock.advance(86_399_999);
    expect((await fetch(url)).status).toBe(200);
    await open.clock.advance(1);
    const late = await fetch(url);
    expect(late.status).toBe(403);
    expect(await late.text()).toContain("<Message>Request has expired.</Message>");
  });

  it.each([
    ["refuse", 400, "DataInspectionFailed"],
    ["http-402", 402, "Arrearage"],
    ["http-401", 401, "InvalidApiKey"],
    ["rate-limit:3s", 429, "Throttling.RateQuota"],
  ])("with %s answers %i %s", async (fault, status, code) => {
    await using open = await openSandbox(`alibaba=${fault}`);
    const answer = await open.post("alibaba", callPath, called);
    expect(answer.status).toBe(status);
    expect(answer.headers.has("retry-after")).toBe(false);
    expect((await answer.json()).code).toBe(code);
  });

  it("succeeds without an image when told", async () => {
    await using open = await openSandbox("alibaba=empty");
    const { output, usage } = await (await open.post("alibaba", callPath, called)).json();
    expect(output.choices[0].message.content).toEqual([]);
    expect(usage.image_count).toBe(0);
  });

  it.each([
    [413, "Request Entity Too Large"],
    [504, "stream timeout"],
  ])("has %i said by the gateway before it, in plain text", async (status, text) => {
    await using open = await openSandbox(`alibaba=http-${status}`);
    expect(await (await open.post("alibaba", callPath, called)).text()).toBe(text);
  });
});

describe("the embedded Model Studio, given tasks", () => {
  it("accepts a task, works on it, and is done", async () => {
    await using open = await openSandbox();
    const accepted = await (await open.post("alibaba", textPath, prompted, asTask)).json();
    expect(accepted.output).toMatchObject({ task_status: "PENDING" });
    const running = await poll(open, accepted);
    expect(running.output).toMatchObject({ task_status: "RUNNING", task_metrics: { TOTAL: 2 } });
    const done = await poll(open, accepted);
    expect(done.output).toMatchObject({
      task_status: "SUCCEEDED",
      submit_time: "2026-11-22 08:00:00.000",
      results: [{ orig_prompt: "a tin robot" }, { orig_prompt: "a tin robot" }],
    });
    expect(done.usage).toEqual({ image_count: 2 });
    expect((await poll(open, accepted)).output).toEqual(done.output);
  });

  it("answers in choices where it was asked in messages", async () => {
    await using open = await openSandbox();
    const body = { ...called, model: "qwen-image-3.0", parameters: { n: 1 } };
    const accepted = await (await open.post("alibaba", taskPath, body, asTask)).json();
    await poll(open, accepted);
    const { output, usage } = await poll(open, accepted);
    expect(output.choices[0].message.content).toHaveLength(1);
    expect(usage).toMatchObject({ output_image_count: 1, output_image_type: "1k" });
  });

  it.each([
    ["refuse", "DataInspectionFailed"],
    ["fail-late", "InternalError.Timeout"],
  ])("fails after it accepted, with %s", async (fault, code) => {
    await using open = await openSandbox(`alibaba=${fault}`);
    const accepted = await (await open.post("alibaba", textPath, prompted, asTask)).json();
    await poll(open, accepted);
    expect((await poll(open, accepted)).output).toMatchObject({ task_status: "FAILED", code });
  });

  it("cancels a task that has not begun, and no other", async () => {
    await using open = await openSandbox("alibaba=slow:10s");
    const cancel = (id: string) => open.post("alibaba", `/api/v1/tasks/${id}/cancel`, {});
    const first = await (await open.post("alibaba", textPath, prompted, asTask)).json();
    expect((await cancel(first.output.task_id)).status).toBe(200);
    expect((await poll(open, first)).output.task_status).toBe("CANCELED");
    const second = await (await open.post("alibaba", textPath, prompted, asTask)).json();
    await open.clock.advance(5000);
    expect((await poll(open, second)).output.task_status).toBe("RUNNING");
    const late = await cancel(second.output.task_id);
    expect(late.status).toBe(400);
    expect((await late.json()).code).toBe("UnsupportedOperation");
    await open.clock.advance(5000);
    expect((await poll(open, second)).output.task_status).toBe("SUCCEEDED");
  });

  it("does not know a task that never was, or was a day ago", async () => {
    await using open = await openSandbox();
    const nobody = { output: { task_id: "nope" } };
    expect((await poll(open, nobody)).output.task_status).toBe("UNKNOWN");
    const accepted = await (await open.post("alibaba", textPath, prompted, asTask)).json();
    await open.clock.advance(86_400_000);
    expect((await poll(open, accepted)).output.task_status).toBe("UNKNOWN");
  });

  it("answers twenty questions in a second", async () => {
    await using open = await openSandbox();
    const ask = async () => (await open.get("alibaba", "/api/v1/tasks/nope")).status;
    for (let count = 0; count < 20; count++) expect(await ask()).toBe(200);
    expect(await ask()).toBe(429);
    await open.clock.advance(1000);
    expect(await ask()).toBe(200);
  });

  it("edits by prompt and images, and by function", async () => {
    await using open = await openSandbox();
    const byImages = { model: "wan2.5-i2i-preview", input: { prompt: "x", images: [image] } };
    const input = {
      function: "description_edit_with_mask",
      prompt: "x",
      base_image_url: image,
      mask_image_url: image,
    };
    const byFunction = { model: "wanx2.1-imageedit", input };
    for (const body of [byImages, byFunction]) {
      expect((await open.post("alibaba", imagesPath, body, asTask)).status).toBe(200);
    }
  });
});

describe("the embedded Model Studio, asked wrongly", () => {
  it.each([
    ["a call as a task", callPath, called, asTask, 403, "AccessDenied", /asynchronous/],
    ["a task as a call", textPath, prompted, {}, 403, "AccessDenied", /not support synchronous/],
    ["a model by another's path", taskPath, called, asTask, 400, "InvalidParameter", /url error/],
    ["a path of tomorrow", `${aigc}/x`, called, {}, 400, "InvalidParameter", /url error/],
    [
      "a model of tomorrow",
      callPath,
      { ...called, model: "x" },
      {},
      400,
      "InvalidParameter",
      /not/,
    ],
    ["a size with x", callPath, having({ size: "64x64" }), {}, 400, "InvalidParameter", /size/],
    [
      "a size out of range",
      callPath,
      having({ size: "64*64" }),
      {},
      400,
      "InvalidParameter",
      /size/,
    ],
    ["too many images", callPath, having({ n: 7 }), {}, 400, "InvalidParameter", /parameter n/],
    ["a large seed", callPath, having({ seed: 2 ** 31 }), {}, 400, "InvalidParameter", /seed/],
    ["no key", callPath, called, { authorization: "" }, 401, "InvalidApiKey", /key/],
    [
      "a bad key",
      callPath,
      called,
      { authorization: "Bearer invalid" },
      401,
      "InvalidApiKey",
      /key/,
    ],
  ])("turns %s away", async (_what, path, body, headers, status, code, words) => {
    await using open = await openSandbox();
    const answer = await open.post("alibaba", path, body, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    const error = await answer.json();
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.request_id).toBe(answer.headers.get("x-request-id"));
  });

  it.each([
    ["an edit without an image", "qwen-image-edit-plus", [{ text: "x" }]],
    ["an image where none is taken", "qwen-image", [{ image }, { text: "x" }]],
    [
      "a fourth image where three are taken",
      "qwen-image-3.0",
      [{ image }, { image }, { image }, { image }, { text: "x" }],
    ],
    ["no text", "qwen-image-2.0", [{ image }]],
    ["two texts", "qwen-image-2.0", [{ text: "x" }, { text: "y" }]],
  ])("turns %s away", async (_what, model, content) => {
    await using open = await openSandbox();
    const body = { model, input: { messages: [{ role: "user", content }] } };
    expect((await open.post("alibaba", callPath, body)).status).toBe(400);
  });
});

describe("the embedded Model Studio, asked to chat", () => {
  it("answers, and thinks when told", async () => {
    await using open = await openSandbox();
    const body = { ...question, enable_thinking: true };
    const { choices, usage } = await (await open.post("alibaba", chatPath, body)).json();
    expect(choices[0].message.content).toContain("You said: hello there");
    expect(choices[0].message.reasoning_content).toBe("A sandbox thinks.");
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  });

  it("streams its thoughts first, and counts last", async () => {
    await using open = await openSandbox();
    const body = {
      ...question,
      enable_thinking: true,
      stream: true,
      stream_options: { include_usage: true },
    };
    const events = eventsOf(await (await open.post("alibaba", chatPath, body)).text());
    expect(events[0].choices[0].delta.reasoning_content).toBe("A sandbox thinks.");
    expect(events.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 2 } });
    expect(events.at(-1)).toBe("[DONE]");
  });

  it.each([
    ["an open model that would think", { model: "qwen3-32b" }, 400, "invalid_parameter_error"],
    ["a model of tomorrow", { model: "unknown" }, 404, "model_not_found"],
    ["a temperature of 2", { temperature: 2 }, 400, "invalid_parameter_error"],
    ["no message", { messages: [] }, 400, "invalid_parameter_error"],
  ])("turns %s away in OpenAI's form", async (_what, change, status, code) => {
    await using open = await openSandbox();
    const answer = await open.post("alibaba", chatPath, { ...question, ...change });
    expect(answer.status).toBe(status);
    expect((await answer.json()).error).toMatchObject({ code, param: null });
  });

  it("refuses when told", async () => {
    await using open = await openSandbox("alibaba=refuse");
    const { error } = await (await open.post("alibaba", chatPath, question)).json();
    expect(error.code).toBe("data_inspection_failed");
  });

  it("lists models", async () => {
    await using open = await openSandbox();
    const { data } = await (await open.get("alibaba", "/compatible-mode/v1/models")).json();
    expect(data).toContainEqual(expect.objectContaining({ id: "qwen3.7-plus" }));
  });
});

function having(parameters: object): object {
  return { ...called, parameters };
}

async function poll(open: OpenSandbox, { output }: { output: { task_id: string } }) {
  return (await open.get("alibaba", `/api/v1/tasks/${output.task_id}`)).json();
}
