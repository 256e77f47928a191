import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../../src/providers/dialects/base64.ts";

describe("decodeBase64", () => {
  it.each(["/+8A", "_-8A", "data:image/png;base64,/+8A", "/+\r\n8A\n"])("decodes %j", (text) => {
    expect([...(decodeBase64(text) ?? [])]).toEqual([0xff, 0xef, 0x00]);
  });

  it.each(["", "not base64", "data:image/png,abcd", "data:;base64,", "{}", "ab$d", "="])(
    "finds nothing in %j",
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});
