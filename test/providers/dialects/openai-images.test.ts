import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/domain/json.ts";
import type { OpenAiAnswers } from "../../../src/providers/dialects/openai-answers.ts";
import {
  imageMedia,
  imagesResult,
  pixelSize,
} from "../../../src/providers/dialects/openai-images.ts";
import { parseJsonWithMedia } from "../../../src/transport/json-with-media.ts";
import { pngHeader } from "../../support/image-bytes.ts";

const answers: OpenAiAnswers = { embeddedFailure: () => undefined, requestIdHeaders: [] };

function read(data: JsonValue, baseUrl?: string) {
  const body = { kind: "json", value: { data } } as const;
  return imagesResult({ status: 200, headers: {}, body }, answers, baseUrl);
}

/** PNG bytes as base64, larger than what the transport reads as one text. */
const large = Buffer.concat([pngHeader(1024, 1024), Buffer.alloc(60_000)]).toString("base64");

describe("imagesResult", () => {
  it.each([
    ["a character that is none of base64", `${large.slice(0, 50_000)}%${large.slice(50_001)}`],
    ["a length that no base64 has", large.slice(0, 50_001)],
    ["a bad character in a small document", `${large.slice(0, 5_000)}%`],
    ["a bad length in a small document", large.slice(0, 5_001)],
  ])("fails an image with %s, and shows no part of it", (_, b64) => {
    const document = Buffer.from(JSON.stringify({ data: [{ b64_json: b64 }] }));
    const value = parseJsonWithMedia([document], imageMedia);
    const reply = { status: 200, headers: {}, body: { kind: "json", value } } as const;
    expect(imagesResult(reply, answers)).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault" },
    });
  });

  it("leaves out items without an image and keeps the others", () => {
    const bytes = new Uint8Array([1]);
    const outcome = read([{ b64_json: bytes }, { b64_json: null }, null, "x", { url: "" }]);
    expect(outcome).toMatchObject({ kind: "done", output: { images: [{ content: { bytes } }] } });
  });

  it("fails when there is no image at all", () => {
    for (const data of [[], [{}], null, {}, [{ b64_json: new Uint8Array() }]]) {
      expect(read(data)).toMatchObject({ kind: "failed", failure: { class: "server_fault" } });
    }
  });

  it.each([
    ["https://files.example/a.png", "https://files.example/a.png"],
    ["/files/a.png", "http://10.0.0.5:8000/files/a.png"],
    ["//files.example/a.png", "http://files.example/a.png"],
  ])("takes %s for the address %s", (url, expected) => {
    expect(read([{ url }], "http://10.0.0.5:8000/v1")).toMatchObject({
      output: { images: [{ content: { kind: "url", url: expected } }] },
    });
  });

  it.each([
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,hi",
    "data:;base64,AAAAA",
    "/files/a.png",
  ])("does not take %s for an image", (url) => {
    expect(read([{ url }]).kind).toBe("failed");
  });

  it("prefers bytes to an address", () => {
    const bytes = new Uint8Array([1]);
    expect(read([{ b64_json: bytes, url: "https://files.example/a.png" }])).toMatchObject({
      output: { images: [{ content: { kind: "bytes" } }] },
    });
  });
});

describe("pixelSize", () => {
  it("is said only when the caller asked for pixels", () => {
    expect(pixelSize({ count: 1, size: { kind: "pixels", width: 3, height: 2 } })).toBe("3x2");
    expect(
      pixelSize({ count: 1, size: { kind: "aspect_ratio", width: 3, height: 2 } }),
    ).toBeUndefined();
    expect(pixelSize({ count: 1 })).toBeUndefined();
  });
});
