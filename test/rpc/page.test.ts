import { expect, it } from "vitest";
import { page } from "../../src/rpc/page.ts";

const items = Array.from({ length: 1500 }, (_, index) => index);

function get(pageSize: number, pageToken: string, filter = "f") {
  const result = page(items, { pageSize, pageToken }, filter);
  if (result.kind === "bad_token") throw new Error("bad token");
  return result;
}

it("gives every item once, page by page, and no token at the end", () => {
  const seen: number[] = [];
  let token = "";
  do {
    const next = get(400, token);
    seen.push(...next.items);
    token = next.nextPageToken;
  } while (token !== "");
  expect(seen).toEqual(items);
});

it("gives 100 items when the size is not said, and at most 1,000", () => {
  expect(get(0, "").items).toHaveLength(100);
  expect(get(5000, "").items).toHaveLength(1000);
});

it.each(["x", "!!!", "MTAu", Buffer.from("10.0000000000000000").toString("base64url")])(
  "does not take the token %j",
  (pageToken) => {
    expect(page(items, { pageSize: 1, pageToken }, "f").kind).toBe("bad_token");
  },
);

it("does not take the token of another filter, or one past the end", () => {
  const { nextPageToken } = get(10, "");
  expect(page(items, { pageSize: 10, pageToken: nextPageToken }, "g").kind).toBe("bad_token");
  expect(page([1, 2], { pageSize: 10, pageToken: nextPageToken }, "f").kind).toBe("bad_token");
});
