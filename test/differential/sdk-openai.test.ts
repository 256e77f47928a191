import OpenAI, { toFile } from "openai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { pixel } from "./tasks.ts";

/** The official `openai` client works against the sandbox, unchanged but for its base URL. */
describe("npm openai, against the sandbox", () => {
  const client = ({ sandbox }: OpenSandbox, apiKey = "sk-test"): OpenAI =>
    new OpenAI({ apiKey, baseURL: sandbox.baseUrls["openai"] ?? "", maxRetries: 0 });
  const image = { model: "gpt-image-2", prompt: "a paper boat" };
  const chat = {
    model: "gpt-5.4",
    messages: [{ role: "user" as const, content: "hello there" }],
  };

  it("generates images", async () => {
    await using open = await openSandbox();
    const result = await client(open).images.generate({ ...image, n: 2, size: "1536x1024" });
    expect(result.data).toHaveLength(2);
    expect(result.data?.[0]?.b64_json).toMatch(/^iVBOR/);
    expect(result._request_id).toMatch(/^req_/);
  });

  it("streams images", async () => {
    await using open = await openSandbox();
    const types: string[] = [];
    const stream = await client(open).images.generate({
      ...image,
      stream: true,
      partial_images: 2,
    });
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual([
      "image_generation.partial_image",
      "image_generation.partial_image",
      "image_generation.completed",
    ]);
  });

  it("edits one image, several, and with a mask", async () => {
    await using open = await openSandbox();
    const { images } = client(open);
    const boat = await toFile(pixel, "boat.png", { type: "image/png" });
    for (const files of [{ image: boat }, { image: [boat, boat] }, { image: boat, mask: boat }]) {
      const result = await images.edit({ ...image, ...files, n: 2 });
      expect(result.data).toHaveLength(2);
      expect(result.usage?.input_tokens_details.image_tokens).toBeGreaterThan(0);
    }
  });

  it("streams an edit", async () => {
    await using open = await openSandbox();
    const boat = await toFile(pixel, "boat.png", { type: "image/png" });
    const types: string[] = [];
    const stream = await client(open).images.edit({
      ...image,
      image: boat,
      stream: true,
      partial_images: 1,
    });
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(["image_edit.partial_image", "image_edit.completed"]);
  });

  it("tells an image without a type apart", async () => {
    await using open = await openSandbox();
    const untyped = await toFile(pixel, "boat");
    const error = await client(open)
      .images.edit({ ...image, image: untyped })
      .catch(same);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: "unsupported_file_mimetype", param: "image" });
  });

  it("chats", async () => {
    await using open = await openSandbox();
    const result = await client(open).chat.completions.create(chat);
    expect(result.choices[0]?.message.content).toContain("hello there");
    expect(result.usage?.prompt_tokens).toBe(2);
  });

  it("streams a chat to the same end", async () => {
    await using open = await openSandbox();
    const whole = await client(open).chat.completions.create(chat);
    const final = await client(open)
      .chat.completions.stream({ ...chat, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
    expect(final.usage).toEqual(whole.usage);
  });

  it("has a tool called, streamed", async () => {
    await using open = await openSandbox();
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const final = await client(open)
      .chat.completions.stream({
        ...chat,
        tools: [{ type: "function", function: { name: "weather", parameters } }],
        tool_choice: "required",
      })
      .finalChatCompletion();
    expect(final.choices[0]?.finish_reason).toBe("tool_calls");
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "weather", arguments: '{"city":"sandbox"}' },
    });
  });

  it("lists models", async () => {
    await using open = await openSandbox();
    const { data } = await client(open).models.list();
    expect(data.map(({ id }) => id)).toContain("gpt-image-2");
  });

  it("tells a bad key apart", async () => {
    await using open = await openSandbox();
    const error = await client(open, "sk-invalid").chat.completions.create(chat).catch(same);
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  it("tells a missing model apart", async () => {
    await using open = await openSandbox();
    const body = { ...chat, model: "gpt-unknown" };
    const error = await client(open).chat.completions.create(body).catch(same);
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ code: "model_not_found", param: "model" });
  });

  it("tells a rate limit apart", async () => {
    await using open = await openSandbox("openai=rate-limit:3s");
    const error = await client(open).images.generate(image).catch(same);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect((error as { headers: Headers }).headers.get("retry-after-ms")).toBe("3000");
  });

  it("tells a refusal apart, before a stream and inside it", async () => {
    await using open = await openSandbox("openai=refuse");
    const unary = await client(open).images.generate(image).catch(same);
    expect(unary).toBeInstanceOf(OpenAI.BadRequestError);
    expect(unary).toMatchObject({ code: "moderation_blocked" });
    const stream = await client(open).images.generate({ ...image, stream: true });
    const streamed = await drain(stream).catch(same);
    expect(streamed).toBeInstanceOf(OpenAI.APIError);
    expect(streamed).toMatchObject({ code: "moderation_blocked" });
    const said = await client(open).chat.completions.create(chat);
    expect(said.choices[0]?.message.refusal).toMatch(/\w/);
  });

  it("reports an error in mid-stream, and a stream that breaks off", async () => {
    await using late = await openSandbox("openai=fail-late");
    const failed = await drain(
      await client(late).chat.completions.create({ ...chat, stream: true }),
    ).catch(same);
    expect(failed).toBeInstanceOf(OpenAI.APIError);
    await using cut = await openSandbox("openai=cut-stream");
    const stream = await client(cut).chat.completions.create({ ...chat, stream: true });
    await expect(drain(stream)).rejects.toThrow();
  });

  it("tries again by itself after a server error", async () => {
    await using open = await openSandbox("openai=http-503");
    const retrying = client(open).withOptions({ maxRetries: 1 });
    const error = await retrying.chat.completions.create(chat).catch(same);
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(open.sandbox.submissions()["openai"]).toBe(2);
  });
});

function same(error: unknown): unknown {
  return error;
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _event of stream) count++;
  return count;
}
