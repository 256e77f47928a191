import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { Failure } from "../../src/domain/failure.ts";
import type { FetchedFile, FileToFetch, Finish } from "../../src/domain/finish.ts";
import type { ProviderImage } from "../../src/domain/output.ts";
import {
  finishImage,
  finishPartialImage,
  imagePrefixBytes,
  maxImageBytes,
} from "../../src/media/finish-image.ts";

let png: Uint8Array;
beforeAll(async () => {
  png = await sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } })
    .png()
    .toBuffer();
});

const url = "https://files.test/a.png";
const linked: ProviderImage = { content: { kind: "url", url, expiresAt: 5 } };

/** Finishes an image, with a web that has one file, and tells what was fetched. */
async function finish(image: ProviderImage, wanted: Finish, file: Uint8Array | Failure[] = png) {
  const fetched: FileToFetch[] = [];
  const result = await finishImage(image, {
    finish: wanted,
    provider: "a",
    timeLeftMs: () => 60_000,
    fetchFile: async (what): Promise<FetchedFile> => {
      fetched.push(what);
      if (file instanceof Uint8Array) {
        return { kind: "file", bytes: file.subarray(0, what.prefixBytes) };
      }
      const failure = file.shift();
      return failure === undefined ? { kind: "file", bytes: png } : { kind: "failed", failure };
    },
  });
  return { result, fetched };
}

describe("finishing bytes", () => {
  it("leaves them as they are, and reads type and size from them", async () => {
    const { result } = await finish(
      { content: { kind: "bytes", bytes: png }, revisedPrompt: "a red cat" },
      {},
    );
    expect(result).toEqual({
      kind: "finished",
      image: {
        content: { kind: "bytes", bytes: png },
        mimeType: "image/png",
        width: 30,
        height: 20,
        revisedPrompt: "a red cat",
        contentFiltered: false,
        provider: "a",
      },
    });
    if (result.kind !== "finished" || result.image.content.kind !== "bytes") throw new Error();
    expect(result.image.content.bytes).toBe(png);
  });

  it("leaves them as they are when they have the format that is asked", async () => {
    const { result } = await finish(
      { content: { kind: "bytes", bytes: png } },
      { format: "png", compression: 10 },
    );
    expect(result).toMatchObject({ image: { content: { bytes: png } } });
  });

  it("converts them to the format that is asked", async () => {
    const { result } = await finish({ content: { kind: "bytes", bytes: png } }, { format: "webp" });
    expect(result).toMatchObject({ image: { mimeType: "image/webp", width: 30, height: 20 } });
  });

  it.each([undefined, "webp"] as const)(
    "fails when they are no image (format %s)",
    async (format) => {
      const bytes = new TextEncoder().encode("<html>no image</html>");
      const { result } = await finish({ content: { kind: "bytes", bytes } }, { format });
      expect(result).toMatchObject({
        kind: "failed",
        failure: { class: "server_fault", delivery: "sent", billed: true },
      });
    },
  );

  it("fails when only the beginning is an image and it must be decoded", async () => {
    const { result } = await finish(
      { content: { kind: "bytes", bytes: png.subarray(0, 50) } },
      { format: "webp" },
    );
    expect(result).toMatchObject({ failure: { class: "server_fault" } });
  });
});

describe("finishing an address", () => {
  it("hands it on, and reads type and size from the beginning of the file", async () => {
    const { result, fetched } = await finish(linked, { delivery: "url" });
    expect(fetched).toEqual([{ url, maxBytes: maxImageBytes, prefixBytes: imagePrefixBytes }]);
    expect(result).toMatchObject({
      image: { content: linked.content, mimeType: "image/png", width: 30, height: 20 },
    });
  });

  it("fetches the whole file when bytes are wanted", async () => {
    const { result, fetched } = await finish(linked, { delivery: "bytes" });
    expect(fetched).toEqual([{ url, maxBytes: maxImageBytes }]);
    expect(result).toMatchObject({ image: { content: { kind: "bytes", bytes: png } } });
  });

  it("fetches the whole file when it has another format than asked, and gives bytes", async () => {
    const { result, fetched } = await finish(linked, { format: "jpeg", delivery: "url" });
    expect(fetched).toHaveLength(2);
    expect(result).toMatchObject({ image: { content: { kind: "bytes" }, mimeType: "image/jpeg" } });
  });

  it("fetches the whole file when its beginning does not tell the size", async () => {
    // A JPEG may carry more than the prefix in profiles and thumbnails before its frame.
    const jpeg = await sharp(png).jpeg().toBuffer();
    const segment = new Uint8Array(60_002);
    segment.set([0xff, 0xef, 0xea, 0x60]);
    const long = Buffer.concat([jpeg.subarray(0, 2), segment, segment, jpeg.subarray(2)]);
    const { result, fetched } = await finish(linked, {}, long);
    expect(fetched).toHaveLength(2);
    expect(result).toMatchObject({ image: { mimeType: "image/jpeg", width: 30, height: 20 } });
  });

  it("fails when there is no image at it", async () => {
    const { result, fetched } = await finish(linked, {}, new TextEncoder().encode("gone"));
    expect(fetched).toHaveLength(1);
    expect(result).toMatchObject({ failure: { class: "server_fault", billed: true } });
  });
});

describe("a fetch that fails", () => {
  const broken: Failure = { class: "never_sent", delivery: "not_sent", message: "No route." };

  it("is made once more, since the work is paid", async () => {
    const { result, fetched } = await finish(linked, { delivery: "bytes" }, [broken]);
    expect(fetched).toHaveLength(2);
    expect(result.kind).toBe("finished");
  });

  it("is the server's fault in the end: sent, and billed", async () => {
    const { result } = await finish(linked, { delivery: "bytes" }, [broken, broken]);
    expect(result).toEqual({
      kind: "failed",
      failure: {
        class: "server_fault",
        delivery: "sent",
        message: "The image that the provider made could not be fetched.",
        httpStatus: undefined,
        detail: "No route.",
        billed: true,
      },
    });
  });

  it("is not made again when the time is up", async () => {
    const late: Failure = { class: "deadline", delivery: "ambiguous", message: "Late." };
    const { result, fetched } = await finish(linked, { delivery: "bytes" }, [late]);
    expect(fetched).toHaveLength(1);
    expect(result).toMatchObject({ failure: { class: "deadline", delivery: "sent" } });
  });
});

describe("finishing an unfinished version", () => {
  it("reads type and size and converts nothing", () => {
    expect(finishPartialImage({ content: { kind: "bytes", bytes: png } }, "a")).toMatchObject({
      mimeType: "image/png",
      width: 30,
    });
  });

  it("shows nothing where there is nothing to show", () => {
    expect(finishPartialImage(linked, "a")).toBeUndefined();
    expect(
      finishPartialImage({ content: { kind: "bytes", bytes: new Uint8Array(40) } }, "a"),
    ).toBeUndefined();
  });
});
