import { ApiError, FinishReason, FunctionCallingConfigMode, GoogleGenAI } from "@google/genai";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { pixel } from "./tasks.ts";
import { tokenHolder } from "./token-holder.ts";

type Make = (open: OpenSandbox, secret?: string) => GoogleGenAI;

const apis: readonly (readonly [slug: string, make: Make])[] = [
  [
    "gemini",
    ({ sandbox }, apiKey = "AIza-test") =>
      new GoogleGenAI({
        // Said, since the environment may say otherwise.
        vertexai: false,
        apiKey,
        httpOptions: { baseUrl: `${sandbox.origin}/gemini` },
      }),
  ],
  [
    "vertex",
    ({ sandbox }, token = "ya29.test") =>
      new GoogleGenAI({
        vertexai: true,
        project: "demo-1",
        location: "global",
        googleAuthOptions: { authClient: tokenHolder(token) },
        httpOptions: { baseUrl: `${sandbox.origin}/vertex` },
      }),
  ],
];

/** The official `@google/genai` client works against the sandbox, unchanged but for its base URL. */
describe.each(apis)("npm @google/genai, against the sandbox's %s", (slug, client) => {
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
    expect(made?.mimeType).toBe(slug === "gemini" ? "image/jpeg" : "image/png");
    expect(made?.data).toMatch(slug === "gemini" ? /^\/9j\// : /^iVBOR/);
    expect(result.usageMetadata?.candidatesTokenCount).toBe(1120);
  });

  it("makes an image of another one", async () => {
    await using open = await openSandbox();
    const result = await client(open).models.generateContent({
      ...image,
      contents: [
        { inlineData: { mimeType: "image/png", data: pixel.toString("base64") } },
        "put a hat on it",
      ],
    });
    expect(result.candidates?.[0]?.content?.parts?.[0]?.inlineData?.data).toBeDefined();
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
    slug === "gemini"
      ? ["a bad key", "", "AIza-invalid", 400, "API_KEY_INVALID"]
      : ["a bad token", "", "ya29.invalid", 401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"],
    ["a rate limit", `${slug}=rate-limit:3s`, "good", 429, "RESOURCE_EXHAUSTED"],
    ["an outage", `${slug}=http-503`, "good", 503, "UNAVAILABLE"],
  ])("tells %s apart", async (_what, faults, key, status, words) => {
    await using open = await openSandbox(faults);
    const error = await client(open, key).models.generateContent(chat).catch(same);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status });
    expect((error as Error).message).toContain(words);
  });

  it("shows a refusal inside the success that it is", async () => {
    await using open = await openSandbox(`${slug}=refuse`);
    const drawn = await client(open).models.generateContent(image);
    expect(drawn.candidates?.[0]?.finishReason).toBe(FinishReason.IMAGE_SAFETY);
    const said = await client(open).models.generateContent(chat);
    expect(said.promptFeedback?.blockReason).toBe("PROHIBITED_CONTENT");
    expect(said.text).toBeUndefined();
  });

  it("reports an error in mid-stream", async () => {
    await using open = await openSandbox(`${slug}=fail-late`);
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
