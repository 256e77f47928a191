import { describe, expect, it } from "vitest";
import { forbiddenModel, overRate } from "../../src/rpc/caller-permission.ts";

const caller = {
  name: "web",
  mayAsk: (model: string) => model !== "dear",
  countRequest: (now: number) => (now < 100 ? 99.5 - now : undefined),
};

describe("forbiddenModel", () => {
  it("finds nothing where everybody may call, or where all is allowed", () => {
    expect(forbiddenModel(undefined, { model: "dear", fallbackModels: [] })).toBeUndefined();
    expect(forbiddenModel(caller, { model: "a", fallbackModels: ["b"] })).toBeUndefined();
  });

  it.each([
    { model: "dear", fallbackModels: [] },
    { model: "a", fallbackModels: ["b", "dear"] },
  ])("names the first model that is not: %j", (request) => {
    expect(forbiddenModel(caller, request)).toEqual({
      reason: "PERMISSION_DENIED",
      message: 'The caller "web" may not ask for "dear".',
      metadata: { caller: "web", model: "dear" },
    });
  });
});

describe("overRate", () => {
  it("says how long to wait, in whole milliseconds", () => {
    expect(overRate(caller, 50)).toEqual({
      reason: "RATE_LIMITED",
      message: 'The caller "web" has made as many requests as it may in a minute.',
      metadata: { caller: "web" },
      retryAfterMs: 50,
    });
  });

  it("finds nothing within the rate, and where everybody may call", () => {
    expect(overRate(caller, 100)).toBeUndefined();
    expect(overRate(undefined, 0)).toBeUndefined();
  });
});
