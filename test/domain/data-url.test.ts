import { expect, it } from "vitest";
import { base64Head, isDataUrl } from "../../src/domain/data-url.ts";

it.each([
  ["data:image/png;base64,iVBORw0KGgo=", true, "data:image/png;base64,"],
  ["DATA:;BASE64,aGVsbG8=", true, "DATA:;BASE64,"],
  ["data:text/plain,hello", true, undefined],
  ["data:text/plain,;base64,", true, undefined],
  ["https://images.test/data:image/png;base64,", false, undefined],
  ["", false, undefined],
])("knows of %j whether it is a file, and what stands before its base64", (text, is, head) => {
  expect(isDataUrl(text)).toBe(is);
  expect(base64Head(text)).toBe(head);
});
