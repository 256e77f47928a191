import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { eventsOf, openSandbox } from "./open-sandbox.ts";

const contents = [{ role: "user", parts: [{ text: "a paper boat" }] }];
const place = "/projects/demo-1/locations/global/publishers/google/models";
const draw = `${place}/gemini-3-pro-image:generateContent`;
const say = `${place}/gemini-3.8-flash:generateContent`;

describe("the embedded Vertex AI", () => {
  it.each([
    [undefined, "png"],
    [{ mimeType: "image/png" }, "png"],
    [{ mimeType: "image/jpeg", compressionQuality: 40 }, "jpeg"],
  ])("draws, told %j, a file of type %s", async (imageOutputOptions, expected) => {
    await using open = await openSandbox();
    const imageConfig = {
      aspectRatio: "16:9",
      personGeneration: "ALLOW_ADULT",
      imageOutputOptions,
    };
    const body = { contents, generationConfig: { imageConfig } };
    const answer = await (await open.post("vertex", draw, body)).json();
    const [candidate] = answer.candidates;
    const { inlineData } = candidate.content.parts[0];
    const { format } = await sharp(Buffer.from(inlineData.data, "base64")).metadata();
    expect([inlineData.mimeType, format]).toEqual([`image/${expected}`, expected]);
    expect(candidate).not.toHaveProperty("index");
    expect(answer.usageMetadata.trafficType).toBe("ON_DEMAND");
    expect(answer.createTime).toBe("2026-11-22T00:00:00.000Z");
  });

  it("draws in the shape of the first image that it is sent", async () => {
    await using open = await openSandbox();
    const data = await inputImage();
    const parts = [{ inlineData: { mimeType: "image/png", data } }, { text: "add a hat" }];
    const body = { contents: [{ role: "user", parts }] };
    const answer = await (await open.post("vertex", draw, body)).json();
    const made = Buffer.from(answer.candidates[0].content.parts[0].inlineData.data, "base64");
    const { width = 0, height = 1 } = await sharp(made).metadata();
    expect(width / height).toBeCloseTo(2, 1);
  });

  it.each([
    ["GIF", [["image/gif", "R0lGODlh"]]],
    ["what is no image", [["image/png", "aGVsbG8="]]],
    ["15 images", Array.from({ length: 15 }, () => ["image/png", "iVBORw0KGgo="])],
  ])("takes no %s", async (_what, images) => {
    await using open = await openSandbox();
    const parts = images.map(([mimeType, data]) => ({ inlineData: { mimeType, data } }));
    const body = { contents: [{ role: "user", parts: [...parts, { text: "add a hat" }] }] };
    const answer = await open.post("vertex", draw, body);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.message).toMatch(/images|image\.|MIME type/);
  });

  it("streams, and counts tokens only at the end", async () => {
    await using open = await openSandbox();
    const path = `${place}/gemini-3.8-flash:streamGenerateContent?alt=sse`;
    const events = eventsOf(await (await open.post("vertex", path, { contents })).text());
    expect(events[0].usageMetadata).toEqual({ trafficType: "ON_DEMAND" });
    expect(events.at(-1).usageMetadata.totalTokenCount).toBeGreaterThan(0);
    expect(events.at(-1).candidates[0].finishReason).toBe("STOP");
  });

  it("serves v1beta1 and a project's own endpoints, too", async () => {
    await using open = await openSandbox();
    const base = `${open.sandbox.origin}/vertex/v1beta1/projects/demo-1/locations/us-central1`;
    const answer = await fetch(`${base}/endpoints/123:generateContent`, {
      method: "POST",
      headers: { authorization: "Bearer ya29.test" },
      body: JSON.stringify({ contents }),
    });
    expect(answer.status).toBe(200);
  });

  it.each([
    [say, { contents, store: true }, "store"],
    [say, { contents: [{ parts: [{ text: "hi" }] }] }, "contents[0].role"],
    [
      draw,
      { contents, generationConfig: { imageConfig: { outputMimeType: "image/png" } } },
      "generationConfig.imageConfig.outputMimeType",
    ],
    [
      draw,
      outputOptions({ mimeType: "image/webp" }),
      "generation_config.image_config.image_output_options.mime_type",
    ],
    [
      draw,
      outputOptions({ mimeType: "image/png", compressionQuality: 80 }),
      "generation_config.image_config.image_output_options.compression_quality",
    ],
    [
      draw,
      outputOptions({ mimeType: "image/jpeg", compressionQuality: 101 }),
      "generation_config.image_config.image_output_options.compression_quality",
    ],
  ])("refuses %s %j and names the field", async (path, body, field) => {
    await using open = await openSandbox();
    const answer = await open.post("vertex", path, body);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.details[0].fieldViolations[0].field).toBe(field);
  });

  it.each([
    ["Bearer ya29.expired", 401, "ACCESS_TOKEN_EXPIRED"],
    ["Bearer invalid", 401, "ACCESS_TOKEN_TYPE_UNSUPPORTED"],
    ["Bearer denied", 403, "IAM_PERMISSION_DENIED"],
    ["", 401, "CREDENTIALS_MISSING"],
  ])("answers the authorization '%s' with %i", async (authorization, status, reason) => {
    await using open = await openSandbox();
    const answer = await open.post("vertex", say, { contents }, { authorization });
    expect(answer.status).toBe(status);
    expect((await answer.json()).error.details[0].reason).toBe(reason);
  });

  it("says that API keys are of no use here", async () => {
    await using open = await openSandbox();
    const headers = { authorization: "", "x-goog-api-key": "AQ.test" };
    const answer = await open.post("vertex", say, { contents }, headers);
    expect(answer.status).toBe(401);
    expect((await answer.json()).error.message).toContain("API keys are not supported");
  });

  it.each([
    [`${place}/imagen-4.0-generate-001:predict`, "end of life"],
    [`${place}/gemini-unknown:generateContent`, "was not found"],
    [draw.replace("global", "us-central1"), "was not found"],
  ])("does not find %s", async (path, words) => {
    await using open = await openSandbox();
    const answer = await open.post("vertex", path, { contents });
    expect(answer.status).toBe(404);
    expect((await answer.json()).error.message).toContain(words);
  });

  it("refuses inside a success, and says why", async () => {
    await using open = await openSandbox("vertex=refuse");
    const drawn = await (await open.post("vertex", draw, { contents })).json();
    expect(drawn.candidates[0].finishReason).toBe("IMAGE_SAFETY");
    const said = await (await open.post("vertex", say, { contents })).json();
    expect(said.promptFeedback.blockReasonMessage).toMatch(/policy/);
  });

  it("limits the rate without a hint of when to come back", async () => {
    await using open = await openSandbox("vertex=rate-limit:3s");
    const answer = await open.post("vertex", say, { contents });
    expect(answer.status).toBe(429);
    expect(answer.headers.has("retry-after")).toBe(false);
    expect((await answer.json()).error).not.toHaveProperty("details");
  });
});

function outputOptions(imageOutputOptions: object): object {
  return { contents, generationConfig: { imageConfig: { imageOutputOptions } } };
}

async function inputImage(): Promise<string> {
  const image = sharp({ create: { width: 64, height: 32, channels: 3, background: "red" } });
  return (await image.png().toBuffer()).toString("base64");
}
