import { describe, expect, it } from "vitest";
import { frame } from "./doors.ts";

describe("a prepared body", () => {
  it("has a mark for no compression and its length before the message", () => {
    const framed = frame(new Uint8Array(258).fill(7));
    expect([...framed.subarray(0, 6)]).toEqual([0, 0, 0, 1, 2, 7]);
    expect(framed.length).toBe(5 + 258);
  });
});
