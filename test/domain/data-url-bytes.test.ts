import { describe, expect, it } from "vitest";
import { DataUrlBytes } from "../../src/domain/data-url-bytes.ts";

describe("DataUrlBytes", () => {
  const whole = new Uint8Array([9, 1, 2, 3, 9]);
  const bytes = new DataUrlBytes(whole.subarray(1, 4), "image/png");

  it("look at the same memory", () => {
    expect(bytes.buffer).toBe(whole.buffer);
    expect([...bytes]).toEqual([1, 2, 3]);
  });

  it("are a data URL wherever JSON is written", () => {
    expect(JSON.parse(JSON.stringify({ image: bytes }))).toEqual({
      image: "data:image/png;base64,AQID",
    });
  });

  it("give parts and copies that are bytes and nothing more", () => {
    for (const part of [bytes.subarray(1), bytes.slice(1), bytes.filter((byte) => byte > 1)]) {
      expect(part).not.toBeInstanceOf(DataUrlBytes);
      expect([...part]).toEqual([2, 3]);
    }
  });
});
