import { describe, expect, it } from "vitest";
import { forbiddenModel } from "../../src/rpc/caller-permission.ts";

const caller = { name: "web", mayAsk: (model: string) => model !== "dear" };

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
