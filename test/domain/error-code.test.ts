import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { errorCode } from "../../src/domain/error-code.ts";

it("is the system's name for an error", () => {
  let caught: unknown;
  try {
    readFileSync("no-such-folder/no-such-file");
  } catch (error) {
    caught = error;
  }
  expect(errorCode(caught)).toBe("ENOENT");
});

it.each([
  ["an error without one", new Error("bug")],
  ["a code that is a number", Object.assign(new Error("bug"), { code: 13 })],
  ["what is not an error", { code: "ENOENT" }],
  ["nothing", undefined],
])("is unknown of %s", (_, error) => {
  expect(errorCode(error)).toBeUndefined();
});
