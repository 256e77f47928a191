import { createFal } from "@ai-sdk/fal";
import { createFalClient } from "@fal-ai/client";
import { generateImage } from "ai";
import type { Job } from "../../src/domain/job.ts";
import type { ImageEditTask, ImageUpscaleTask, TextToImageTask } from "../../src/domain/task.ts";
import { fal } from "../../src/providers/fal.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import { type AcceptedDifference, noBody, saysJson } from "./accepted-differences.ts";
import { askImage } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { pixel, plainImage } from "./tasks.ts";

const model = "fal-ai/flux/schnell";
const pixelUrl = `data:image/png;base64,${pixel.toString("base64")}`;
const fullImage: TextToImageTask = {
  ...plainImage,
  options: {
    count: 2,
    size: { kind: "pixels", width: 1024, height: 768 },
    seed: 7,
    format: "png",
  },
};
const image = { kind: "bytes", bytes: pixel, mimeType: "image/png" } as const;
const edit: ImageEditTask = {
  operation: "image_edit",
  prompt: plainImage.prompt,
  images: [image],
  mask: image,
  maskPolarity: "white_is_edited",
  options: { count: 1 },
};
const upscale: ImageUpscaleTask = {
  operation: "image_upscale",
  image,
  scaleFactor: 4,
  options: { count: 1, seed: 7 },
};
const id = "7b1c6c0e-6b0f-4c1a-9a55-0d3c2f7a9e11";
const queued: Job = { id, waitMs: 500, state: { phase: "queued", waitedMs: 0 } };
const completed: Job = { id, waitMs: 0, state: { phase: "completed", erred: false } };

/** The official client knows its hosts by heart; its own hook leads it elsewhere. */
const sdk = (origin: string) =>
  createFalClient({
    credentials: testKey,
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url.replace("https://queue.fal.run", origin),
    }),
  });
const ai = (origin: string) => createFal({ apiKey: testKey, baseURL: origin });

const beginsInTime: AcceptedDifference = {
  at: "headers.x-fal-request-timeout",
  ours: "60",
  because: "What nobody waits for any more shall not begin; the client has it as an option.",
};
const usualPriority: AcceptedDifference = {
  at: "headers.x-fal-queue-priority",
  theirs: "normal",
  because: "It is the default.",
};

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image, as @fal-ai/client asks for it",
    ours: ours(requestOf(fal, plainImage, target(model))),
    theirs: (origin) =>
      sdk(origin).queue.submit(model, { input: { prompt: plainImage.prompt, num_images: 1 } }),
    accepted: [beginsInTime, usualPriority],
  },
  {
    name: "an image with every option, as @fal-ai/client asks for it",
    ours: ours(requestOf(fal, fullImage, target(model))),
    theirs: (origin) =>
      sdk(origin).queue.submit(model, {
        input: {
          prompt: plainImage.prompt,
          image_size: { width: 1024, height: 768 },
          num_images: 2,
          output_format: "png",
          seed: 7,
        },
        startTimeout: 60,
      }),
    accepted: [usualPriority],
  },
  {
    name: "an edit within a mask, as @fal-ai/client asks for it",
    ours: ours(fal.operations.image_edit?.request(edit, target("fal-ai/flux-pro/v1/fill"))),
    theirs: (origin) =>
      sdk(origin).queue.submit("fal-ai/flux-pro/v1/fill", {
        input: {
          prompt: plainImage.prompt,
          image_url: pixelUrl,
          mask_url: pixelUrl,
          num_images: 1,
        },
        startTimeout: 60,
      }),
    accepted: [usualPriority],
  },
  {
    name: "an upscale, as @fal-ai/client asks for it",
    ours: ours(fal.operations.image_upscale?.request(upscale, target("fal-ai/clarity-upscaler"))),
    theirs: (origin) =>
      sdk(origin).queue.submit("fal-ai/clarity-upscaler", {
        input: { image_url: pixelUrl, upscale_factor: 4, seed: 7 },
        startTimeout: 60,
      }),
    accepted: [usualPriority],
  },
  {
    name: "how a job is, as @fal-ai/client asks for it",
    ours: ours(fal.operations.text_to_image?.job?.poll(queued, target(model))),
    theirs: (origin) => sdk(origin).queue.status(model, { requestId: id }),
    accepted: [noBody],
  },
  {
    name: "the result of a job, as @fal-ai/client asks for it",
    ours: ours(fal.operations.text_to_image?.job?.poll(completed, target(model))),
    theirs: (origin) => sdk(origin).queue.result(model, { requestId: id }),
    accepted: [noBody],
  },
  {
    name: "the end of a job, as @fal-ai/client asks for it",
    ours: ours(fal.operations.text_to_image?.job?.cancel?.(queued, target(model))),
    theirs: (origin) => sdk(origin).queue.cancel(model, { requestId: id }),
    accepted: [noBody],
  },
  {
    name: "a plain image, as @ai-sdk/fal asks for it",
    ours: ours(requestOf(fal, plainImage, target(model))),
    theirs: (origin) => askImage(ai(origin).image(model)),
    accepted: [saysJson, beginsInTime],
  },
  {
    name: "an image with every option, as @ai-sdk/fal asks for it",
    ours: ours(
      requestOf(fal, { ...fullImage, options: { ...fullImage.options, count: 1 } }, target(model)),
    ),
    theirs: (origin) =>
      askImage(ai(origin).image(model), {
        size: "1024x768",
        seed: 7,
        providerOptions: { fal: { outputFormat: "png" } },
      }),
    accepted: [saysJson, beginsInTime],
  },
  {
    name: "an edit within a mask, as @ai-sdk/fal asks for it",
    ours: ours(fal.operations.image_edit?.request(edit, target("fal-ai/flux-pro/v1/fill"))),
    theirs: (origin) =>
      generateImage({
        model: ai(origin).image("fal-ai/flux-pro/v1/fill"),
        prompt: { text: plainImage.prompt, images: [pixel], mask: pixel },
        maxRetries: 0,
      }),
    accepted: [saysJson, beginsInTime],
  },
  {
    name: "an edit of several images, as @ai-sdk/fal asks for it",
    ours: ours(
      fal.operations.image_edit?.request(
        { ...edit, images: [image, image], mask: undefined },
        target("fal-ai/flux-2/edit"),
      ),
    ),
    theirs: (origin) =>
      generateImage({
        model: ai(origin).image("fal-ai/flux-2/edit"),
        prompt: { text: plainImage.prompt, images: [pixel, pixel] },
        providerOptions: { fal: { useMultipleImages: true } },
        maxRetries: 0,
      }),
    accepted: [saysJson, beginsInTime],
  },
];

testSameRequests("our request to fal is its clients'", pairs);

function ours(call: HttpCall | undefined): RequestPair["ours"] {
  if (call === undefined) throw new Error("fal has no such call.");
  return send(fal, "", call);
}
