import { createAlibaba } from "@ai-sdk/alibaba";
import { generateText } from "ai";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";

const base = ({ sandbox }: OpenSandbox): string => sandbox.baseUrls["alibaba"] ?? "";
const model = "qwen3.7-plus";

/** The client that Model Studio's documentation uses works against the sandbox's compatible mode. */
describe("npm openai, against the sandbox's Model Studio", () => {
  const client = (open: OpenSandbox, apiKey = "sk-test"): OpenAI =>
    new OpenAI({ apiKey, baseURL: `${base(open)}/compatible-mode/v1`, maxRetries: 0 });
  const chat = { model, messages: [{ role: "user" as const, content: "hello there" }] };

  it("streams a chat to the same end as it answers one", async () => {
    await using open = await openSandbox();
    const whole = await client(open).chat.completions.create(chat);
    const final = await client(open)
      .chat.completions.stream({ ...chat, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(whole.choices[0]?.message.content).toContain("hello there");
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(final.usage).toEqual(whole.usage);
  });

  it("tells a bad key, a refusal and a limit apart", async () => {
    const caught = async (faults: string, key?: string) => {
      await using open = await openSandbox(faults);
      return await client(open, key)
        .chat.completions.create(chat)
        .catch((error: unknown) => error);
    };
    expect(await caught("", "sk-invalid")).toMatchObject({ status: 401, code: "invalid_api_key" });
    expect(await caught("alibaba=refuse")).toMatchObject({
      status: 400,
      code: "data_inspection_failed",
    });
    expect(await caught("alibaba=rate-limit:3s")).toMatchObject({
      status: 429,
      code: "limit_requests",
    });
  });

  it("throws what breaks a stream off", async () => {
    await using open = await openSandbox("alibaba=fail-late");
    const stream = client(open).chat.completions.stream(chat);
    await expect(stream.finalChatCompletion()).rejects.toMatchObject({ code: "internal_error" });
  });

  it("lists models", async () => {
    await using open = await openSandbox();
    const { data } = await client(open).models.list();
    expect(data.map(({ id }) => id)).toContain(model);
  });
});

describe("@ai-sdk/alibaba, against the sandbox", () => {
  it("brings the thoughts when it asks for them", async () => {
    await using open = await openSandbox();
    const alibaba = createAlibaba({
      apiKey: "sk-test",
      baseURL: `${base(open)}/compatible-mode/v1`,
    });
    const ask = (reasoning: "none" | "low") =>
      generateText({ model: alibaba(model), prompt: "hello there", reasoning });
    expect((await ask("low")).reasoningText).toBe("A sandbox thinks.");
    expect((await ask("none")).reasoningText ?? "").toBe("");
  });

  it("follows a task", async () => {
    await using open = await openSandbox();
    const body = { model: "wan2.5-t2i-preview", input: { prompt: "a boat" }, parameters: { n: 1 } };
    const path = "/api/v1/services/aigc/text2image/image-synthesis";
    const headers = { "x-dashscope-async": "enable" };
    const { output } = await (await open.post("alibaba", path, body, headers)).json();
    const video = createAlibaba({ apiKey: "sk-test", videoBaseURL: base(open) }).video("any");
    const asked = await video.doStatus?.({ operation: { taskId: output.task_id } });
    expect(asked?.status).toBe("pending");
  });

  it("reads why a task failed", async () => {
    await using open = await openSandbox("alibaba=refuse");
    const body = { model: "wan2.5-t2i-preview", input: { prompt: "a boat" }, parameters: { n: 1 } };
    const path = "/api/v1/services/aigc/text2image/image-synthesis";
    const headers = { "x-dashscope-async": "enable" };
    const { output } = await (await open.post("alibaba", path, body, headers)).json();
    const video = createAlibaba({ apiKey: "sk-test", videoBaseURL: base(open) }).video("any");
    await video.doStatus?.({ operation: { taskId: output.task_id } });
    const ended = await video.doStatus?.({ operation: { taskId: output.task_id } });
    expect(ended).toMatchObject({
      status: "error",
      error: expect.stringContaining("inappropriate content"),
    });
  });
});
