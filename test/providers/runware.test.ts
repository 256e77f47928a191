import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../src/domain/json.ts";
import type { ImageEditTask, ImageInput } from "../../src/domain/task.ts";
import { nextWaitMs } from "../../src/providers/dialects/runware-answer.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { Outcome } from "../../src/providers/outcome.ts";
import { runware } from "../../src/providers/runware.ts";
import { target, testCallId, textToImageTask } from "./support.ts";

const { text_to_image: draw, image_edit: edit, image_upscale: upscale } = runware.operations;
if (draw?.job === undefined || edit === undefined || upscale === undefined) {
  throw new Error("Runware draws, edits and enlarges");
}
const { job } = draw;

const busy = { code: "rateLimitExceeded", message: "Too many.", taskUUID: testCallId };

describe("a task that draws", () => {
  it("goes to the base URL itself, in a list, with an id of the call's", () => {
    const call = draw.request(textToImageTask(), target("runware:101@1"));
    expect(call).toMatchObject({ method: "POST", path: "" });
    expect(taskOf(call)).toMatchObject({ taskUUID: testCallId, includeCost: true });
  });

  it.each([
    ["runware:100@1", "sync"],
    ["civitai:133005@782002", "sync"],
    ["bfl:2@1", "async"],
    ["acme:new@1", "async"],
  ])("is delivered for %s by %s", (model, deliveryMethod) => {
    expect(taskOf(draw.request(textToImageTask(), target(model)))).toMatchObject({
      deliveryMethod,
    });
  });

  it.each([
    ["runware:101@1", { count: 4 }, "base64Data"],
    ["runware:101@1", { count: 4, delivery: "url" }, "URL"],
    ["bfl:2@1", { count: 1 }, "base64Data"],
    ["bfl:2@1", { count: 1, delivery: "url" }, "URL"],
    // Each poll would bring them once more.
    ["bfl:2@1", { count: 2 }, "URL"],
  ] as const)("for %s with %j asks for %s", (model, options, outputType) => {
    const call = draw.request(textToImageTask(options), target(model));
    expect(taskOf(call)["outputType"]).toBe(outputType);
  });

  it.each([
    [0, 20],
    [20, 20],
    [85, 85],
    [99, 99],
    [100, 99],
  ])("words the compression %i as %i", (compression, outputQuality) => {
    const options = { format: "webp", compression } as const;
    const task = taskOf(draw.request(textToImageTask(options), target("runware:101@1")));
    expect(task).toMatchObject({ outputFormat: "WEBP", outputQuality });
  });

  it("says a size even when nobody asked for one, where a model has sizes", () => {
    const sizeOf = (model: string) => {
      const { width, height } = taskOf(draw.request(textToImageTask(), target(model)));
      return [width, height];
    };
    expect(sizeOf("runware:101@1")).toEqual([1024, 1024]);
    expect(sizeOf("bytedance:seedream@4.5")).toEqual([2048, 2048]);
    expect(sizeOf("acme:new@1")).toEqual([1024, 1024]);
    expect(sizeOf("bfl:1@2")).toEqual([undefined, undefined]);
  });

  it.each([
    ["recraft:v4@0", "1536x768"],
    ["recraft:v4.1@0", "1536x768"],
    ["recraft:v4-pro@0", "3072x1536"],
    ["bria:20@1", "1344x768"],
    ["ideogram:2@1", "1232x768"],
    ["ideogram:3@1", "1232x768"],
  ])("by %s has one of its own sizes, such as %s, lying or standing", (model, size) => {
    const { size: capability } = draw.capabilities(model, {});
    if (capability?.kind !== "listed") throw new Error("It takes any size.");
    const upright = size.split("x").reverse().join("x");
    expect(capability.sizes).toEqual(expect.arrayContaining([size, upright]));
    expect(new Set(capability.sizes).size).toBe(capability.sizes.length);
  });

  it("takes a seed of 32 bits, where the model takes one", () => {
    expect(draw.capabilities("runware:101@1", {}).seed).toEqual({ least: 0, most: 2 ** 32 - 1 });
    expect(draw.capabilities("openai:4@1", {}).seed).toBeUndefined();
    const seedOf = (seed: number, model = "runware:101@1") =>
      taskOf(draw.request(textToImageTask({ seed }), target(model)))["seed"];
    expect(seedOf(0)).toBe(0);
    expect(seedOf(2 ** 32 - 1)).toBe(2 ** 32 - 1);
    expect(seedOf(5, "openai:4@1")).toBeUndefined();
  });
});

describe("a task that edits", () => {
  const image = (width: number, height: number): ImageInput => ({
    kind: "bytes",
    bytes: new Uint8Array([1, 2, 3]),
    mimeType: "image/png",
    size: { width, height },
  });
  const task = (...images: readonly ImageInput[]): ImageEditTask => ({
    operation: "image_edit",
    prompt: "a hat",
    images,
    maskPolarity: "white_is_edited",
    options: { count: 1 },
  });

  it.each([
    [1000, 700, 1024, 704],
    [4000, 3000, 2048, 1536],
    [100, 90, 128, 128],
    [3000, 100, 2048, 128],
  ])("of %ix%i is done at %ix%i", (wide, high, width, height) => {
    const call = edit.request(task(image(wide, high)), target("runware:101@1"));
    expect(taskOf(call)).toMatchObject({ width, height });
  });

  it("has the size that is asked for", () => {
    const options = { count: 1, size: { kind: "pixels", width: 512, height: 768 } } as const;
    const call = edit.request({ ...task(image(9, 9)), options }, target("runware:101@1"));
    expect(taskOf(call)).toMatchObject({ width: 512, height: 768 });
  });

  it.each(["runware:108@20", "runware:108@22", "runware:400@2", "runware:400@4"])(
    "by the references of %s has the size of the first one, which that model wants to be told",
    (model) => {
      const first = task(image(1000, 700), image(9, 9));
      const call = edit.request(first, target(model));
      expect(taskOf(call)).toMatchObject({ width: 1024, height: 704 });
      // What is only linked to has no size that is known here.
      expect(edit.capabilities(model, {}).inputUrls).toBe(false);
    },
  );

  it.each(["runware:102@1", "bfl:1@2"])("of %s needs a mask", (model) => {
    expect(edit.capabilities(model, {}).needsMask).toBe(true);
    expect(edit.capabilities("runware:101@1", {}).needsMask).toBeUndefined();
  });

  it("leaves the size to models that read it from their references, or from the seed image", () => {
    for (const model of ["bfl:3@1", "runware:106@1", "bfl:1@2"]) {
      expect(taskOf(edit.request(task(image(9, 9)), target(model)))).not.toHaveProperty("width");
    }
  });

  it.each([
    ["runware:101@1", 1, "white_is_edited", undefined],
    ["bfl:1@2", 1, "white_is_edited", undefined],
    ["bfl:3@1", 2, undefined, true],
    ["google:4@2", 14, undefined, true],
    ["acme:new@1", 1, undefined, true],
  ])("of %s takes %i images, and a mask by %s", (model, maxInputImages, mask, inputUrls) => {
    const { maxInputImages: most, ...rest } = edit.capabilities(model, {});
    expect([most, rest.mask, rest.inputUrls]).toEqual([maxInputImages, mask, inputUrls]);
  });
});

describe("a task that enlarges", () => {
  it.each([
    ["runware:500@1", [2, 4]],
    ["runware:501@1", [2]],
    ["runware:502@1", [2]],
    ["runware:503@1", [2, 4]],
    ["runware:504@1", [4]],
    ["acme:larger@1", [2, 4]],
  ])("by %s has the factors %j", (model, scaleFactors) => {
    expect(upscale.capabilities(model, {})).toMatchObject({ scaleFactors, maxCountPerCall: 1 });
  });
});

describe("the answer to a task that is delivered in the call", () => {
  it.each<[string, JsonObject, Outcome["kind"]]>([
    ["one image of two", { data: [done()] }, "done"],
    ["a placeholder", { data: [item({})] }, "job"],
    ["one image and a placeholder", { data: [done(), item({})] }, "job"],
    ["nothing", { data: [] }, "failed"],
    ["an error beside an image", { data: [done()], errors: [{ code: "taskFailed" }] }, "done"],
    ["an address that is none", { data: [item({ imageURL: "file:///x" })] }, "job"],
  ])("with %s", (_what, body, kind) => {
    expect(result(body, "runware:101@1").kind).toBe(kind);
  });

  it.each<[readonly (JsonValue | undefined)[], number | undefined]>([
    [[0.0038, 0.0013], 5100],
    [[0, 0], 0],
    [[0.0038, undefined], undefined],
    [["0.1", 0.1], undefined],
    [[-1, 2], undefined],
  ])("with the costs %j costs %s micros", (costs, micros) => {
    const outcome = result({ data: costs.map((cost) => done({ cost })) }, "runware:101@1");
    const cost = outcome.kind === "done" ? outcome.cost : undefined;
    expect(cost?.basis === "reported" ? cost.micros : undefined).toBe(micros);
  });
});

describe("a job", () => {
  it("is asked for after one second, then at growing intervals up to five", () => {
    const waits = [1000];
    for (let poll = 0; poll < 9; poll++) waits.push(nextWaitMs(waits.at(-1) ?? 0));
    expect(waits).toEqual([1000, 500, 750, 1125, 1688, 2532, 3798, 5000, 5000, 5000]);
  });

  it("may be looked for by the call's id when its answer is lost, and cannot be cancelled", () => {
    expect(job.find?.(target("runware:101@1"))).toMatchObject({ id: testCallId, waitMs: 1000 });
    expect(job.cancel).toBeUndefined();
  });

  it.each<[string, JsonObject, Outcome["kind"]]>([
    ["nothing yet", { data: [] }, "job"],
    ["one image of two", { data: [done({ status: "success" })] }, "job"],
    ["a result without its image", { data: [item({ status: "success" })] }, "failed"],
    ["an error and what still runs", { data: [failing(), item({ status: "processing" })] }, "job"],
    ["errors only", { data: [failing(), failing()] }, "failed"],
    ["an error without words", { data: [item({ status: "error" })] }, "failed"],
    ["an image and an error", { data: [done({ status: "success" }), failing()] }, "done"],
  ])("with %s", (_what, body, kind) => {
    expect(result(body, "bfl:2@1").kind).toBe(kind);
  });

  it.each<[string, JsonObject, Outcome["kind"]]>([
    ["all of its images", { data: [done(), done()], errors: [busy] }, "done"],
    ["one image of two", { data: [done()], errors: [busy] }, "job"],
    ["what still runs", { data: [item({ status: "processing" })], errors: [busy] }, "job"],
    ["a result that has failed", { data: [failing(), failing()], errors: [busy] }, "failed"],
  ])("is not ended by an error of the question's beside %s", (_what, body, kind) => {
    const outcome = polled(body);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === "failed") expect(outcome.failure.ofJob).toBeUndefined();
  });

  it.each<[string, JsonObject]>([
    ["an error of its own", { errors: [busy] }],
    ["an error of its own, and no results", { data: [], errors: [busy] }],
    ["nothing that can be read", {}],
  ])("is not ended by a question that fails with %s", (_what, body) => {
    expect(polled(body)).toMatchObject({ kind: "failed", failure: { ofJob: false } });
  });

  it.each([
    [40, 0.4],
    [0, 0],
    [100, 1],
    [101, undefined],
    [-1, undefined],
    ["40", undefined],
  ])("at %j per cent has come to %s", (progress, fraction) => {
    const outcome = result({ data: [item({ status: "processing", progress })] }, "bfl:2@1");
    expect(outcome.kind === "job" && outcome.job.progress?.fraction).toBe(fraction);
  });
});

function taskOf({ body }: HttpCall): JsonObject {
  if (body?.kind !== "json" || !Array.isArray(body.value)) throw new Error("no list of tasks");
  expect(body.value).toHaveLength(1);
  return JSON.parse(JSON.stringify(body.value[0]));
}

function item(fields: JsonObject): JsonObject {
  return { taskType: "imageInference", taskUUID: testCallId, ...fields };
}

function done(fields: JsonObject = {}): JsonObject {
  return item({ imageUUID: "i", imageURL: "https://im.runware.ai/i.jpg", ...fields });
}

function failing(): JsonObject {
  return item({ status: "error", error: { code: "providerError", message: "No." } });
}

function polled(value: JsonObject): Outcome {
  const reply = { status: 200, headers: {}, body: { kind: "json", value } } as const;
  const asked = { id: testCallId, waitMs: 1000, state: {} };
  return job.result(reply, asked, textToImageTask({ count: 2 }), target("bfl:2@1"));
}

function result(body: JsonObject, model: string): Outcome {
  const reply = { status: 200, headers: {}, body: { kind: "json", value: body } } as const;
  const outcome = draw?.result(reply, textToImageTask({ count: 2 }), target(model));
  if (outcome === undefined) throw new Error("there is no outcome");
  return outcome;
}
