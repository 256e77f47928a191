import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { ChatTask, ImageEditTask, ImageInput, Task } from "../../src/domain/task.ts";
import {
  inputTimeoutMs,
  maxFetchesAtOnce,
  maxInputAddresses,
  maxInputBytes,
  maxTotalInputBytes,
} from "../../src/failover/input-fetcher.ts";
import { type InputContext, InputPreparer } from "../../src/failover/prepare-inputs.ts";
import { inputMedia } from "../../src/media/input-media.ts";
import type { InputNeeds } from "../../src/router/plan.ts";
import type { Download, DownloadResult } from "../../src/transport/transport.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scriptedTransport } from "../support/scripted-transport.ts";
import { tinyPng } from "../support/tiny-png.ts";

const png = tinyPng(10, 8);
let jpeg: Buffer;
beforeAll(async () => {
  jpeg = await sharp(png).jpeg().toBuffer();
});

const bytes = (data: Uint8Array, mimeType = ""): ImageInput => {
  return { kind: "bytes", bytes: data, mimeType };
};
const linked = (url: string, mimeType = ""): ImageInput => ({ kind: "url", url, mimeType });
const catUrl = "https://cats.example/cat.png";

const edit = (rest: Partial<ImageEditTask>): ImageEditTask => ({
  operation: "image_edit",
  prompt: "bluer",
  images: [linked(catUrl)],
  maskPolarity: "white_is_edited",
  options: { count: 1 },
  ...rest,
});

/** A preparer over a web that answers as told, and what was fetched from it. */
function kitchen(
  answer: (download: Download) => DownloadResult | Promise<DownloadResult> = () => file(png),
  over: Partial<InputContext> = {},
) {
  const clock = manualClock();
  const caller = new AbortController();
  const transport = scriptedTransport(clock, { download: answer });
  const preparer = new InputPreparer({
    transport,
    clock,
    media: inputMedia,
    reach: "public",
    callerSignal: caller.signal,
    deadlineAt: 300_000,
    ...over,
  });
  const prepare = (task: Task, inputs: InputNeeds | undefined = { fetch: true }) =>
    preparer.prepare({ task, inputs });
  return { clock, caller, preparer, prepare, downloads: transport.downloads };
}

function file(data: Uint8Array): DownloadResult {
  return { kind: "file", bytes: data, contentType: "text/html" };
}

function cannotBeHad(message: string): DownloadResult {
  return { kind: "failed", failure: { class: "server_fault", delivery: "sent", message } };
}

describe("an image by address", () => {
  it("is fetched with no credential where the target takes bytes, and its type is read", async () => {
    const { prepare, downloads } = kitchen();
    const prepared = await prepare(edit({ images: [linked(catUrl, "image/gif")] }));
    expect(prepared).toMatchObject({
      kind: "prepared",
      task: { prompt: "bluer", images: [{ kind: "bytes", bytes: png, mimeType: "image/png" }] },
    });
    expect(downloads).toEqual([
      {
        url: catUrl,
        reach: "public",
        maxBytes: maxInputBytes,
        claim: expect.any(Function),
        headers: {},
        signal: expect.any(AbortSignal),
      },
    ]);
    expect(maxInputBytes).toBe(50 * 1024 * 1024);
  });

  it("is handed on where the target fetches by itself", async () => {
    const { prepare, downloads } = kitchen();
    const task = edit({ mask: linked("https://cats.example/mask.png") });
    const needs = { fetch: false, mask: "white_is_edited" } as const;
    expect(await prepare(task, needs)).toEqual({ kind: "prepared", task, conversions: [] });
    expect(downloads).toEqual([]);
  });

  it("is fetched where its host is allowed here by name or network, since providers cannot reach that", async () => {
    const reach = { networks: "public", hosts: ["files.corp.example", "10.1.0.0/16"] } as const;
    const { prepare, downloads } = kitchen(undefined, { reach });
    const urls = ["http://files.corp.example/a.png", "http://10.1.2.3/a.png", catUrl];
    const task = edit({ images: urls.map((url) => linked(url)) });
    expect(await prepare(task, { fetch: false })).toMatchObject({
      task: { images: [{ kind: "bytes" }, { kind: "bytes" }, { kind: "url", url: catUrl }] },
    });
    expect(downloads.map(({ url }) => url)).toEqual(urls.slice(0, 2));
  });

  it("that must not be fetched here is not handed on either", async () => {
    const { prepare, downloads } = kitchen();
    const inner = linked("http://169.254.169.254/latest/meta-data/");
    const needs = { fetch: false, mask: "white_is_edited" } as const;
    const description =
      "cannot be fetched: the address of the file leads to a network that is not allowed";
    expect(await prepare(edit({ images: [inner] }), needs)).toMatchObject({
      violation: { field: "image_edit.images[0].url", description },
    });
    expect(await prepare(edit({ mask: inner }), needs)).toMatchObject({
      violation: { field: "image_edit.mask.url", description },
    });
    expect(downloads).toEqual([]);
  });

  it("is fetched once for all targets of a request", async () => {
    const { prepare, downloads } = kitchen();
    const task = edit({});
    const first = await prepare(task);
    // The fit of another target has the same images in another task.
    const second = await prepare({ ...task, options: { count: 2 } });
    expect(downloads).toHaveLength(1);
    expect(second).toMatchObject({ task: { images: [{ bytes: png }], options: { count: 2 } } });
    expect(first.kind).toBe("prepared");
  });

  it("that turns out larger than a target takes goes to another one", async () => {
    const { prepare, downloads } = kitchen();
    const task = edit({ images: [linked(catUrl), bytes(png)] });
    const limit = png.length * 2;
    expect(await prepare(task, { fetch: true, maxBytes: limit - 1 })).toEqual({
      kind: "unsuitable",
      reason: `cannot take more than ${limit - 1} bytes of input images`,
    });
    expect(await prepare(task, { fetch: true, maxBytes: limit })).toMatchObject({
      kind: "prepared",
    });
    expect(downloads).toHaveLength(1);
  });

  it("that cannot be had is asked for once as well", async () => {
    const { prepare, downloads } = kitchen(() => cannotBeHad("The server answered 404."));
    const task = edit({});
    expect(await prepare(task)).toEqual(await prepare(task));
    expect(downloads).toHaveLength(1);
  });

  it("inside the address itself is taken out, whatever the target fetches", async () => {
    const url = `data:image/png;base64,${png.toString("base64")}`;
    const { prepare, downloads } = kitchen();
    await prepare(edit({ images: [linked(url)] }), { fetch: false });
    expect(downloads).toMatchObject([{ url }]);
  });

  it("is the caller's fault when it cannot be had, and the field is named", async () => {
    const reason = "The address of the file leads to a network that is not allowed.";
    const { prepare } = kitchen(() => cannotBeHad(reason));
    const task = edit({ images: [bytes(png), linked("http://10.0.0.1/secret")] });
    expect(await prepare(task)).toEqual({
      kind: "unusable",
      violation: {
        field: "image_edit.images[1].url",
        description:
          "cannot be fetched: the address of the file leads to a network that is not allowed",
        rule: "spillway.image_input.fetch",
      },
    });
  });

  it("that is no image is the caller's fault, whatever type the server says", async () => {
    const { prepare } = kitchen(() => file(Buffer.from("<html>a page</html>")));
    expect(await prepare({ ...upscale, image: linked(catUrl) })).toMatchObject({
      violation: {
        field: "image_upscale.image.url",
        description: "is not a PNG, JPEG, WebP, AVIF or GIF image",
      },
    });
  });

  it("has 30 s, and then it is the caller's fault", async () => {
    const { prepare, clock } = kitchen(hangs);
    const prepared = prepare(edit({}));
    await clock.advance(inputTimeoutMs - 1);
    let settled = false;
    void prepared.then(() => {
      settled = true;
    });
    await clock.advance(0);
    expect(settled).toBe(false);
    await clock.advance(1);
    hanging.forEach((end) => void end());
    expect(await prepared).toMatchObject({
      violation: { description: "was not there within 30 s" },
    });
  });

  it("is fetched once, in however many places of the request its address stands", async () => {
    const { prepare, downloads } = kitchen();
    const images = Array.from({ length: 16 }, () => linked(catUrl));
    expect(await prepare(edit({ images, mask: linked(catUrl) }))).toMatchObject({
      kind: "prepared",
    });
    expect(downloads).toHaveLength(1);
  });

  it("is the caller's fault when it makes all of them together too large", async () => {
    let fetched = 0;
    const { prepare } = kitchen(({ claim }) => {
      fetched += 1;
      return claim?.(maxTotalInputBytes / 2) ? file(png) : cannotBeHad("There is no room.");
    });
    const images = [1, 2, 3, 4].map((number) => linked(`${catUrl}?${number}`));
    expect(await prepare(edit({ images }))).toMatchObject({
      kind: "unusable",
      violation: {
        field: "image_edit.images[2].url",
        description: "makes the images that are fetched larger than 67108864 bytes together",
      },
    });
    expect(fetched).toBe(4);
  });

  it("waits for its turn where there are many, and is not fetched when one before it was of no use", async () => {
    const running = new Set<() => void>();
    const { prepare, downloads } = kitchen(
      () =>
        new Promise((resolve) => {
          running.add(() => resolve(cannotBeHad("It is gone.")));
        }),
    );
    const images = Array.from({ length: 16 }, (_, number) => linked(`${catUrl}?${number}`));
    const prepared = prepare(edit({ images }));
    expect(downloads).toHaveLength(maxFetchesAtOnce);
    for (const end of running) end();
    expect(await prepared).toMatchObject({
      violation: {
        field: "image_edit.images[0].url",
        description: "cannot be fetched: it is gone",
      },
    });
    expect(downloads).toHaveLength(maxFetchesAtOnce);
  });

  it("is one of so many addresses that are asked for a request", async () => {
    const { prepare, downloads } = kitchen();
    const images = Array.from({ length: 300 }, (_, number) => linked(`${catUrl}?${number}`));
    expect(await prepare(edit({ images }))).toMatchObject({
      violation: {
        field: "image_edit.images[250].url",
        description: "comes after 250 others, the most that are fetched",
      },
    });
    expect(downloads).toHaveLength(maxInputAddresses);
  });

  it("is given up when the caller leaves, and at the deadline", async () => {
    const leaving = kitchen(hangs);
    const left = leaving.prepare(edit({}));
    await leaving.clock.advance(10);
    leaving.caller.abort();
    hanging.forEach((end) => void end());
    expect(await left).toEqual({ kind: "ended" });
    expect(leaving.downloads[0]?.signal.aborted).toBe(true);

    const late = kitchen(hangs, { deadlineAt: 5_000 });
    const ended = late.prepare(edit({}));
    await late.clock.advance(5_000);
    hanging.forEach((end) => void end());
    expect(await ended).toEqual({ kind: "ended" });
  });
});

const upscale = {
  operation: "image_upscale",
  image: bytes(png),
  scaleFactor: 2,
  options: { count: 1 },
} as const satisfies Task;

const hanging = new Set<() => void>();

/** A download that goes on until the test ends it. */
function hangs(): Promise<DownloadResult> {
  return new Promise((resolve) => {
    hanging.add(() => resolve(cannotBeHad("Aborted.")));
  });
}

describe("an image as bytes", () => {
  it("gets its true type, whatever the caller says it is, and is not copied", async () => {
    const { prepare } = kitchen();
    const prepared = await prepare({ ...upscale, image: bytes(jpeg, "image/png") });
    if (prepared.kind !== "prepared" || prepared.task.operation !== "image_upscale")
      throw new Error();
    expect(prepared.task.image).toMatchObject({ mimeType: "image/jpeg" });
    expect(prepared.task.image.kind === "bytes" && prepared.task.image.bytes).toBe(jpeg);
  });

  it("that is none is the caller's fault, and the field is named", async () => {
    const { prepare } = kitchen();
    expect(await prepare({ ...upscale, image: bytes(Buffer.from("%PDF-1.7 and so on")) })).toEqual({
      kind: "unusable",
      violation: {
        field: "image_upscale.image.data",
        description: "is not a PNG, JPEG, WebP, AVIF or GIF image",
        rule: "spillway.image_input.image",
      },
    });
  });
});

describe("a file that the target does not take", () => {
  const needs = { fetch: true, file: { types: ["image/png", "image/jpeg"] } };
  let gif: Buffer;
  beforeAll(async () => {
    gif = await sharp(png).gif().toBuffer();
  });

  it("becomes a PNG, which is told, once for all targets", async () => {
    let conversions = 0;
    const toPng = (image: Uint8Array) => {
      conversions++;
      return inputMedia.toPng(image);
    };
    const { prepare } = kitchen(() => file(gif), { media: { ...inputMedia, toPng } });
    const task = edit({ images: [linked(catUrl), bytes(jpeg)] });
    for (const turn of [1, 2]) {
      expect(await prepare(task, needs), `${turn}`).toMatchObject({
        kind: "prepared",
        task: {
          images: [
            { mimeType: "image/png", size: { width: 10, height: 8 } },
            { mimeType: "image/jpeg", bytes: jpeg },
          ],
        },
        conversions: [
          { field: "images[0]", requested: "image/gif", applied: "image/png", kind: "emulated" },
        ],
      });
    }
    expect(conversions).toBe(1);
  });

  it("is left alone where the target fetches it by itself", async () => {
    const { prepare, downloads } = kitchen();
    expect(await prepare(edit({}), { ...needs, fetch: false })).toMatchObject({ conversions: [] });
    expect(downloads).toEqual([]);
  });

  it("goes to another target when it is too large for this one, or too large to be converted", async () => {
    const task = edit({ images: [bytes(png), bytes(gif)] });
    const { prepare } = kitchen();
    const limit = png.length - 1;
    expect(await prepare(task, { fetch: true, file: { maxBytes: limit } })).toEqual({
      kind: "unsuitable",
      reason: `cannot take an image of more than ${limit} bytes`,
    });
    const toPng = async () => ({ kind: "impossible" }) as const;
    const helpless = kitchen(undefined, { media: { ...inputMedia, toPng } });
    expect(await helpless.prepare(task, needs)).toEqual({
      kind: "unsuitable",
      reason: "cannot take image/gif, and the image is too large to be converted",
    });
  });

  it("is not converted once the request has ended, nor waited for", async () => {
    let begun = 0;
    const toPng = () => {
      begun++;
      return new Promise<never>(() => {});
    };
    const task = edit({ images: [bytes(gif), bytes(Buffer.from(gif))] });
    const late = kitchen(undefined, { deadlineAt: 5_000, media: { ...inputMedia, toPng } });
    const ended = late.prepare(task, needs);
    await late.clock.advance(5_000);
    expect(await ended).toEqual({ kind: "ended" });
    const leaving = kitchen(undefined, { media: { ...inputMedia, toPng } });
    const left = leaving.prepare(task, needs);
    await leaving.clock.advance(10);
    leaving.caller.abort();
    expect(await left).toEqual({ kind: "ended" });
    await leaving.clock.advance(10);
    expect(begun).toBe(2);
  });

  it("goes to another target when all of them would be too large as PNG", async () => {
    let begun = 0;
    const large = Buffer.concat([png, Buffer.alloc(maxTotalInputBytes / 2)]);
    const toPng = async () => {
      begun++;
      return { kind: "converted", bytes: large } as const;
    };
    const { prepare } = kitchen(undefined, { media: { ...inputMedia, toPng } });
    const images = [1, 2, 3].map(() => bytes(Buffer.from(gif)));
    expect(await prepare(edit({ images }), needs)).toEqual({
      kind: "unsuitable",
      reason: `cannot take these images as they are, and as PNG they have more than ${maxTotalInputBytes} bytes together`,
    });
    expect(await prepare(edit({ images: images.slice(0, 1) }), needs)).toMatchObject({
      kind: "prepared",
    });
    expect(begun).toBe(2);
  });

  it("that cannot be decoded is the caller's fault", async () => {
    const { prepare } = kitchen();
    const task = edit({ images: [bytes(gif.subarray(0, 20))] });
    expect(await prepare(task, needs)).toMatchObject({
      violation: { field: "image_edit.images[0]", description: "cannot be decoded as an image" },
    });
  });
});

describe("a conversation", () => {
  const talk = (...images: readonly ImageInput[]): ChatTask => ({
    operation: "chat",
    messages: [
      { role: "system", parts: [{ kind: "text", text: "Look." }] },
      {
        role: "user",
        parts: [
          { kind: "text", text: "What is this?" },
          ...images.map((image) => ({ kind: "image", image }) as const),
        ],
      },
    ],
    stop: [],
    tools: [],
  });

  it("has its images prepared where they stand", async () => {
    const { prepare } = kitchen();
    const task = talk(linked(catUrl), bytes(jpeg));
    const prepared = await prepare(task);
    expect(prepared).toMatchObject({
      task: {
        messages: [
          task.messages[0],
          {
            parts: [
              { text: "What is this?" },
              { image: { kind: "bytes", mimeType: "image/png" } },
              { image: { kind: "bytes", mimeType: "image/jpeg" } },
            ],
          },
        ],
      },
    });
  });

  it("names the part whose image is of no use", async () => {
    const { prepare } = kitchen();
    expect(await prepare(talk(bytes(png), bytes(Buffer.from("nothing of use"))))).toMatchObject({
      violation: { field: "chat.messages[1].parts[2].image.data" },
    });
  });

  it("without images is left as it is", async () => {
    const { preparer } = kitchen();
    const task = talk();
    const prepared = await preparer.prepare({ task, inputs: undefined });
    expect(prepared.kind === "prepared" && prepared.task).toBe(task);
  });
});

describe("a mask", () => {
  it("is rewritten for the target's polarity, once for each", async () => {
    let conversions = 0;
    const { prepare } = kitchen(undefined, {
      media: {
        ...inputMedia,
        convertMask: (mask, from, to) => {
          conversions++;
          return inputMedia.convertMask(mask, from, to);
        },
      },
    });
    const task = edit({ images: [bytes(png)], mask: bytes(png) });
    for (const mask of ["black_is_edited", "black_is_edited", "transparent_is_edited"] as const) {
      expect(await prepare(task, { fetch: true, mask })).toMatchObject({
        task: { maskPolarity: mask, mask: { kind: "bytes", mimeType: "image/png" } },
      });
    }
    expect(conversions).toBe(2);
  });

  it("that the target reads as it is stays as it is", async () => {
    const { prepare } = kitchen();
    const task = edit({ images: [bytes(png)], mask: bytes(png, "image/webp") });
    expect(await prepare(task, { fetch: true, mask: "white_is_edited" })).toMatchObject({
      task: {
        maskPolarity: "white_is_edited",
        mask: { kind: "bytes", bytes: png, mimeType: "image/png" },
      },
    });
  });

  it("that is no file of the target's is written anew, and so is one that is too large", async () => {
    const webp = await sharp(png).webp({ lossless: true }).toBuffer();
    const { prepare } = kitchen();
    const maskFile = { types: ["image/png"], maxBytes: 1000 };
    const needs = { fetch: true, mask: "white_is_edited", maskFile } as const;
    const large = await sharp(png)
      .withExif({ IFD0: { Copyright: "x".repeat(2000) } })
      .png()
      .toBuffer();
    for (const mask of [bytes(webp), bytes(large)]) {
      const prepared = await prepare(edit({ images: [bytes(png)], mask }), needs);
      expect(prepared).toMatchObject({
        task: { mask: { mimeType: "image/png" } },
        conversions: [{ field: "mask", applied: "image/png", kind: "emulated" }],
      });
    }
    const tight = { ...needs, maskFile: { types: ["image/png"], maxBytes: 10 } };
    expect(await prepare(edit({ images: [bytes(png)], mask: bytes(webp) }), tight)).toMatchObject({
      kind: "unsuitable",
    });
  });

  it("by address is fetched to be rewritten, though the target fetches by itself", async () => {
    const { prepare, downloads } = kitchen();
    const maskUrl = "https://cats.example/mask.png";
    const prepared = await prepare(edit({ mask: linked(maskUrl) }), {
      fetch: false,
      mask: "black_is_edited",
    });
    expect(downloads.map(({ url }) => url)).toEqual([maskUrl]);
    expect(prepared).toMatchObject({
      task: { images: [linked(catUrl)], mask: { kind: "bytes" }, maskPolarity: "black_is_edited" },
    });
  });

  it("of another size than the first image is the caller's fault", async () => {
    const { prepare } = kitchen();
    const task = edit({ images: [bytes(png), bytes(tinyPng(4, 4))], mask: bytes(tinyPng(8, 10)) });
    for (const mask of ["white_is_edited", "black_is_edited"] as const) {
      expect(await prepare(task, { fetch: true, mask })).toEqual({
        kind: "unusable",
        violation: {
          field: "image_edit.mask",
          description: "is 8x10, and the first image is 10x8; it must be of the same size",
          rule: "spillway.image_input.mask_size",
        },
      });
    }
  });

  it("that cannot be decoded is the caller's fault", async () => {
    const { prepare } = kitchen();
    const task = edit({ images: [bytes(png)], mask: bytes(png.subarray(0, 40)) });
    expect(await prepare(task, { fetch: true, mask: "black_is_edited" })).toMatchObject({
      violation: { field: "image_edit.mask", description: "cannot be decoded as an image" },
    });
  });
});
