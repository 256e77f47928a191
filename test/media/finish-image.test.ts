import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { Failure } from "../../src/domain/failure.ts";
import type { FetchedFile, FileToFetch, Finish } from "../../src/domain/finish.ts";
import { freeImageMemory, takeImageMemory } from "../../src/domain/image-memory.ts";
import type { StoreResult } from "../../src/domain/media-store.ts";
import type { ProviderImage } from "../../src/domain/output.ts";
import {
  type FinishMeans,
  finishImage,
  finishPartialImage,
  imagePrefixBytes,
  maxImageBytes,
} from "../../src/media/finish-image.ts";
import { manualClock } from "../support/manual-clock.ts";

let png: Uint8Array;
beforeAll(async () => {
  png = await sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } })
    .png()
    .toBuffer();
});

const url = "https://files.test/a.png";
const linked: ProviderImage = { content: { kind: "url", url, expiresAt: 5 } };

/** Finishes an image, with a web that has one file, and tells what was fetched. */
async function finish(
  image: ProviderImage,
  wanted: Finish,
  file: Uint8Array | Failure[] = png,
  means: FinishMeans = { clock: manualClock() },
) {
  const fetched: FileToFetch[] = [];
  const job = {
    finish: wanted,
    provider: "a",
    timeLeftMs: () => 60_000,
    fetchFile: async (what: FileToFetch): Promise<FetchedFile> => {
      fetched.push(what);
      if (file instanceof Uint8Array) {
        return { kind: "file", bytes: file.subarray(0, what.prefixBytes) };
      }
      const failure = file.shift();
      return failure === undefined ? { kind: "file", bytes: png } : { kind: "failed", failure };
    },
  };
  return { result: await finishImage(image, job, means), fetched };
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
      adjustments: [],
    });
    if (result.kind !== "finished" || result.image.content.kind !== "bytes") throw new Error();
    expect(result.image.content.bytes).toBe(png);
  });

  it("leaves them as they are when they have the format that is asked", async () => {
    const { result } = await finish({ content: { kind: "bytes", bytes: png } }, { format: "png" });
    if (result.kind !== "finished" || result.image.content.kind !== "bytes") throw new Error();
    expect(result.image.content.bytes).toBe(png);
  });

  it.each(["bytes", "url"] as const)(
    "compresses %s that have the format already, but not as asked",
    async (kind) => {
      const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
      const create = { width: 64, height: 64, channels: 3, background: "red", noise } as const;
      const jpeg = await sharp({ create }).jpeg({ quality: 95 }).toBuffer();
      const image = kind === "url" ? linked : { content: { kind, bytes: jpeg } };
      const { result } = await finish(image, { format: "jpeg", compression: 40 }, jpeg);
      if (result.kind !== "finished" || result.image.content.kind !== "bytes") throw new Error();
      expect(result.image.mimeType).toBe("image/jpeg");
      expect(result.image.content.bytes.length).toBeLessThan(jpeg.length / 2);
    },
  );

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

  it("keep the format that they have when the one that is asked cannot hold them", async () => {
    const wide = await sharp({
      create: { width: 16_384, height: 1, channels: 3, background: "red" },
    })
      .png()
      .toBuffer();
    const { result } = await finish(
      { content: { kind: "bytes", bytes: wide } },
      { format: "webp", compression: 40, delivery: "url" },
    );
    expect(result).toMatchObject({
      image: { content: { kind: "bytes", bytes: wide }, mimeType: "image/png", width: 16_384 },
      adjustments: [
        {
          field: "options.format",
          requested: "webp",
          applied: "",
          kind: "dropped",
          provider: "a",
          reason: "The image cannot be written as webp.",
        },
        { field: "options.delivery", kind: "dropped" },
      ],
    });
  });

  it.each([
    ["jpeg", "options.format", "jpeg"],
    ["png", "options.compression", "40"],
  ] as const)(
    "stay as they are when to make them %s takes half of the time that is left",
    async (format, field, requested) => {
      const limits: number[] = [];
      const timer = (ms: number, callback: () => void) => {
        limits.push(ms);
        callback();
        return () => {};
      };
      const job = {
        finish: { format, compression: 40 },
        provider: "a",
        timeLeftMs: () => 3_000,
        fetchFile: () => Promise.reject(new Error("Nothing is to be fetched.")),
      };
      const result = await finishImage({ content: { kind: "bytes", bytes: png } }, job, {
        clock: { ...manualClock(), timer },
      });
      expect(limits).toEqual([1_500]);
      expect(result).toMatchObject({
        image: { content: { bytes: png }, mimeType: "image/png" },
        adjustments: [{ field, requested, applied: "", kind: "dropped" }],
      });
    },
  );
});

describe("finishing an address", () => {
  it("hands it on, and reads type and size from the beginning of the file", async () => {
    const { result, fetched } = await finish(linked, { delivery: "url" });
    expect(fetched).toEqual([{ url, maxBytes: maxImageBytes, prefixBytes: imagePrefixBytes }]);
    expect(result).toMatchObject({
      image: { content: linked.content, mimeType: "image/png", width: 30, height: 20 },
    });
  });

  it("tells of a link that nobody could ask for", async () => {
    const { result } = await finish(linked, { delivery: "url", linkIsUnplanned: true });
    expect(result).toMatchObject({
      image: { content: linked.content },
      adjustments: [{ field: "options.delivery", applied: "url", kind: "emulated" }],
    });
  });

  it("asks no second time for a file that the guard refuses, and says why", async () => {
    const refusal: Failure = {
      class: "server_fault",
      delivery: "sent",
      message: "The address of the file leads nowhere good.",
      permanent: true,
    };
    const { result, fetched } = await finish(linked, { delivery: "bytes" }, [refusal, refusal]);
    expect(fetched).toHaveLength(1);
    expect(result).toMatchObject({
      failure: {
        message:
          "The egress guard refused the address of the image that the provider made (see allow_hosts and allow_private_network). The address of the file leads nowhere good.",
        permanent: true,
        billed: true,
      },
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

  it("is the server's fault in the end: sent, billed, and not to be asked of it again", async () => {
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
        permanent: true,
      },
    });
  });

  it("is not made again when the time is up", async () => {
    const late: Failure = { class: "deadline", delivery: "ambiguous", message: "Late." };
    const { result, fetched } = await finish(linked, { delivery: "bytes" }, [late]);
    expect(fetched).toHaveLength(1);
    expect(result).toMatchObject({
      failure: { class: "deadline", delivery: "sent", billed: true },
    });
  });
});

describe("a compression that the provider was asked for", () => {
  it("is kept to where it made another format, and Spillway converts", async () => {
    const made: ProviderImage = { content: { kind: "bytes", bytes: await noise() } };
    const bytesOf = async (askedCompression: number) => {
      const { result } = await finish(made, { format: "webp", askedCompression });
      if (result.kind !== "finished" || result.image.content.kind !== "bytes") throw new Error();
      return result.image.content.bytes.length;
    };
    expect(await bytesOf(1)).toBeLessThan((await bytesOf(100)) / 2);
  });

  it("is no reason to write its own file anew", async () => {
    const made: ProviderImage = { content: { kind: "bytes", bytes: png } };
    const { result } = await finish(made, { format: "png", askedCompression: 50 });
    expect(result).toMatchObject({ image: { content: { bytes: png } } });
  });
});

/** What a compression makes a difference to. */
function noise(): Promise<Buffer> {
  const gaussian = { type: "gaussian", mean: 128, sigma: 60 } as const;
  return sharp({
    create: { width: 64, height: 64, channels: 3, background: "red", noise: gaussian },
  })
    .png()
    .toBuffer();
}

describe("a size that the provider did not keep", () => {
  const made = (): ProviderImage => ({ content: { kind: "bytes", bytes: png } });
  const pixels = (width: number, height: number) =>
    ({
      field: "options.pixels",
      requested: `${width}x${height}`,
      asked: { kind: "pixels", width, height },
    }) as const;
  const ratio = (width: number, height: number) =>
    ({
      field: "options.aspect_ratio",
      requested: `${width}:${height}`,
      asked: { kind: "aspect_ratio", width, height },
    }) as const;
  const changed = { applied: "30x20", kind: "converted", provider: "a" };

  it("is told, in pixels, whether the image is handed over or linked", async () => {
    const size = pixels(32, 20);
    const told = [{ ...changed, field: "options.pixels", requested: "32x20" }];
    expect((await finish(made(), { size })).result).toMatchObject({ adjustments: told });
    expect((await finish(made(), { size, format: "webp" })).result).toMatchObject({
      adjustments: told,
    });
    expect((await finish(linked, { size })).result).toMatchObject({ adjustments: told });
    const planned = { size, delivery: "url", linkIsUnplanned: true } as const;
    expect((await finish(linked, planned)).result).toMatchObject({
      adjustments: [...told, { field: "options.delivery" }],
    });
  });

  it("is told where the ratio is more than 5 % off", async () => {
    expect((await finish(made(), { size: ratio(16, 9) })).result).toMatchObject({
      adjustments: [{ ...changed, field: "options.aspect_ratio", requested: "16:9" }],
    });
  });

  it("is told by its scale, where that is more than 1.6 times off", async () => {
    const toldOf = async (area: number) => {
      const { result } = await finish(made(), { scale: { area, requested: "2K" } });
      return result.kind === "finished" ? result.adjustments : undefined;
    };
    expect(await toldOf(1000)).toMatchObject([
      { ...changed, field: "options.resolution", requested: "2K" },
    ]);
    expect(await toldOf(900)).toEqual([]);
    expect(await toldOf(400)).toEqual([]);
    expect(await toldOf(300)).toHaveLength(1);
  });

  it.each([
    pixels(30, 20),
    ratio(3, 2),
    ratio(77, 50),
    // The caller's ratio as pixels: the provider's own step is no other ratio.
    { ...ratio(3, 2), asked: { kind: "pixels", width: 1536, height: 1024 } } as const,
    undefined,
  ])("is not told of one that was kept: %j", async (size) => {
    expect((await finish(made(), { size })).result).toMatchObject({ adjustments: [] });
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

describe("an image for which a link is wanted", () => {
  /** A place that answers as told, and what was put there. */
  function placeThat(answer: () => StoreResult | Promise<StoreResult>) {
    const clock = manualClock();
    const kept: { bytes: Uint8Array; mimeType: string }[] = [];
    const place: FinishMeans = {
      clock,
      store: {
        put: async (bytes, mimeType) => {
          kept.push({ bytes, mimeType });
          return answer();
        },
        close: async () => {},
      },
    };
    return { place, clock, kept };
  }

  const bytes = (): ProviderImage => ({ content: { kind: "bytes", bytes: png } });
  const kept: StoreResult = { kind: "stored", url: "https://media.test/a.png", expiresAt: 9 };
  const dropped = (reason: string) => ({
    field: "options.delivery",
    requested: "url",
    applied: "",
    kind: "dropped",
    provider: "a",
    reason,
  });

  it("goes into the store when it came as bytes", async () => {
    const { place, kept: files, clock } = placeThat(() => kept);
    const { result } = await finish(bytes(), { delivery: "url" }, png, place);
    expect(result).toEqual({
      kind: "finished",
      image: expect.objectContaining({
        content: { kind: "url", url: "https://media.test/a.png", expiresAt: 9 },
        mimeType: "image/png",
        width: 30,
      }),
      adjustments: [],
    });
    expect(files).toEqual([{ bytes: png, mimeType: "image/png" }]);
    expect(clock.pending()).toBe(0);
  });

  it("goes into the store when it had to be converted", async () => {
    const { place, kept: files } = placeThat(() => kept);
    const { result } = await finish(linked, { format: "webp", delivery: "url" }, png, place);
    expect(result).toMatchObject({
      image: { content: { kind: "url", expiresAt: 9 }, mimeType: "image/webp" },
    });
    expect(files).toMatchObject([{ mimeType: "image/webp" }]);
  });

  it("keeps the provider's link, however soon that ends", async () => {
    const { place, kept: files } = placeThat(() => kept);
    const { result } = await finish(linked, { delivery: "url" }, png, place);
    expect(result).toMatchObject({ image: { content: { kind: "url", url, expiresAt: 5 } } });
    expect(files).toEqual([]);
  });

  it("stays out of the store when no link is wanted", async () => {
    const { place, kept: files } = placeThat(() => kept);
    for (const delivery of ["bytes", undefined] as const) {
      const { result } = await finish(bytes(), { delivery }, png, place);
      expect(result).toMatchObject({ image: { content: { kind: "bytes" } } });
    }
    expect(files).toEqual([]);
  });

  it("arrives as bytes when the store does not take it, and says why", async () => {
    const { place } = placeThat(() => ({ kind: "failed", message: "The media store is full." }));
    const { result } = await finish(bytes(), { delivery: "url" }, png, place);
    expect(result).toMatchObject({
      image: { content: { kind: "bytes", bytes: png } },
      adjustments: [dropped("The media store is full.")],
    });
  });

  it("arrives as bytes when there is no store, and says so", async () => {
    const { result } = await finish(bytes(), { delivery: "url" });
    expect(result).toMatchObject({
      image: { content: { kind: "bytes" } },
      adjustments: [dropped("The provider gave no link, and there is nowhere to put the file.")],
    });
  });

  it("stays in memory for a store and a conversion that read it for longer than they may", async () => {
    const memory = takeImageMemory(100_000);
    memory.set(png);
    const image: ProviderImage = { content: { kind: "bytes", bytes: memory } };
    const { place } = placeThat(() => ({ kind: "failed", message: "Full." }));
    await finish(image, { delivery: "url" }, png, place);
    freeImageMemory(memory);
    expect(memory).toHaveLength(100_000);
    const other = takeImageMemory(100_000);
    other.set(png);
    await finish({ content: { kind: "bytes", bytes: other } }, { format: "webp" });
    freeImageMemory(other);
    expect(other).toHaveLength(100_000);
  });

  it("arrives as bytes when the store hangs: after 10 s, or half of the time that is left", async () => {
    const { place, clock } = placeThat(() => new Promise(() => {}));
    for (const [leftMs, waitMs] of [
      [60_000, 10_000],
      [5_000, 2_500],
    ] as const) {
      let settled = false;
      const finishing = finishImage(
        bytes(),
        {
          finish: { delivery: "url" },
          provider: "a",
          timeLeftMs: () => leftMs,
          fetchFile: async () => ({ kind: "file", bytes: png }),
        },
        place,
      ).finally(() => {
        settled = true;
      });
      await clock.advance(waitMs - 1);
      expect(settled).toBe(false);
      await clock.advance(1);
      expect(await finishing).toMatchObject({
        image: { content: { kind: "bytes" } },
        adjustments: [dropped("The media store did not answer in time.")],
      });
    }
  });
});
