import { ApiError, FinishReason, FunctionCallingConfigMode, GoogleGenAI } from "@google/genai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";

/** The official `@google/genai` client works against the sandbox, unchanged but for its base URL. */
describe("npm @google/genai, against the sandbox", () => {
  const client = ({ sandbox }: OpenSandbox, apiKey = "AIza-test"): GoogleGenAI =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl: `${sandbox.origin}/gemini` } });
  const image = { model: "gemini-3-pro-image", contents: "a paper boat" };
  const chat = { model: "gemini-3.8-flash", contents: "hello there" };

  it("generates an image", async () => {
    await using open = await openSandbox();
    const result = await client(open).models.generateContent({
      ...image,
      config: {
        responseModalities: ["IMAGE"],
        imageConfig: { aspectRatio: "16:9", imageSize: "1K" },
        seed: 7,
      },
    });
    const made = result.candidates?.[0]?.content?.parts?.[0]?.inlineData;
    expect(made?.mimeType).toBe("image/jpeg");
    expect(made?.data).toMatch(/^\/9j\//);
    expect(result.usageMetadata?.candidatesTokenCount).toBe(1120);
  });

  it("chats, with instructions and limits", async () => {
    await using open = await openSandbox();
    const result = await client(open).models.generateContent({
      ...chat,
      config: { systemInstruction: "Be brief.", temperature: 0.5, maxOutputTokens: 4 },
    });
    expect(result.text).toBe("This is the sandbox,");
    expect(result.candidates?.[0]?.finishReason).toBe(FinishReason.MAX_TOKENS);
  });

  it("streams a chat to the same end", async () => {
    await using open = await openSandbox();
    const whole = await client(open).models.generateContent(chat);
    let text = "";
    let finish: string | undefined;
    for await (const chunk of await client(open).models.generateContentStream(chat)) {
      text += chunk.text ?? "";
      finish = chunk.candidates?.[0]?.finishReason;
    }
    expect(text).toBe(whole.text);
    expect(finish).toBe("STOP");
  });

  it("streams an image", async () => {
    await using open = await openSandbox();
    const images: string[] = [];
    for await (const chunk of await client(open).models.generateContentStream(image)) {
      for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
        if (part.inlineData?.data !== undefined) images.push(part.inlineData.data);
      }
    }
    expect(images).toHaveLength(1);
  });

  it("has a function called, and JSON made by a schema", async () => {
    await using open = await openSandbox();
    const schema = { type: "object", properties: { city: { type: "string" } } };
    const called = await client(open).models.generateContent({
      ...chat,
      config: {
        tools: [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: schema }] }],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
      },
    });
    expect(called.functionCalls?.[0]).toMatchObject({ name: "weather", args: { city: "sandbox" } });
    const formed = await client(open).models.generateContent({
      ...chat,
      config: { responseMimeType: "application/json", responseJsonSchema: schema },
    });
    expect(formed.text).toBe('{"city":"sandbox"}');
  });

  it.each([
    ["a bad key", "", "AIza-invalid", 400, "API_KEY_INVALID"],
    ["a rate limit", "gemini=rate-limit:3s", "AIza-test", 429, "retryDelay"],
    ["an outage", "gemini=http-503", "AIza-test", 503, "UNAVAILABLE"],
  ])("tells %s apart", async (_what, faults, key, status, words) => {
    await using open = await openSandbox(faults);
    const error = await client(open, key).models.generateContent(chat).catch(same);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status });
    expect((error as Error).message).toContain(words);
  });

  it("shows a refusal inside the success that it is", async () => {
    await using open = await openSandbox("gemini=refuse");
    const drawn = await client(open).models.generateContent(image);
    expect(drawn.candidates?.[0]?.finishReason).toBe(FinishReason.IMAGE_SAFETY);
    const said = await client(open).models.generateContent(chat);
    expect(said.promptFeedback?.blockReason).toBe("PROHIBITED_CONTENT");
    expect(said.text).toBeUndefined();
  });

  it("reports an error in mid-stream", async () => {
    await using open = await openSandbox("gemini=fail-late");
    const stream = await client(open).models.generateContentStream(chat);
    const error = await (async () => {
      for await (const _chunk of stream);
    })().catch(same);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 503 });
  });
});

function same(error: unknown): unknown {
  return error;
}
