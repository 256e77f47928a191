import { describe, expect, it } from "vitest";
import { postEdit } from "../../../src/providers/dialects/openai-image-edit.ts";
import { imageEditTask } from "../support.ts";

const bytes = new Uint8Array([1]);

describe("the form of an edit", () => {
  it("has every field as text, and leaves out what is undefined", () => {
    const task = imageEditTask({ images: [] });
    const call = postEdit(task, { n: 2, stream: true, size: undefined }, "image", ["b64_json"]);
    expect(call).toEqual({
      method: "POST",
      path: "/images/edits",
      body: {
        kind: "multipart",
        parts: [
          { kind: "field", name: "n", value: "2" },
          { kind: "field", name: "stream", value: "true" },
        ],
      },
      media: ["b64_json"],
    });
  });

  it("names each file by its place and its type", () => {
    const types = ["image/png", "image/jpeg", "image/webp"];
    const task = imageEditTask({
      images: types.map((mimeType) => ({ kind: "bytes", bytes, mimeType })),
      mask: { kind: "bytes", bytes, mimeType: "image/png" },
    });
    const { body } = postEdit(task, {}, "image[]", []);
    expect(body?.kind === "multipart" && body.parts).toEqual([
      { kind: "file", name: "image[]", filename: "image-1.png", mimeType: "image/png", bytes },
      { kind: "file", name: "image[]", filename: "image-2.jpg", mimeType: "image/jpeg", bytes },
      { kind: "file", name: "image[]", filename: "image-3.webp", mimeType: "image/webp", bytes },
      { kind: "file", name: "mask", filename: "mask.png", mimeType: "image/png", bytes },
    ]);
  });

  it("takes no address, since nobody would fetch it", () => {
    const task = imageEditTask({ images: [{ kind: "url", url: "https://a/b", mimeType: "" }] });
    expect(() => postEdit(task, {}, "image", [])).toThrow("must be bytes");
  });
});
