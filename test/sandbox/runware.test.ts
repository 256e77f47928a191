import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { tinyPng } from "../support/tiny-png.ts";
import { type OpenSandbox, openSandbox, runwareTask as task } from "./open-sandbox.ts";

const sizeless = { referenceImages: ["https://example.com/a.png"] };

describe("the embedded Runware", () => {
  it("answers a list of one task with a result for each image", async () => {
    await using open = await openSandbox();
    const asked = task({ numberResults: 2, outputFormat: "WEBP", seed: 7 });
    const answer = await post(open, [asked]);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toHaveLength(2);
    expect(answer.body.data[0]).toMatchObject({
      taskType: "imageInference",
      taskUUID: asked["taskUUID"],
      imageUUID: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      imageURL: expect.stringMatching(/\/runware-images\/image\/ws\/2\/ii\/.+\.webp$/),
      seed: 7,
    });
    expect(answer.body.data[1].seed).toBe(8);
    for (const name of ["cost", "NSFWContent", "status"]) {
      expect(answer.body.data[0]).not.toHaveProperty(name);
    }
  });

  it("delivers links, base64 and data URIs, by the size that is asked for", async () => {
    await using open = await openSandbox();
    const size = { width: 640, height: 384, outputFormat: "PNG" };
    const link = await post(open, [task({ ...size, outputType: "URL" })]);
    const file = await fetch(link.body.data[0].imageURL);
    expect(file.headers.get("content-type")).toBe("image/png");
    const refused = await fetch(link.body.data[0].imageURL, {
      headers: { authorization: "Bearer k" },
    });
    expect(refused.status).toBe(400);
    const bare = await post(open, [task({ ...size, outputType: "base64Data" })]);
    const { width, height } = await sharp(
      Buffer.from(bare.body.data[0].imageBase64Data, "base64"),
    ).metadata();
    expect([width, height]).toEqual([640, 384]);
    const uri = await post(open, [task({ ...size, outputType: "dataURI" })]);
    expect(uri.body.data[0].imageDataURI).toMatch(/^data:image\/png;base64,/);
  });

  it("tells what it costs and what the content check finds only when asked", async () => {
    await using open = await openSandbox();
    const safety = { checkContent: true };
    const clean = await post(open, [task({ includeCost: true, safety })]);
    expect(clean.body.data[0]).toMatchObject({ cost: 0.0038, NSFWContent: false });
    const flagged = await post(open, [task({ positivePrompt: "nsfw", safety })]);
    expect(flagged.body.data[0]).toMatchObject({ NSFWContent: true });
    expect(flagged.body.data[0]).toHaveProperty("imageURL");
  });

  it("takes a task and lets itself be asked for it", async () => {
    await using open = await openSandbox();
    const asked = task({ model: "bfl:5@1", deliveryMethod: "async", numberResults: 2 });
    const taken = await post(open, [asked]);
    const placeholder = { taskType: "imageInference", taskUUID: asked["taskUUID"] };
    expect(taken.body).toEqual({ data: [placeholder] });
    expect((await poll(open, asked)).body.data).toEqual([
      { ...placeholder, status: "processing", progress: 50 },
    ]);
    const done = await poll(open, asked);
    expect(done.body.data).toHaveLength(2);
    expect(done.body.data[0]).toMatchObject({ ...placeholder, status: "success" });
    expect(await poll(open, asked)).toEqual(done);
    expect(open.sandbox.submissions()["runware"]).toBe(1);
  });

  it("answers some models with a placeholder, whatever was asked for", async () => {
    await using open = await openSandbox();
    const answer = await post(open, [task({ model: "midjourney:1@1", deliveryMethod: "sync" })]);
    expect(answer.body.data[0]).not.toHaveProperty("imageURL");
  });

  it("takes an id once, and still tells what came of it", async () => {
    await using open = await openSandbox();
    const asked = task();
    const first = await post(open, [asked]);
    const second = await post(open, [asked]);
    expect(second).toMatchObject({
      status: 400,
      body: { errors: [{ code: "conflictTaskUUID", taskUUID: asked["taskUUID"] }] },
    });
    const again = await poll(open, asked);
    expect(again.body.data[0].imageUUID).toBe(first.body.data[0].imageUUID);
  });

  it("does not know a task that it was never given", async () => {
    await using open = await openSandbox();
    const answer = await poll(open, task());
    expect(answer.body.errors[0].code).toBe("taskFailedOrNotFound");
  });

  it("answers several tasks at once, errors beside results", async () => {
    await using open = await openSandbox();
    const [good, bad] = [task(), task({ width: 1000 })];
    const { status, body } = await post(open, [good, bad]);
    expect(status).toBe(200);
    expect(body.data).toMatchObject([{ taskUUID: good["taskUUID"] }]);
    expect(body.errors).toMatchObject([{ taskUUID: bad["taskUUID"], parameter: "width" }]);
  });

  it("edits what it is given, as base64, data URI, link or id", async () => {
    await using open = await openSandbox();
    const base64 = tinyPng(4, 4).toString("base64");
    for (const image of [
      base64,
      `data:image/png;base64,${base64}`,
      "https://example.com/a.png",
      "1a0c0f0e-55d4-4f0e-9a0d-ccf4b2f4d111",
    ]) {
      const seeded = task({ inputs: { seedImage: image, maskImage: image } });
      expect((await post(open, [seeded])).status).toBe(200);
      const referred = task({ model: "bfl:3@1", inputs: { referenceImages: [image] } });
      expect((await post(open, [referred])).status).toBe(200);
    }
    const broken = await post(open, [task({ inputs: { seedImage: "bm8gaW1hZ2U=" } })]);
    expect(broken).toMatchObject({ status: 400, body: { errors: [{ code: "invalidImage" }] } });
  });

  it("takes the size of FLUX.1 Kontext dev's edits from their reference", async () => {
    await using open = await openSandbox();
    const inputs = { referenceImages: [tinyPng(64, 32).toString("base64")] };
    const asked = { model: "runware:106@1", width: undefined, height: undefined };
    expect((await post(open, [task({ ...asked, inputs })])).status).toBe(200);
    expect((await post(open, [task(asked)])).status).toBe(400);
  });

  it("enlarges what it is given", async () => {
    await using open = await openSandbox();
    const image = await sharp({ create: { width: 64, height: 32, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const asked = {
      taskType: "upscale",
      taskUUID: task()["taskUUID"],
      model: "runware:503@1",
      inputs: { image: image.toString("base64") },
      upscaleFactor: 4,
      outputType: "base64Data",
      includeCost: true,
    };
    const { body } = await post(open, [asked]);
    expect(body.data[0]).toMatchObject({ taskType: "upscale", cost: 0.0019 });
    const { width, height } = await sharp(
      Buffer.from(body.data[0].imageBase64Data, "base64"),
    ).metadata();
    expect([width, height]).toEqual([256, 128]);
    const odd = await post(open, [{ ...asked, taskUUID: task()["taskUUID"], upscaleFactor: 3 }]);
    expect(odd.body.errors[0].parameter).toBe("upscaleFactor");
  });

  it.each([
    [{ positivePrompt: undefined }, "missingParameter", "positivePrompt"],
    [{ height: undefined }, "missingParameter", ["width", "height"]],
    [{ width: undefined, height: undefined }, "missingParameter", "width"],
    [
      { model: "runware:400@2", width: undefined, height: undefined, inputs: sizeless },
      "missingParameter",
      "width",
    ],
    [{ width: 1000 }, "invalidInteger", "width"],
    [{ height: 2112 }, "invalidInteger", "height"],
    [{ numberResults: 21 }, "invalidParameter", "numberResults"],
    [{ seed: 2 ** 32 }, "invalidParameter", "seed"],
    [{ seed: null }, "invalidParameter", "seed"],
    [{ outputFormat: "JPEG" }, "invalidParameter", "outputFormat"],
    [{ outputQuality: 100 }, "invalidParameter", "outputQuality"],
    [{ size: "1024x1024" }, "unknownParameter", "size"],
    [{ model: "flux" }, "invalidModel", "model"],
    [{ model: "bfl:5@1", negativePrompt: "x" }, "unknownParameter", "negativePrompt"],
    [{ model: "openai:4@1", width: 1024, height: 1088 }, "invalidParameter", ["width", "height"]],
    [
      { model: "openai:4@1", providerSettings: { bfl: {} } },
      "mismatchProviderSettingsProvider",
      "providerSettings",
    ],
    [{ taskUUID: "abc" }, "invalidTaskUUID", "taskUUID"],
    [{ taskType: "paint" }, "unsupportedTaskType", "taskType"],
  ])("refuses %j with %s", async (change, code, parameter) => {
    await using open = await openSandbox();
    const answer = await post(open, [task(change)]);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code, parameter }] } });
  });

  it("takes the key in a header or in a task of its own", async () => {
    await using open = await openSandbox();
    const own = { taskType: "authentication", apiKey: "k" };
    const without = { authorization: "" };
    expect((await post(open, [own], without)).body.data[0].connectionSessionUUID).toBeDefined();
    expect((await post(open, [own, task()], without)).body.data).toHaveLength(2);
    const missing = await post(open, [task()], without);
    expect(missing).toMatchObject({ status: 401, body: { errors: [{ code: "missingApiKey" }] } });
    const wrong = await post(open, [task()], { authorization: "Bearer invalid" });
    expect(wrong).toMatchObject({ status: 401, body: { errors: [{ code: "invalidApiKey" }] } });
  });

  it("takes lists only, and at one address", async () => {
    await using open = await openSandbox();
    expect((await open.post("runware", "", task())).status).toBe(400);
    expect((await open.post("runware", "", [])).status).toBe(400);
    expect((await open.post("runware", "/images", [task()])).status).toBe(404);
    expect((await open.get("runware", "")).status).toBe(404);
    expect((await post(open, [task({ model: "acme:missing@1" })])).status).toBe(404);
  });

  it.each([
    ["refuse", 400, "invalidProviderContent", "providerContentPolicyViolation"],
    ["fail-late", 200, "inferenceError", "inferenceError"],
  ])(
    "with %s fails in the call, and in a task that was taken",
    async (fault, status, now, later) => {
      await using open = await openSandbox(`runware=${fault}`);
      const answer = post(open, [task()]);
      if (fault === "fail-late") {
        while (open.clock.pending() === 0) await open.clock.advance(0);
        await open.clock.advance(1000);
      }
      expect(await answer).toMatchObject({ status, body: { errors: [{ code: now }] } });
      const asked = task({ deliveryMethod: "async" });
      expect((await post(open, [asked])).status).toBe(200);
      await poll(open, asked);
      const ended = await poll(open, asked);
      const error = { code: later };
      expect(ended).toMatchObject({
        status: 200,
        body:
          fault === "refuse"
            ? { data: [], errors: [{ ...error, taskUUID: asked["taskUUID"] }] }
            : { data: [{ status: "error", error }] },
      });
    },
  );

  it("succeeds without a result when told", async () => {
    await using open = await openSandbox("runware=empty");
    expect((await post(open, [task()])).body).toEqual({ data: [] });
    const asked = task({ deliveryMethod: "async" });
    await post(open, [asked]);
    await poll(open, asked);
    const [item] = (await poll(open, asked)).body.data;
    expect(item.status).toBe("success");
    expect(item).not.toHaveProperty("imageURL");
  });

  it("works as long as it was ordered to, in the call and after it", async () => {
    await using open = await openSandbox("runware=slow:5s");
    const asked = task({ deliveryMethod: "async" });
    expect((await post(open, [asked])).body.data).toHaveLength(1);
    await open.clock.advance(4999);
    for (let times = 0; times < 3; times++) {
      expect((await poll(open, asked)).body.data[0].status).toBe("processing");
    }
    await open.clock.advance(1);
    expect((await poll(open, asked)).body.data[0].status).toBe("success");
    const answer = post(open, [task()]);
    while (open.clock.pending() === 0) await open.clock.advance(0);
    await open.clock.advance(5000);
    expect((await answer).body.data[0]).toHaveProperty("imageURL");
  });

  it.each([
    [402, "insufficientCredits"],
    [429, "rateLimitExceeded"],
    [500, "internalServerError"],
    [503, "noAvailableServer"],
  ])("says HTTP %i with the code %s", async (status, code) => {
    await using open = await openSandbox(`runware=http-${status}`);
    expect(await post(open, [task()])).toMatchObject({ status, body: { errors: [{ code }] } });
  });

  it("says HTTP 504 with a page", async () => {
    await using open = await openSandbox("runware=http-504");
    const answer = await open.post("runware", "", [task()]);
    expect(answer.status).toBe(504);
    expect(await answer.text()).toMatch(/^<html>/);
  });
});

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path, and a wrong path fails the test.
  readonly body: any;
}

async function post(
  open: OpenSandbox,
  tasks: readonly object[],
  headers?: Readonly<Record<string, string>>,
): Promise<Answered> {
  const answer = await open.post("runware", "", tasks, headers);
  return { status: answer.status, body: await answer.json() };
}

function poll(open: OpenSandbox, asked: { readonly [name: string]: unknown }): Promise<Answered> {
  return post(open, [{ taskType: "getResponse", taskUUID: asked["taskUUID"] }]);
}
