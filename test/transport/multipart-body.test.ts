import { describe, expect, it } from "vitest";
import type { MultipartPart } from "../../src/providers/http-call.ts";
import { encodeMultipart } from "../../src/transport/multipart-body.ts";

function boundaryOf(contentType: string): string {
  return /^multipart\/form-data; boundary=([\w-]+)$/.exec(contentType)?.[1] ?? "";
}

async function parse(parts: readonly MultipartPart[]): Promise<FormData> {
  const { bytes, contentType } = encodeMultipart(parts);
  return new Response(new Uint8Array(bytes), {
    headers: { "content-type": contentType },
  }).formData();
}

describe("a multipart form", () => {
  it("is written byte for byte as RFC 7578 has it", () => {
    const { bytes, contentType } = encodeMultipart([
      { kind: "field", name: "model", value: "gpt-image-2" },
      {
        kind: "file",
        name: "image",
        filename: "a.png",
        mimeType: "image/png",
        bytes: Buffer.from("PNG"),
      },
    ]);
    const boundary = boundaryOf(contentType);
    expect(boundary.length).toBeGreaterThan(20);
    expect(bytes.toString()).toBe(
      [
        `--${boundary}`,
        'content-disposition: form-data; name="model"',
        "",
        "gpt-image-2",
        `--${boundary}`,
        'content-disposition: form-data; name="image"; filename="a.png"',
        "content-type: image/png",
        "",
        "PNG",
        `--${boundary}--`,
        "",
      ].join("\r\n"),
    );
  });

  it("cannot be given another part by a name, a file name or a type", async () => {
    const { bytes } = encodeMultipart([
      {
        kind: "file",
        name: 'a"\r\nx-one: 1',
        filename: 'b"; name="c\r\n\r\n',
        mimeType: "image/png\r\nx-two: 2",
        bytes: new Uint8Array(),
      },
    ]);
    expect(bytes.toString().split("\r\n").slice(1, 4)).toEqual([
      'content-disposition: form-data; name="a%22%0D%0Ax-one: 1"; filename="b%22; name=%22c%0D%0A%0D%0A"',
      "content-type: application/octet-stream",
      "",
    ]);
  });

  it("cannot be given another part by content that knows the boundary", async () => {
    const usual = boundaryOf(encodeMultipart([]).contentType);
    const attack = `a\r\n--${usual}\r\ncontent-disposition: form-data; name="n"\r\n\r\n10\r\n--${usual}--`;
    const bytes = Buffer.from(attack);
    for (const part of [
      { kind: "field", name: "prompt", value: attack },
      { kind: "file", name: "prompt", filename: "a", mimeType: "image/png", bytes },
    ] as const) {
      const form = await parse([part]);
      expect([...form.keys()]).toEqual(["prompt"]);
      const { contentType } = encodeMultipart([part]);
      expect(attack).not.toContain(boundaryOf(contentType));
      expect(boundaryOf(contentType).length).toBeLessThanOrEqual(70);
    }
  });
});
