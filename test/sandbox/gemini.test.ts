import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { eventsOf, openSandbox } from "./open-sandbox.ts";

const contents = [{ role: "user", parts: [{ text: "a paper boat" }] }];
const draw = "/models/gemini-3-pro-image:generateContent";
const say = "/models/gemini-3.8-flash:generateContent";
const stream = "/models/gemini-3.8-flash:streamGenerateContent";

describe("the embedded Gemini", () => {
  it("draws one JPEG of the aspect ratio and size asked for", async () => {
    await using open = await openSandbox();
    const generationConfig = { imageConfig: { aspectRatio: "16:9", imageSize: "2K" } };
    const answer = await (await open.post("gemini", draw, { contents, generationConfig })).json();
    const { inlineData } = answer.candidates[0].content.parts[0];
    expect(inlineData.mimeType).toBe("image/jpeg");
    const { width, height, format } = await sharp(
      Buffer.from(inlineData.data, "base64"),
    ).metadata();
    expect({ width, height, format }).toEqual({ width: 2752, height: 1536, format: "jpeg" });
    expect(answer.usageMetadata.candidatesTokensDetails[0].modality).toBe("IMAGE");
  });

  it("takes field names in both of proto JSON's spellings", async () => {
    await using open = await openSandbox();
    const body = { contents, generation_config: { image_config: { aspect_ratio: "1:1" } } };
    expect((await open.post("gemini", draw, body)).status).toBe(200);
  });

  it("serves v1 as well as v1beta", async () => {
    await using open = await openSandbox();
    const url = `${open.sandbox.origin}/gemini/v1${say}?key=test`;
    const answer = await fetch(url, { method: "POST", body: JSON.stringify({ contents }) });
    expect(answer.status).toBe(200);
  });

  it("streams events with CRLF, no names, no comments and no [DONE]", async () => {
    await using open = await openSandbox();
    const text = await (await open.post("gemini", `${stream}?alt=sse`, { contents })).text();
    expect(text).toMatch(/^(data: \{.*\}\r\n\r\n)+$/);
    const events = eventsOf(text);
    const whole = await (await open.post("gemini", say, { contents })).json();
    const words = events.map((event) => event.candidates[0].content.parts[0].text).join("");
    expect(words).toBe(whole.candidates[0].content.parts[0].text);
    expect(events.at(-1).candidates[0].finishReason).toBe("STOP");
    expect(events.at(-1).usageMetadata).toEqual(whole.usageMetadata);
  });

  it("streams a JSON list without alt=sse", async () => {
    await using open = await openSandbox();
    const answer = await open.post("gemini", stream, { contents });
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect((await answer.json()).length).toBeGreaterThan(5);
  });

  it("calls the function that it must call", async () => {
    await using open = await openSandbox();
    const body = {
      contents,
      tools: [{ functionDeclarations: [{ name: "find", parameters: { type: "OBJECT" } }] }],
      toolConfig: { functionCallingConfig: { mode: "ANY" } },
    };
    const answer = await (await open.post("gemini", say, body)).json();
    expect(answer.candidates[0].content.parts).toEqual([
      { functionCall: { name: "find", args: {} } },
    ]);
  });

  it.each([
    [say, { contents, foo: 1 }, "foo"],
    [say, { contents, generationConfig: { aspectRatio: "1:1" } }, "generationConfig.aspectRatio"],
    [say, { contents: [{ parts: [{ txt: "" }] }] }, "contents[0].parts[0].txt"],
    [say, { contents: [] }, "contents"],
    [say, { contents: [{ role: "assistant", parts: contents[0]?.parts }] }, "contents[0].role"],
    [say, { contents, generationConfig: { temperature: 3 } }, "generation_config.temperature"],
    [
      say,
      { contents, generationConfig: { responseModalities: ["IMAGE"] } },
      "generation_config.response_modalities",
    ],
    [
      draw,
      { contents, generationConfig: { imageConfig: { aspectRatio: "7:3" } } },
      "generation_config.image_config.aspect_ratio",
    ],
    [
      draw,
      { contents, generationConfig: { imageConfig: { imageSize: "2k" } } },
      "generation_config.image_config.image_size",
    ],
    [
      draw,
      { contents, generationConfig: { candidateCount: 2 } },
      "generation_config.candidate_count",
    ],
  ])("refuses %s %j and names the field", async (path, body, field) => {
    await using open = await openSandbox();
    const answer = await open.post("gemini", path, body);
    expect(answer.status).toBe(400);
    const { error } = await answer.json();
    expect(error.status).toBe("INVALID_ARGUMENT");
    expect(error.details[0].fieldViolations[0].field).toBe(field);
  });

  it.each([
    ["", 403, undefined],
    ["AIza-invalid", 400, "API_KEY_INVALID"],
    ["AQ.invalid", 401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"],
  ])("answers the key %j with %i", async (key, status, reason) => {
    await using open = await openSandbox();
    const answer = await open.post("gemini", say, { contents }, { "x-goog-api-key": key });
    expect(answer.status).toBe(status);
    expect((await answer.json()).error.details?.[0].reason).toBe(reason);
  });

  it("does not find unknown models, nor Imagen, which is shut down", async () => {
    await using open = await openSandbox();
    for (const model of ["gemini-unknown", "imagen-4.0-generate-001"]) {
      const answer = await open.post("gemini", `/models/${model}:generateContent`, { contents });
      expect(answer.status).toBe(404);
      expect((await answer.json()).error.status).toBe("NOT_FOUND");
    }
  });

  it("refuses inside a success: an image by its finish reason, a chat by the prompt", async () => {
    await using open = await openSandbox("gemini=refuse");
    const drawn = await open.post("gemini", draw, { contents });
    expect(drawn.status).toBe(200);
    expect((await drawn.json()).candidates[0]).toMatchObject({
      content: {},
      finishReason: "IMAGE_SAFETY",
    });
    const said = await (await open.post("gemini", say, { contents })).json();
    expect(said.promptFeedback.blockReason).toBe("PROHIBITED_CONTENT");
    expect(said.candidates).toBeUndefined();
  });

  it("succeeds without an image when told", async () => {
    await using open = await openSandbox("gemini=empty");
    const answer = await (await open.post("gemini", draw, { contents })).json();
    expect(answer.candidates[0].finishReason).toBe("NO_IMAGE");
  });
});
