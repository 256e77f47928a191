import { describe, expect, it } from "vitest";
import { mediaTree } from "../../src/transport/media-paths.ts";

describe("media paths", () => {
  it("share what they have in common", () => {
    const tree = mediaTree(["data[].b64_json", "data[].url", "data"]);
    const data = tree.keys.get("data");
    expect(tree.keys.size).toBe(1);
    expect(data?.media).toBe(true);
    expect(data?.keys.size).toBe(0);
    expect([...(data?.items?.keys.keys() ?? [])]).toEqual(["b64_json", "url"]);
    expect(data?.items?.media).toBe(false);
    expect(data?.items?.keys.get("url")?.media).toBe(true);
  });

  it("can go through arrays in arrays", () => {
    expect(mediaTree(["[][].a"]).items?.items?.keys.get("a")?.media).toBe(true);
  });

  it("are read once for each list", () => {
    expect(mediaTree(["a", "b[]"])).toBe(mediaTree(["a", "b[]"]));
    expect(mediaTree(["a", "b[]"])).not.toBe(mediaTree(["a[]", "b"]));
  });
});
