import { describe, expect, it } from "vitest";
import {
  DrainPace,
  firstGuessMs,
  longestGuessMs,
  shortestGuessMs,
} from "../../../src/gateway/admission/drain-pace.ts";

describe("the pace of a full gate", () => {
  it("is a guess until someone has left", () => {
    const pace = new DrainPace();
    pace.filled(0);
    expect(pace.timeFor(9, 50)).toBe(firstGuessMs);
  });

  it("is what the last ones to leave took", () => {
    const pace = new DrainPace();
    pace.filled(1_000);
    for (const at of [1_200, 1_400, 1_600]) pace.left(at);
    expect(pace.timeFor(1, 1_600)).toBe(200);
    expect(pace.timeFor(5, 1_600)).toBe(1_000);
  });

  it("does not count the time in which there was room", () => {
    const pace = new DrainPace();
    pace.filled(0);
    pace.left(200);
    pace.filled(60_000);
    pace.left(60_200);
    expect(pace.timeFor(1, 60_200)).toBe(200);
  });

  it("follows a provider that becomes slow, and forgets faster times", () => {
    const pace = new DrainPace();
    pace.filled(0);
    pace.left(200);
    expect(pace.timeFor(1, 4_200)).toBe(4_000);
    for (let at = 1_200; at <= 40_200; at += 1_000) pace.left(at);
    expect(pace.timeFor(1, 40_200)).toBeGreaterThan(950);
  });

  it("stays within its bounds", () => {
    const pace = new DrainPace();
    pace.filled(0);
    pace.left(0);
    expect(pace.timeFor(3, 0)).toBe(shortestGuessMs);
    expect(pace.timeFor(1_000, 600_000)).toBe(longestGuessMs);
  });
});
