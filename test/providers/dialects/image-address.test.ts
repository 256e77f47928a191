import { describe, expect, it } from "vitest";
import { imageAddress } from "../../../src/providers/dialects/image-address.ts";

describe("imageAddress", () => {
  it("leaves an address as it is", () => {
    const url = "https://files.example/a.png";
    expect(imageAddress({ kind: "url", url, mimeType: "" })).toBe(url);
  });

  it("believes the type that the caller gives", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(imageAddress({ kind: "bytes", bytes, mimeType: "image/avif" })).toBe(
      "data:image/avif;base64,AQID",
    );
  });

  it.each([
    [[0x89, 0x50, 0x4e, 0x47], "image/png"],
    [[0xff, 0xd8, 0xff, 0xe0], "image/jpeg"],
    [[0x47, 0x49, 0x46, 0x38], "image/gif"],
    [[0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50], "image/webp"],
    [[1, 2, 3], "image/png"],
  ])("reads the type of %j from the bytes: %s", (head, expected) => {
    const address = imageAddress({ kind: "bytes", bytes: new Uint8Array(head), mimeType: "" });
    expect(address.startsWith(`data:${expected};base64,`)).toBe(true);
  });

  it("encodes a view of a larger buffer, and no more than it", () => {
    const bytes = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
    expect(imageAddress({ kind: "bytes", bytes, mimeType: "image/png" })).toBe(
      "data:image/png;base64,AQID",
    );
  });
});
