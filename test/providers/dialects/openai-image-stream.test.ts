import { describe, expect, it } from "vitest";
import { reportedCost } from "../../../src/domain/cost.ts";
import type { OpenAiAnswers } from "../../../src/providers/dialects/openai-answers.ts";
import { openAiEmbeddedFailure } from "../../../src/providers/dialects/openai-errors.ts";
import { readImageStream } from "../../../src/providers/dialects/openai-image-stream.ts";
import { parseJsonWithMedia } from "../../../src/transport/json-with-media.ts";
import { pngHeader } from "../../support/image-bytes.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: openAiEmbeddedFailure,
  cost: (usage) => (usage["cost"] === undefined ? undefined : reportedCost(Number(usage["cost"]))),
  requestIdHeaders: [],
};
const bytes = new Uint8Array([1, 2]);
const partial = { type: "image_generation.partial_image", b64_json: bytes };
const completed = { type: "image_generation.completed", b64_json: bytes };

describe("readImageStream", () => {
  it("hands over unfinished images to those who want them only", () => {
    expect(readImageStream(answers, true).read({ name: "", data: partial })).toHaveLength(1);
    expect(readImageStream(answers, false).read({ name: "", data: partial })).toEqual([]);
  });

  it("names the headers that tell the provider's id of the call", () => {
    const reader = readImageStream({ ...answers, requestIdHeaders: ["x-generation-id"] }, true);
    expect(reader.requestIdHeaders).toEqual(["x-generation-id"]);
  });

  it("fails a stream that ends with an unfinished image, whether or not [DONE] came", () => {
    const reader = readImageStream(answers, true);
    reader.read({ name: "", data: partial });
    reader.read({ name: "", text: "[DONE]" });
    expect(reader.end()).toMatchObject({ kind: "failed", failure: { class: "server_fault" } });
  });

  it("knows its events by their name when they have no type", () => {
    const reader = readImageStream(answers, true);
    reader.read({ name: "image_edit.completed", data: { b64_json: bytes } });
    expect(reader.end()).toMatchObject({ output: { images: [{ content: { bytes } }] } });
  });

  it("fails a last event that has no image in it, at the cost that it tells", () => {
    const reader = readImageStream(answers, true);
    const data = { ...completed, b64_json: "not base64!", usage: { cost: 0 } };
    const steps = reader.read({ name: "", data });
    expect(steps).toMatchObject([{ kind: "failed", failure: { cost: reportedCost(0) } }]);
    expect(reader.read({ name: "", data: completed })).toEqual([]);
    expect(reader.end().kind).toBe("failed");
  });

  it.each(["%", "Q"])("fails a last event whose large image ends in a stray %j", (stray) => {
    const b64 = `${Buffer.from(pngHeader(1024, 1024)).toString("base64").padEnd(80_000, "A")}${stray}`;
    const data = parseJsonWithMedia(JSON.stringify({ ...completed, b64_json: b64 }), ["b64_json"]);
    const reader = readImageStream(answers, true);
    expect(reader.read({ name: "", data })).toMatchObject([
      { kind: "failed", failure: { class: "server_fault" } },
    ]);
  });

  it("adds up what several images cost, and says nothing when one does not say", () => {
    const reader = readImageStream(answers, true);
    const usage = { output_tokens: 5, cost: 10 };
    reader.read({ name: "", data: { ...completed, usage } });
    reader.read({ name: "", data: { ...completed, usage } });
    expect(reader.end()).toMatchObject({
      usage: { outputTokens: 10, imageOutputTokens: 10 },
      cost: { basis: "reported", micros: 20 },
    });
    reader.read({ name: "", data: completed });
    expect(reader.end()).toMatchObject({ cost: undefined });
  });
});
