import { describe, expect, it } from "vitest";
import { readDataUrl } from "../../../src/providers/dialects/read-data-url.ts";

describe("readDataUrl", () => {
  it.each(["/+8A", "_-8A", "/+\r\n8A\n", "/+8 A"])("decodes %j", (digits) => {
    expect([...(readDataUrl(`data:image/png;base64,${digits}`) ?? [])]).toEqual([0xff, 0xef, 0x00]);
  });

  it.each(["AQ", "AQ==", "AQ="])("takes %j for one byte", (digits) => {
    expect([...(readDataUrl(`data:;base64,${digits}`) ?? [])]).toEqual([1]);
  });

  it.each([
    "",
    "/+8A",
    "data:image/png,abcd",
    "data:;base64,",
    "data:;base64,=",
    "data:;base64,ab$d",
    "data:;base64,AAAAA",
    "data:;base64,AAAA%AAA",
  ])("finds nothing in %j", (url) => {
    expect(readDataUrl(url)).toBeUndefined();
  });
});
