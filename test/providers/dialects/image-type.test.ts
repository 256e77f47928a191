import { describe, expect, it } from "vitest";
import { imageType } from "../../../src/providers/dialects/image-type.ts";

describe("the type of an input image", () => {
  it.each([
    ["image/jpeg", [0xff, 0xd8, 0xff]],
    ["image/gif", [0x47, 0x49, 0x46]],
    ["image/webp", [...Buffer.from("RIFF0000WEBP")]],
    ["image/png", [0x89, 0x50, 0x4e, 0x47]],
    ["image/png", []],
  ])("is %s for bytes that begin with %j", (type, bytes) => {
    expect(imageType(new Uint8Array(bytes), "")).toBe(type);
  });

  it("is what the caller said, when the caller said it", () => {
    expect(imageType(new Uint8Array([0xff, 0xd8]), "image/heic")).toBe("image/heic");
  });
});
