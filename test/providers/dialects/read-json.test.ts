import { describe, expect, it } from "vitest";
import {
  asArray,
  asBytes,
  asCount,
  asNumber,
  asObject,
  asText,
  at,
} from "../../../src/providers/dialects/read-json.ts";

const media = new Uint8Array([1]);

describe("reading unknown JSON", () => {
  it("takes objects, and neither arrays nor media, for objects", () => {
    expect(asObject({ a: 1 })).toEqual({ a: 1 });
    for (const other of [null, [], media, "a", 1, undefined])
      expect(asObject(other)).toBeUndefined();
  });

  it("takes anything but an array for an empty list", () => {
    expect(asArray([1])).toEqual([1]);
    for (const other of [null, {}, media, "a", undefined]) expect(asArray(other)).toEqual([]);
  });

  it("takes an empty string for no text", () => {
    expect([asText("a"), asText(""), asText(1)]).toEqual(["a", undefined, undefined]);
  });

  it("takes whole numbers from 0 for counts, and finite ones for numbers", () => {
    expect([asCount(0), asCount(-1), asCount(1.5), asCount("1")]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ]);
    expect([asNumber(1.5), asNumber("1"), asNumber(Number.NaN)]).toEqual([
      1.5,
      undefined,
      undefined,
    ]);
  });

  it("takes decoded media that are not empty for bytes", () => {
    expect(asBytes(media)).toBe(media);
    expect([asBytes(new Uint8Array()), asBytes("AA==")]).toEqual([undefined, undefined]);
  });

  it("follows a path as far as it leads", () => {
    const body = { error: { details: [{ reason: "quota" }] } };
    expect(at(body, "error", "details", 0, "reason")).toBe("quota");
    expect(at(body, "error", 0)).toBeUndefined();
    expect(at(body, "error", "details", 1, "reason")).toBeUndefined();
    expect(at([body], "error")).toBeUndefined();
  });

  it("does not find what every JavaScript object inherits", () => {
    expect(at({}, "constructor")).toBeUndefined();
    expect(at({}, "__proto__", "toString")).toBeUndefined();
  });
});
