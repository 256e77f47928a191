import { expect, it } from "vitest";
import { codeName } from "../../src/rpc/canonical-code.ts";
import { libraryFailure } from "../../src/rpc/library-error.ts";

const limits = { maxMessageBytes: 1000 };

it.each([
  [
    3,
    'cannot decode message spillway.v1.Chat from JSON: key "x" is unknown',
    "INVALID_REQUEST",
    "INVALID_ARGUMENT",
  ],
  [3, "protocol error: incomplete envelope", "INVALID_REQUEST", "INVALID_ARGUMENT"],
  [13, "parse binary: premature EOF", "INVALID_REQUEST", "INVALID_ARGUMENT"],
  [13, "Failed to decompress message", "INVALID_REQUEST", "INVALID_ARGUMENT"],
  [
    8,
    "message size is larger than configured readMaxBytes 1000",
    "INVALID_REQUEST",
    "RESOURCE_EXHAUSTED",
  ],
  [12, 'unknown compression "zstd"', "INVALID_REQUEST", "UNIMPLEMENTED"],
  [4, "the operation timed out", "DEADLINE", "DEADLINE_EXCEEDED"],
  [1, "This operation was aborted", "CANCELLED", "CANCELLED"],
  [13, "serialize binary: invalid uint32", "INTERNAL", "INTERNAL"],
  [2, "Server method handler threw error", "INTERNAL", "INTERNAL"],
])("code %i, %j is %s", (code, text, reason, canonical) => {
  const { error, code: told } = libraryFailure(code, text, limits, "r-1");
  expect(error.reason).toBe(reason);
  expect(codeName(told)).toBe(canonical);
});

it("repeats no text of the library, which can quote the body", () => {
  const text =
    'cannot decode field spillway.v1.TextToImage.prompt from JSON: expected string, got "a secret timeout"';
  const { error } = libraryFailure(3, text, limits, "r-1");
  expect(JSON.stringify(error)).not.toContain("secret");
  expect(error.message).toBe("The body is not the JSON of the message that the method takes.");
  expect(
    libraryFailure(3, 'Unexpected token "a secret prompt"', limits, "r-1").error.message,
  ).not.toContain("secret");
});
