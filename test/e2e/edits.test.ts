import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { GenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery, MaskPolarity } from "../../gen/spillway/v1/image_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";

const yaml = `
sandbox: true
providers:
  openai: {}
  openrouter: {}
  replicate: {}
  fal: {}
  my-sd: { type: openai-compatible, response_format: b64_json }
routes:
  - models: [boat]
    targets:
      - { provider: openai,     priority: 0, model: gpt-image-2 }
      - { provider: openrouter, priority: 1, model: google/gemini-3-pro-image }
      - { provider: replicate,  priority: 2, model: google/nano-banana-pro }
      - { provider: my-sd,      priority: 3, model: sd }
`;

const data = { case: "data" as const, value: tinyPng(60, 40) };

/** An edit of one image of 60 x 40 pixels. */
const edit = (model: string, more: object = {}, fault = "") => ({
  model,
  task: {
    case: "imageEdit" as const,
    value: { prompt: "make it night", images: [{ source: data }], ...more },
  },
  labels: fault === "" ? {} : { "sandbox.fault": fault },
});

function sizesOf({ output }: GenerateResponse): readonly string[] {
  if (output.case !== "images") return [];
  return output.value.images.map(({ width, height }) => `${width}x${height}`);
}

/** A mask of the image's size, as a caller of the polarity "white is edited" draws it. */
async function whiteMask(): Promise<Buffer> {
  const create = { width: 60, height: 40, channels: 3, background: "white" } as const;
  return sharp({ create }).png().toBuffer();
}

describe("an edit in the sandbox", () => {
  it.each([
    ["openai/gpt-image-2", "1536x1024"],
    ["openrouter/google/gemini-3-pro-image", "1248x832"],
    ["replicate/google/nano-banana-pro", "1248x832"],
    ["replicate/black-forest-labs/flux-kontext-pro", "1248x832"],
    ["my-sd/sd", "60x40"],
  ])("is made by %s, in the shape of its image", async (model, size) => {
    const gateway = await startGateway(yaml);
    const response = await gateway.generate(edit(model));
    expect(response).toMatchObject({ provider: model.split("/")[0], sandbox: true });
    expect(sizesOf(response)).toEqual([size]);
  });

  it.each([
    ["openai/gpt-image-2", "transparent_is_edited"],
    ["replicate/ideogram-ai/ideogram-v3-turbo", "black_is_edited"],
    ["fal/fal-ai/ideogram/v3/edit", "black_is_edited"],
    ["my-sd/sd", "transparent_is_edited"],
  ])("by %s has its mask rewritten to %s", async (model, applied) => {
    const gateway = await startGateway(yaml);
    const mask = { source: { case: "data" as const, value: await whiteMask() } };
    const maskPolarity = MaskPolarity.WHITE_IS_EDITED;
    const { adjustments } = await gateway.generate(edit(model, { mask, maskPolarity }));
    expect(adjustments).toMatchObject([{ field: "mask_polarity", applied }]);
  });

  it.each([
    "openai/gpt-image-2",
    "xai/grok-imagine-image",
    "gemini/gemini-3-pro-image",
    "vertex/gemini-3-pro-image",
    "openrouter/google/gemini-3-pro-image",
    "replicate/google/nano-banana-pro",
    "fal/fal-ai/nano-banana/edit",
    "runware/google:4@2",
    "fireworks/flux-kontext-pro",
    "alibaba/qwen-image-edit-plus",
    "deepinfra/Qwen/Qwen-Image-Edit",
  ])("of an AVIF is made by %s, which gets a PNG", async (model) => {
    const gateway = await startGateway("sandbox: true");
    const avif = await sharp(tinyPng(480, 480)).avif().toBuffer();
    const images = [{ source: { case: "data" as const, value: avif } }];
    const { provider, adjustments } = await gateway.generate(edit(model, { images }));
    expect(provider).toBe(model.split("/")[0]);
    expect(adjustments).toMatchObject([
      { field: "images[0]", requested: "image/avif", applied: "image/png", provider },
    ]);
  });

  it("of files that OpenAI does not take is made of PNGs, and that is told", async () => {
    const gateway = await startGateway(yaml);
    const source = (value: Buffer) => ({ source: { case: "data" as const, value } });
    const images = [source(await sharp(tinyPng(60, 40)).gif().toBuffer())];
    const mask = source(await sharp(tinyPng(60, 40)).webp().toBuffer());
    const maskPolarity = MaskPolarity.TRANSPARENT_IS_EDITED;
    const { adjustments } = await gateway.generate(
      edit("openai/gpt-image-2", { images, mask, maskPolarity }),
    );
    expect(adjustments).toMatchObject([
      { field: "images[0]", requested: "image/gif", applied: "image/png" },
      { field: "mask", requested: "image/webp", applied: "image/png" },
    ]);
  });

  it.each([
    ["replicate/ideogram-ai/ideogram-v3-turbo", {}],
    ["replicate/google/imagen-4", {}],
    ["fal/fal-ai/flux-pro/v1/fill", {}],
    ["fal/fal-ai/ideogram/v3/edit", {}],
    ["fal/fal-ai/flux/schnell", {}],
    ["openrouter/google/gemini-3-pro-image", { mask: { source: data } }],
  ])("that %s cannot make is not sent", async (model, more) => {
    const gateway = await startGateway(yaml);
    const told = await gateway.failure(edit(model, more));
    expect(told.reasons).toEqual(["NO_CAPABLE_PROVIDER"]);
    expect(Object.values(gateway.sandbox?.submissions() ?? {})).not.toContain(1);
  });

  it.each(["fal/fal-ai/nano-banana/edit", "replicate/black-forest-labs/flux-fill-pro"])(
    "is all that %s makes, so that it is not asked to draw",
    async (model) => {
      const gateway = await startGateway(yaml);
      const task = { case: "textToImage", value: { prompt: "a boat" } } as const;
      const told = await gateway.failure({ model, task });
      expect(told.reasons).toEqual(["NO_CAPABLE_PROVIDER"]);
      expect(Object.values(gateway.sandbox?.submissions() ?? {})).not.toContain(1);
    },
  );

  it("moves on through every provider that fails it, one of the operator's own included", async () => {
    const gateway = await startGateway(yaml);
    const faults = "openai=http-401,openrouter=http-402,replicate=http-404";
    const response = await gateway.generate(edit("boat", {}, faults));
    expect(attemptLines(response.attempts)).toEqual([
      "FIRST openai FAILED CREDENTIAL SENT 401",
      "FAILOVER openrouter FAILED QUOTA SENT 402",
      "FAILOVER replicate FAILED MODEL_GONE SENT 404",
      "FAILOVER my-sd SUCCEEDED",
    ]);
    const told = await gateway.failure(edit("my-sd/sd", {}, "my-sd=http-402"));
    expect(attemptLines(told.attempts)).toEqual(["FIRST my-sd FAILED QUOTA SENT 402"]);
  });

  it("is refused for good", async () => {
    const gateway = await startGateway(yaml);
    for (const slug of ["openai", "openrouter", "replicate", "my-sd"]) {
      const exclude = ["openai", "openrouter", "replicate", "my-sd"].filter((one) => one !== slug);
      const request = { ...edit("boat", {}, `${slug}=refuse`), routing: { exclude } };
      const told = await gateway.failure(request);
      expect(told.reasons, slug).toEqual(["CONTENT_REFUSED"]);
    }
  });

  it("streams its unfinished versions first", async () => {
    const gateway = await startGateway(yaml);
    const generate = edit("openai/gpt-image-2");
    const { events, error } = await gateway.stream({ generate, partialImages: 2 });
    expect(error).toBeUndefined();
    const names = events.map(({ case: name }) => name);
    expect(names.filter((name) => name === "partialImage")).toHaveLength(2);
    expect(names.indexOf("partialImage")).toBeLessThan(names.indexOf("image"));
    expect(names.at(-1)).toBe("completed");
  });

  it("takes an image that another provider linked to, as an address or fetched", async () => {
    const gateway = await startGateway(yaml);
    const drawn = await gateway.generate({
      model: "replicate/black-forest-labs/flux-schnell",
      task: {
        case: "textToImage",
        value: { prompt: "a paper boat", options: { delivery: Delivery.URL } },
      },
    });
    const [image] = drawn.output.case === "images" ? drawn.output.value.images : [];
    if (image?.content.case !== "url") throw new Error("It is no link.");
    const images = [{ source: { case: "url" as const, value: image.content.value } }];
    for (const model of ["replicate/google/nano-banana-pro", "openai/gpt-image-2"]) {
      expect(sizesOf(await gateway.generate(edit(model, { images })))).toEqual(["1024x1024"]);
    }
  });
});
