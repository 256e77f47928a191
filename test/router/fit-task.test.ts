import { describe, expect, it } from "vitest";
import type { Adjustment } from "../../src/domain/adjustment.ts";
import type { ImageCapabilities } from "../../src/domain/capabilities.ts";
import type { ImageOptions } from "../../src/domain/image-options.ts";
import type { OfferLimits } from "../../src/domain/offer-limits.ts";
import type { ChatTask, ImageEditTask, ImageUpscaleTask, Task } from "../../src/domain/task.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import { abilityOf } from "../../src/router/ability.ts";
import { type FitOptions, type FitResult, fitTask } from "../../src/router/fit-task.ts";
import type { Fit } from "../../src/router/plan.ts";
import { fakeEndpoint } from "../support/fake-provider.ts";
import { chatTask, imageTask } from "../support/fake-request.ts";

/** Fits a task to what a model of an endpoint can be asked. */
function fitAt(
  task: Task,
  endpoint: Endpoint,
  model: string,
  { limits, ...options }: FitOptions & { readonly limits?: OfferLimits },
): FitResult {
  return fitTask(task, abilityOf(endpoint, model, task.operation, limits), options);
}

const all = ["text_to_image", "image_edit", "image_upscale", "chat"] as const;

function tryFit(
  task: Task,
  images: Partial<ImageCapabilities> = {},
  mode: "adapt" | "strict" = "adapt",
) {
  return fitAt(task, fakeEndpoint({ slug: "acme", operations: all, images }), "m", { mode });
}

function fits(task: Task, images: Partial<ImageCapabilities> = {}): Fit {
  const result = tryFit(task, images);
  if (result.kind === "unsupported") throw new Error(result.reason);
  return result.fit;
}

/** The options as they are sent, without what is undefined. */
function sent({ task }: Fit): Partial<ImageOptions> {
  if (task.operation === "chat") throw new Error("A chat has no image options.");
  return Object.fromEntries(
    Object.entries(task.options).filter(([, value]) => value !== undefined),
  );
}

const told = (adjustments: readonly Adjustment[]) =>
  adjustments.map(({ field, kind, applied }) => `${field} ${kind} ${applied}`.trim());

const edit: ImageEditTask = {
  operation: "image_edit",
  prompt: "bluer",
  images: [{ kind: "url", url: "https://example.com/a.png", mimeType: "" }],
  maskPolarity: "transparent_is_edited",
  options: { count: 1 },
};
const upscale: ImageUpscaleTask = {
  operation: "image_upscale",
  image: { kind: "url", url: "https://example.com/a.png", mimeType: "" },
  scaleFactor: 2,
  options: { count: 1 },
};

const ratio16to9 = { kind: "aspect_ratio", width: 16, height: 9 } as const;

describe("what the catalogue holds an offer to", () => {
  const endpoint = fakeEndpoint({
    slug: "acme",
    operations: all,
    images: { maxCountPerCall: 4, size: { kind: "ratio", ratios: ["1:1", "16:9"] } },
  });
  const limits = { maxCount: 1, aspectRatios: ["1:1"], maxInputImages: 1 };
  const limited = (task: Task, mode: "adapt" | "strict" = "adapt") =>
    fitAt(task, endpoint, "m", { mode, limits });

  it("counts as what the provider can do", () => {
    const task = imageTask({ count: 2, size: ratio16to9 });
    const result = limited(task);
    if (result.kind === "unsupported") throw new Error(result.reason);
    expect(result.fit.maxCountPerCall).toBe(1);
    expect(told(result.fit.adjustments)).toEqual([
      "options.count emulated 2 calls",
      "options.aspect_ratio converted 1:1",
    ]);
    expect(limited(task, "strict")).toMatchObject({ field: "options.aspect_ratio" });
  });

  it("leaves a chat alone, and no edit with more images than it says", () => {
    expect(limited(chatTask())).toMatchObject({ kind: "fits" });
    const two = { ...edit, images: [...edit.images, ...edit.images] };
    expect(limited(edit)).toMatchObject({ kind: "fits" });
    expect(limited(two)).toMatchObject({ kind: "unsupported", field: "images" });
  });
});

describe("what a provider can do", () => {
  it("is sent as it is, with nothing to report", () => {
    const options: ImageOptions = {
      count: 4,
      size: { kind: "aspect_ratio", width: 16, height: 9 },
      resolution: "2K",
      quality: "high",
      background: "transparent",
      seed: 0,
      format: "webp",
      compression: 80,
      delivery: "bytes",
    };
    const fitted = fits(imageTask(options, { negativePrompt: "people" }), {
      maxCountPerCall: 10,
      size: { kind: "ratio", ratios: ["16:9"] },
      resolutions: ["2K"],
      qualities: ["high"],
      backgrounds: ["transparent"],
      seed: true,
      negativePrompt: true,
      formats: ["webp"],
      compressibleFormats: ["webp"],
    });
    expect(fitted.adjustments).toEqual([]);
    expect(sent(fitted)).toEqual(options);
    expect(fitted.task).toMatchObject({ negativePrompt: "people" });
    expect(fitted.finish).toEqual({
      format: "webp",
      compression: undefined,
      askedCompression: 80,
      size: {
        asked: { kind: "aspect_ratio", width: 16, height: 9 },
        field: "options.aspect_ratio",
        requested: "16:9",
      },
      scale: { area: 2048 * 2048, requested: "2K" },
      delivery: "bytes",
      linkIsUnplanned: false,
    });
  });
});

describe("the count", () => {
  it("beyond one call is emulated, and the task keeps the whole of it", () => {
    const fitted = fits(imageTask({ count: 5 }), { maxCountPerCall: 2 });
    expect(told(fitted.adjustments)).toEqual(["options.count emulated 3 calls"]);
    expect(fitted.maxCountPerCall).toBe(2);
    expect(sent(fitted).count).toBe(5);
  });
});

describe("the quality", () => {
  it.each([
    ["high", ["low", "medium"], "medium", ["options.quality converted medium"]],
    ["medium", ["low", "high"], "low", ["options.quality converted low"]],
    ["low", ["high"], "high", ["options.quality converted high"]],
    ["medium", [], undefined, ["options.quality dropped"]],
    ["medium", ["auto"], undefined, ["options.quality dropped"]],
    ["auto", ["low", "high"], undefined, []],
    ["auto", ["auto", "low"], "auto", []],
  ] as const)("%s of %o becomes %s", (quality, qualities, expected, adjustments) => {
    const fitted = fits(imageTask({ quality }), { qualities });
    expect(sent(fitted).quality).toBe(expected);
    expect(told(fitted.adjustments)).toEqual(adjustments);
  });
});

describe("the background", () => {
  const backgrounds = ["auto", "transparent", "opaque"] as const;

  it.each([
    ["jpeg", ["options.background dropped"], undefined],
    // A pixel of a GIF is transparent or not.
    ["gif", [], "transparent"],
  ] as const)("that is transparent in a %s file comes to %j", (format, expected, background) => {
    const fitted = fits(imageTask({ background: "transparent", format }), {
      backgrounds,
      formats: [format],
    });
    expect(told(fitted.adjustments)).toEqual(expected);
    expect(sent(fitted)).toEqual({ count: 1, format, ...(background && { background }) });
  });

  it("that a provider does not know is dropped, but auto is what it does anyway", () => {
    expect(told(fits(imageTask({ background: "opaque" })).adjustments)).toEqual([
      "options.background dropped",
    ]);
    expect(fits(imageTask({ background: "auto" })).adjustments).toEqual([]);
  });
});

describe("what a provider has no parameter for", () => {
  it("is dropped, and the caller's words are not repeated", () => {
    const fitted = fits(imageTask({ seed: 0 }, { negativePrompt: "secret" }));
    expect(told(fitted.adjustments)).toEqual(["negative_prompt dropped", "options.seed dropped"]);
    expect(fitted.task).toMatchObject({ negativePrompt: "" });
    expect(sent(fitted)).toEqual({ count: 1 });
    expect(JSON.stringify(fitted.adjustments)).not.toContain("secret");
    expect(fitted.adjustments[0]?.provider).toBe("acme");
  });
});

describe("the format", () => {
  it("that a provider cannot make is converted to, from PNG where it can make that", () => {
    const fitted = fits(imageTask({ format: "avif", compression: 60 }), {
      formats: ["jpeg", "png"],
      compressibleFormats: ["jpeg"],
    });
    expect(told(fitted.adjustments)).toEqual([
      "options.format emulated avif",
      "options.compression emulated 60",
    ]);
    expect(sent(fitted)).toEqual({ count: 1, format: "png" });
    expect(fitted.finish).toMatchObject({ format: "avif", compression: 60 });
  });

  it("is left to Spillway where a provider has no such parameter", () => {
    const fitted = fits(imageTask({ format: "webp" }));
    expect(sent(fitted)).toEqual({ count: 1 });
    expect(fitted.finish.format).toBe("webp");
  });

  it("that a provider makes but cannot compress is compressed by Spillway", () => {
    const fitted = fits(imageTask({ format: "jpeg", compression: 50 }), {
      formats: ["jpeg", "png"],
    });
    expect(told(fitted.adjustments)).toEqual(["options.compression emulated 50"]);
    expect(sent(fitted)).toEqual({ count: 1, format: "png" });
    expect(fitted.finish).toMatchObject({ format: "jpeg", compression: 50 });
  });

  it.each(["png", "gif", undefined] as const)("%s takes no compression", (format) => {
    const fitted = fits(imageTask({ format, compression: 50 }), { formats: ["png", "gif"] });
    expect(told(fitted.adjustments)).toEqual(["options.compression dropped"]);
    expect(fitted.finish.compression).toBeUndefined();
  });

  it("that is not asked for is left alone", () => {
    expect(fits(imageTask()).finish).toEqual({
      format: undefined,
      compression: undefined,
      delivery: undefined,
      linkIsUnplanned: false,
    });
  });
});

describe("the seed", () => {
  it("is counted up when several calls make the images, and that is told", () => {
    const fitted = fits(imageTask({ seed: 7, count: 5 }), { seed: true, maxCountPerCall: 2 });
    expect(fitted.adjustments).toContainEqual({
      field: "options.seed",
      requested: "7",
      applied: "7, 9, 11",
      kind: "emulated",
      provider: "acme",
      reason: "Calls with the same seed would make the same images, so it is counted up.",
    });
    expect(sent(fitted).seed).toBe(7);
  });

  it.each([
    [7, 1, { least: 0, most: 9 }, 7, []],
    [9, 1, { least: 0, most: 9 }, 9, []],
    [10, 1, { least: 0, most: 9 }, 0, ["options.seed converted 0"]],
    [0, 1, { least: 1, most: 9 }, 9, ["options.seed converted 9"]],
    // Four seeds follow each other, and none of them is to be one of the others.
    [9, 4, { least: 1, most: 9 }, 3, ["options.seed converted 3, 5"]],
    [6, 4, { least: 1, most: 9 }, 6, ["options.seed emulated 6, 8"]],
  ])("%i of %i images, of %j, is sent as %i and told", (seed, count, range, applied, expected) => {
    const fitted = fits(imageTask({ seed, count }), { seed: range, maxCountPerCall: 2 });
    expect(sent(fitted).seed).toBe(applied);
    expect(told(fitted.adjustments).filter((one) => one.startsWith("options.seed"))).toEqual(
      expected,
    );
    const strict = tryFit(
      imageTask({ seed, count }),
      { seed: range, maxCountPerCall: 2 },
      "strict",
    );
    expect(strict.kind).toBe(applied === seed ? "fits" : "unsupported");
  });

  it("beyond a range comes to an equal one each time, and different ones stay different", () => {
    const seeds = [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, Number.MAX_SAFE_INTEGER];
    const range = { least: 1, most: 2 ** 31 - 1 };
    const sentSeeds = seeds.map((seed) => sent(fits(imageTask({ seed }), { seed: range })).seed);
    expect(sentSeeds).toEqual([2 ** 31 - 1, 1, 2, 2 ** 22 - 1]);
  });

  it("is the provider's own when one call makes them all", () => {
    const fitted = fits(imageTask({ seed: 7, count: 2 }), { seed: true, maxCountPerCall: 2 });
    expect(fitted.adjustments).toEqual([]);
  });
});

describe("the delivery", () => {
  it("of bytes from a provider of links is exact", () => {
    const fitted = fits(imageTask({ delivery: "bytes" }), { delivery: "url" });
    expect(fitted.adjustments).toEqual([]);
    expect(fitted.finish.delivery).toBe("bytes");
    expect(sent(fitted).delivery).toBeUndefined();
  });

  it("of a link from a provider of links is a link", () => {
    const fitted = fits(imageTask({ delivery: "url" }), { delivery: "url" });
    expect(fitted.adjustments).toEqual([]);
    expect(fitted.finish).toMatchObject({ delivery: "url", linkIsUnplanned: false });
  });

  it("of a link is dropped when there are bytes only, or the file is written anew", () => {
    const bytes = fits(imageTask({ delivery: "url" }), { delivery: "bytes" });
    const anew = fits(imageTask({ delivery: "url", format: "avif" }), { delivery: "url" });
    for (const fitted of [bytes, anew]) {
      expect(told(fitted.adjustments)).toContain("options.delivery dropped");
      // The provider may give one unasked.
      expect(fitted.finish).toMatchObject({ delivery: "url", linkIsUnplanned: true });
    }
  });

  it("of a link is emulated when Spillway has a place for the file", () => {
    const endpoint = (delivery: "bytes" | "url") =>
      fakeEndpoint({ slug: "acme", images: { delivery } });
    const made = { mode: "strict", storesMedia: true } as const;
    for (const [task, delivery] of [
      [imageTask({ delivery: "url" }), "bytes"],
      [imageTask({ delivery: "url", format: "avif" }), "url"],
    ] as const) {
      const result = fitAt(task, endpoint(delivery), "m", made);
      if (result.kind === "unsupported") throw new Error(result.reason);
      expect(told(result.fit.adjustments)).toContain("options.delivery emulated url");
      expect(result.fit.finish.delivery).toBe("url");
    }
    const native = fitAt(imageTask({ delivery: "url" }), endpoint("url"), "m", made);
    expect(native).toMatchObject({ fit: { adjustments: [], finish: { delivery: "url" } } });
  });
});

describe("an edit", () => {
  it("is taken with all of its images or not at all", () => {
    const two = { ...edit, images: [...edit.images, ...edit.images] };
    expect(tryFit(two, { maxInputImages: 1 })).toMatchObject({
      kind: "unsupported",
      field: "images",
    });
    expect(tryFit(two, { maxInputImages: 2 }).kind).toBe("fits");
    expect(tryFit(two, {}).kind).toBe("fits");
  });

  it("has the shape of its one image where a shape can be chosen for several only", () => {
    const wide = { ...edit, options: { count: 1, size: ratio16to9, resolution: "2K" } } as const;
    const capabilities: Partial<ImageCapabilities> = {
      size: { kind: "ratio", ratios: ["16:9"] },
      resolutions: ["1K", "2K"],
      minInputsForShape: 2,
    };
    const one = fits(wide, capabilities);
    expect(sent(one)).toEqual({ count: 1, resolution: "2K" });
    expect(told(one.adjustments)).toContain("options.aspect_ratio dropped");
    const several = fits({ ...wide, images: [...edit.images, ...edit.images] }, capabilities);
    expect(sent(several)).toMatchObject({ size: ratio16to9, resolution: "2K" });
    const drawn = fits(imageTask({ size: ratio16to9 }), capabilities);
    expect(sent(drawn)).toMatchObject({ size: ratio16to9 });
  });

  it("with a mask needs a provider that takes masks", () => {
    const masked = { ...edit, mask: edit.images[0] };
    expect(tryFit(masked)).toMatchObject({ kind: "unsupported", field: "mask" });
    expect(tryFit(masked, { mask: "transparent_is_edited" }).kind).toBe("fits");
  });

  it("without a mask goes to nobody who needs one", () => {
    const inpainter = { mask: "white_is_edited", needsMask: true } as const;
    expect(tryFit(edit, inpainter)).toMatchObject({ kind: "unsupported", field: "mask" });
    expect(tryFit({ ...edit, mask: edit.images[0] }, inpainter).kind).toBe("fits");
  });

  it("says of a provider without input images that it takes none", () => {
    expect(tryFit(edit, { maxInputImages: 0 })).toMatchObject({
      reason: "cannot take input images",
    });
  });

  it("brings no more bytes than the provider takes, its mask and its data URLs included", () => {
    const five = { kind: "bytes", bytes: new Uint8Array(5), mimeType: "image/png" } as const;
    const data = {
      kind: "url",
      url: `data:image/png;base64,${"A".repeat(8)}`,
      mimeType: "",
    } as const;
    const limit = { maxInputBytes: 9, mask: "transparent_is_edited" } as const;
    expect(tryFit({ ...edit, images: [five] }, limit).kind).toBe("fits");
    expect(tryFit({ ...edit, images: [five, ...edit.images] }, limit).kind).toBe("fits");
    for (const task of [
      { ...edit, images: [five, five] },
      { ...edit, images: [five], mask: five },
      { ...edit, images: [data] },
    ]) {
      expect(tryFit(task, limit)).toMatchObject({ kind: "unsupported", field: "images" });
    }
  });
});

describe("an upscale", () => {
  it("makes one image whose size follows from its input", () => {
    const options = {
      count: 2,
      size: { kind: "pixels", width: 9, height: 9 },
      resolution: "4K",
    } as const;
    const fitted = fits({ ...upscale, options }, { size: { kind: "listed", sizes: ["9x9"] } });
    expect(told(fitted.adjustments)).toEqual([
      "options.count dropped",
      "options.pixels dropped",
      "options.resolution dropped",
    ]);
    expect(sent(fitted)).toEqual({ count: 1 });
  });

  it("grows by the nearest factor that can be chosen", () => {
    const factors = { scaleFactors: [2, 4] };
    const fitted = fits({ ...upscale, scaleFactor: 3 }, factors);
    expect(told(fitted.adjustments)).toEqual(["scale_factor converted 4"]);
    expect(fitted.task).toMatchObject({ scaleFactor: 4 });
    expect(fits(upscale, factors).adjustments).toEqual([]);
    expect(fits({ ...upscale, scaleFactor: 3 }).task).toMatchObject({ scaleFactor: 3 });
  });
});

describe("an endpoint", () => {
  it("that lacks the operation is unsupported, though its provider has it", () => {
    const endpoint = { ...fakeEndpoint({ operations: all }), operations: ["chat"] as const };
    expect(fitAt(imageTask(), endpoint, "m", { mode: "adapt" })).toMatchObject({
      kind: "unsupported",
      field: "task",
    });
  });

  it("serves the models that its globs match and no others", () => {
    const endpoint = fakeEndpoint({ models: ["llama-*", "org/*"] });
    const serves = (model: string) =>
      fitAt(chatTask(), endpoint, model, { mode: "adapt" }).kind === "fits";
    expect(["llama-4", "org/x/y", "gpt-5"].map(serves)).toEqual([true, true, false]);
  });
});

describe("STRICT", () => {
  it("refuses what would be converted or dropped, and names the parameter", () => {
    expect(tryFit(imageTask({ seed: 1 }), {}, "strict")).toMatchObject({
      kind: "unsupported",
      field: "options.seed",
      adjustments: [{ kind: "dropped" }],
    });
    const ratio = { size: { kind: "aspect_ratio", width: 5, height: 4 } } as const;
    const capabilities = { size: { kind: "ratio", ratios: ["1:1"] } } as const;
    expect(tryFit(imageTask(ratio), capabilities, "strict")).toMatchObject({
      kind: "unsupported",
      field: "options.aspect_ratio",
    });
  });

  it("accepts emulation, which is exact", () => {
    expect(tryFit(imageTask({ count: 3, format: "avif" }), {}, "strict").kind).toBe("fits");
  });
});

describe("a chat", () => {
  const everything: Partial<ChatTask> = {
    temperature: 0,
    topP: 0.5,
    seed: 0,
    stop: ["secret one", "two"],
    reasoningEffort: "high",
    maxOutputTokens: 10,
  };
  const none = {
    tools: false,
    imageInput: false,
    jsonFormat: false,
    jsonSchema: false,
    reasoningEffort: false,
    seed: false,
    temperature: false,
    topP: false,
    maxStop: 0,
  };
  const chatFit = (task: ChatTask, chat = {}) =>
    fitAt(task, fakeEndpoint({ chat }), "m", { mode: "adapt" });

  it("is sent as it is to a model that can do everything", () => {
    const task = chatTask(everything);
    expect(chatFit(task)).toEqual({
      kind: "fits",
      fit: { task, maxCountPerCall: 1, adjustments: [], finish: {} },
    });
  });

  it("loses what only shades the answer", () => {
    const result = chatFit(chatTask(everything), none);
    if (result.kind === "unsupported") throw new Error(result.reason);
    expect(told(result.fit.adjustments)).toEqual([
      "temperature dropped",
      "top_p dropped",
      "seed dropped",
      "reasoning_effort dropped",
      "stop dropped",
    ]);
    expect(result.fit.task).toEqual({
      ...chatTask(),
      temperature: undefined,
      topP: undefined,
      seed: undefined,
      reasoningEffort: undefined,
      maxOutputTokens: 10,
    });
    expect(JSON.stringify(result.fit.adjustments)).not.toContain("secret");
  });

  it.each([
    ["minimal", ["low", "medium", "high"], "low"],
    ["none", ["low", "high"], "low"],
    ["medium", ["low", "high"], "low"],
    ["high", ["none", "low"], "low"],
    ["low", ["low"], undefined],
  ] as const)("thinks with effort %s, of %j, as %s", (reasoningEffort, offered, applied) => {
    const result = chatFit(chatTask({ reasoningEffort }), { reasoningEffort: offered });
    expect(result).toMatchObject({
      fit: {
        task: { reasoningEffort: applied ?? reasoningEffort },
        adjustments:
          applied === undefined
            ? []
            : [
                {
                  field: "reasoning_effort",
                  requested: reasoningEffort,
                  applied,
                  kind: "converted",
                },
              ],
      },
    });
  });

  it.each([
    [{ temperature: 2 }, { maxTemperature: 1.99 }, "temperature converted 1.99"],
    [{ seed: 12 }, { seed: { least: 0, most: 9 } }, "seed converted 2"],
  ])("with %j goes to a model of %j as the nearest that it takes", (asked, chat, expected) => {
    const result = chatFit(chatTask(asked), chat);
    if (result.kind === "unsupported") throw new Error(result.reason);
    expect(told(result.fit.adjustments)).toEqual([expected]);
    const strict = fitAt(chatTask(asked), fakeEndpoint({ chat }), "m", { mode: "strict" });
    expect(strict.kind).toBe("unsupported");
  });

  it("within a model's temperatures and seeds is sent as it is", () => {
    const task = chatTask({ temperature: 1.99, seed: 9 });
    const chat = { maxTemperature: 1.99, seed: { least: 0, most: 9 } };
    expect(chatFit(task, chat)).toMatchObject({ fit: { task, adjustments: [] } });
  });

  it.each([
    [["none", undefined], "high", ["temperature dropped", "top_p dropped"]],
    [["none", undefined], "none", []],
    [["none", undefined], undefined, []],
    [["none"], undefined, ["temperature dropped", "top_p dropped"]],
    [undefined, "high", []],
  ] as const)(
    "is sampled only with the efforts %j that leave it: with %s not so are %j",
    (samplingEfforts, reasoningEffort, dropped) => {
      const task = chatTask({ temperature: 0.5, topP: 0.9, reasoningEffort });
      const result = chatFit(task, { samplingEfforts });
      if (result.kind === "unsupported") throw new Error(result.reason);
      expect(told(result.fit.adjustments)).toEqual(dropped);
      expect(result.fit.task).toMatchObject(
        dropped.length > 0 ? { temperature: undefined, topP: undefined } : task,
      );
    },
  );

  it("is sampled where the nearest effort that there is leaves it", () => {
    const task = chatTask({ temperature: 0.5, reasoningEffort: "minimal" });
    const capabilities = { reasoningEffort: ["none", "high"], samplingEfforts: ["none"] } as const;
    expect(chatFit(task, capabilities)).toMatchObject({
      fit: {
        task: { temperature: 0.5, reasoningEffort: "none" },
        adjustments: [{ field: "reasoning_effort" }],
      },
    });
  });

  it("keeps as many stop texts as the model takes", () => {
    const result = chatFit(chatTask({ stop: ["a", "b", "c"] }), { maxStop: 2 });
    expect(result).toMatchObject({
      fit: { task: { stop: ["a", "b"] }, adjustments: [{ field: "stop", kind: "converted" }] },
    });
  });

  const tool = { name: "clock", description: "" };
  const image = { kind: "url", url: "https://example.com/a.png", mimeType: "" } as const;
  it.each<[string, Partial<ChatTask>]>([
    ["tools", { tools: [tool] }],
    ["messages", { messages: [{ role: "user", parts: [{ kind: "image", image }] }] }],
    ["response_format", { responseFormat: { kind: "json" } }],
    [
      "response_format",
      { responseFormat: { kind: "json_schema", name: "x", schema: {}, strict: true } },
    ],
  ])("is unsupported where the answer would be wrong without its %s", (field, task) => {
    expect(chatFit(chatTask(task), none)).toMatchObject({ kind: "unsupported", field });
    expect(chatFit(chatTask(task)).kind).toBe("fits");
  });
});

describe("the images of a task", () => {
  const masked = { ...edit, mask: edit.images[0], maskPolarity: "white_is_edited" } as const;

  it("are fetched for a provider that takes bytes only", () => {
    expect(fits(edit).inputs).toEqual({ fetch: true });
    expect(fits(upscale).inputs).toEqual({ fetch: true });
    expect(fits(edit, { inputUrls: true }).inputs).toEqual({ fetch: false });
    expect(fits(upscale, { inputUrls: true }).inputs).toEqual({ fetch: false });
    expect(fits(imageTask()).inputs).toBeUndefined();
    expect(fits(edit, { maxInputBytes: 9 }).inputs).toEqual({ fetch: true, maxBytes: 9 });
  });

  it("are fetched for a chat model that takes bytes only", () => {
    const looking = chatTask({
      messages: [
        {
          role: "user",
          parts: [{ kind: "image", image: { kind: "url", url: "https://a.test/b", mimeType: "" } }],
        },
      ],
    });
    const inputs = (task: ChatTask, imageUrls?: boolean) => {
      const result = fitAt(task, fakeEndpoint({ chat: { imageUrls } }), "m", { mode: "adapt" });
      return result.kind === "fits" && result.fit.inputs;
    };
    expect(inputs(looking)).toEqual({ fetch: true });
    expect(inputs(looking, true)).toEqual({ fetch: false });
    expect(inputs(chatTask())).toBeUndefined();
  });

  it("have a mask that is rewritten where the provider reads it another way", () => {
    const fitted = fits(masked, { mask: "black_is_edited" });
    expect(fitted.inputs).toEqual({ fetch: true, mask: "black_is_edited" });
    expect(fitted.adjustments).toEqual([
      {
        field: "mask_polarity",
        requested: "white_is_edited",
        applied: "black_is_edited",
        kind: "emulated",
        provider: "acme",
        reason: "The provider reads masks this way, so Spillway rewrites the mask.",
      },
    ]);
    expect(tryFit(masked, { mask: "black_is_edited" }, "strict").kind).toBe("fits");
  });

  it("have a mask that stays as it is where the provider reads it so", () => {
    const fitted = fits(masked, { mask: "white_is_edited" });
    expect(fitted.inputs).toEqual({ fetch: true, mask: "white_is_edited" });
    expect(fitted.adjustments).toEqual([]);
  });
});
