import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createFileShelf } from "../../src/sandbox/file-shelf.ts";
import { editNote, readInputAddress, readInputImage } from "../../src/sandbox/input-image.ts";

const background = { r: 1, g: 2, b: 3, alpha: 0.5 };
const png = await sharp({ create: { width: 3, height: 2, channels: 4, background } })
  .png()
  .toBuffer();
const seen = { format: "png", width: 3, height: 2, hasAlpha: true };

describe("an image that a provider is given", () => {
  it("is looked at, or is none", async () => {
    expect(await readInputImage(png)).toEqual(seen);
    expect(await readInputImage(Buffer.from("no image"))).toBeUndefined();
  });

  it("is found in a data URL and on the sandbox's own shelf, and elsewhere is not asked for", async () => {
    const files = createFileShelf(() => "id");
    const path = files.put("/f", "a.png", { bytes: png, contentType: "image/png", foreign: false });
    const data = `data:image/png;base64,${png.toString("base64")}`;
    expect(await readInputAddress(data, files)).toEqual(seen);
    expect(await readInputAddress(`http://127.0.0.1:1${path}`, files)).toEqual(seen);
    expect(await readInputAddress("https://example.com/a.png", files)).toBe("elsewhere");
    expect(await readInputAddress("data:image/png;base64,AAAA", files)).toBeUndefined();
    expect(await readInputAddress("file:///etc/passwd", files)).toBeUndefined();
  });

  it("is named by its size in what is made of it", () => {
    const large = { ...seen, width: 64, height: 48 };
    expect(editNote([seen])).toBe("EDIT OF 3X2");
    expect(editNote([large, "elsewhere"], true)).toBe("EDIT OF 64X48 + LINK, MASKED");
  });
});
