import { describe, expect, it } from "vitest";
import { DataUrlBytes } from "../../../src/domain/data-url-bytes.ts";
import type { ImageInput } from "../../../src/domain/task.ts";
import { imageAddress } from "../../../src/providers/dialects/image-address.ts";

/** The address as it is written. */
function written(image: ImageInput): string {
  const address = imageAddress(image);
  return address instanceof DataUrlBytes ? address.toJSON() : address;
}

describe("imageAddress", () => {
  it("leaves an address as it is", () => {
    const url = "https://files.example/a.png";
    expect(written({ kind: "url", url, mimeType: "" })).toBe(url);
  });

  it("believes the type that the caller gives", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(written({ kind: "bytes", bytes, mimeType: "image/avif" })).toBe(
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
    const address = written({ kind: "bytes", bytes: new Uint8Array(head), mimeType: "" });
    expect(address.startsWith(`data:${expected};base64,`)).toBe(true);
  });

  it("copies nothing until it is written", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const address = imageAddress({ kind: "bytes", bytes, mimeType: "image/png" });
    expect(address).toBeInstanceOf(DataUrlBytes);
    expect((address as DataUrlBytes).buffer).toBe(bytes.buffer);
  });

  it("encodes a view of a larger buffer, and no more than it", () => {
    const bytes = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
    expect(written({ kind: "bytes", bytes, mimeType: "image/png" })).toBe(
      "data:image/png;base64,AQID",
    );
  });
});
