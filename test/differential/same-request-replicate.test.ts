import { createReplicate } from "@ai-sdk/replicate";
import Replicate from "replicate";
import type { Job } from "../../src/domain/job.ts";
import type { ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import { replicate } from "../../src/providers/replicate.ts";
import { type AcceptedDifference, noBody, saysJson } from "./accepted-differences.ts";
import { askEdit, askImage } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { pixel, plainEdit, plainImage } from "./tasks.ts";

const model = "black-forest-labs/flux-schnell";
const hash = "0123456789abcdef".repeat(4);
const fullImage: TextToImageTask = {
  ...plainImage,
  options: {
    count: 2,
    size: { kind: "aspect_ratio", width: 16, height: 9 },
    seed: 7,
    format: "jpeg",
    compression: 80,
  },
};
const job: Job = { id: "q3r8v1m5a9rme0cw0qk9d2x7t4", waitMs: 500, state: {} };
const input = { prompt: plainImage.prompt, num_outputs: 1 };
const fullInput = {
  prompt: plainImage.prompt,
  num_outputs: 2,
  aspect_ratio: "16:9",
  seed: 7,
  output_format: "jpg",
  output_quality: 80,
};
const pixelUrl = `data:image/png;base64,${pixel.toString("base64")}`;
const maskedEdit: ImageEditTask = {
  ...plainEdit,
  mask: plainEdit.images[0],
  maskPolarity: "white_is_edited",
};
const inpainter = "stability-ai/sdxl";
const flux2 = "black-forest-labs/flux-2-pro";
const sdk = (origin: string): Replicate =>
  new Replicate({ auth: testKey, baseUrl: `${origin}/v1` });
const ai = (origin: string) => createReplicate({ apiToken: testKey, baseURL: `${origin}/v1` });

const deadlineSaid: AcceptedDifference = {
  at: "headers.cancel-after",
  ours: "65s",
  because:
    "What nobody waits for any more shall not run on and cost; the clients have no word for it.",
};

/** What @ai-sdk/replicate does for FLUX.2, other than the models' schema has it. */
const flux2Wording: readonly AcceptedDifference[] = [
  {
    at: "body.input.aspect_ratio",
    ours: "match_input_image",
    because: "An edit keeps the shape of its image; by itself FLUX.2 makes a square.",
  },
  {
    at: "body.input.input_images[0]",
    ours: pixelUrl,
    because: "The schema has one list of images and no numbered keys.",
  },
  { at: "body.input.input_image", theirs: pixelUrl, because: "The other half of the same." },
  {
    at: "body.input.num_outputs",
    theirs: 1,
    because: "The schema has no count, and strict models refuse what is not in it.",
  },
];

/** npm replicate adds a part for the caller's own notes about a file. */
const emptyMetadata: readonly AcceptedDifference[] = [
  ["content", Buffer.from("{}").toString("base64")],
  ["filename", "blob"],
  ["type", "application/json"],
].map(([field, theirs]) => ({
  at: `body.metadata[0].${field}`,
  theirs,
  because: "There is nothing to say about the image, and the part may be missing.",
}));

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image, as npm replicate asks for it",
    ours: ours(requestOf(replicate, plainImage, target(model))),
    theirs: (origin) => sdk(origin).predictions.create({ model, input, wait: 5 }),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "a plain image, as @ai-sdk/replicate asks for it",
    ours: ours(requestOf(replicate, plainImage, target(model))),
    theirs: (origin) =>
      askImage(ai(origin).image(model), {
        providerOptions: { replicate: { maxWaitTimeInSeconds: 5 } },
      }),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "an image with every option, as npm replicate asks for it",
    ours: ours(requestOf(replicate, fullImage, target(model))),
    theirs: (origin) => sdk(origin).predictions.create({ model, input: fullInput, wait: 5 }),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "an image with every option, as @ai-sdk/replicate asks for it",
    ours: ours(requestOf(replicate, fullImage, target(model))),
    theirs: (origin) =>
      askImage(ai(origin).image(model), {
        n: 2,
        maxImagesPerCall: 2,
        aspectRatio: "16:9",
        seed: 7,
        providerOptions: {
          replicate: { maxWaitTimeInSeconds: 5, output_format: "jpg", output_quality: 80 },
        },
      }),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "an image of a community model, by its version, as npm replicate asks for it",
    ours: ours(requestOf(replicate, plainImage, target(`someone/thing:${hash}`))),
    theirs: (origin) =>
      sdk(origin).predictions.create({
        version: hash,
        input: { prompt: plainImage.prompt },
        wait: 5,
      }),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "an edit of two images, as npm replicate asks for it",
    ours: ours(
      requestOf(
        replicate,
        { ...plainEdit, images: [...plainEdit.images, ...plainEdit.images] },
        target(flux2),
      ),
    ),
    theirs: (origin) =>
      sdk(origin).predictions.create({
        model: flux2,
        input: {
          prompt: plainEdit.prompt,
          input_images: [pixelUrl, pixelUrl],
          aspect_ratio: "match_input_image",
        },
        wait: 5,
      }),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "an edit with a mask, as @ai-sdk/replicate asks for it",
    ours: ours(requestOf(replicate, maskedEdit, target(inpainter))),
    theirs: (origin) =>
      askEdit(
        ai(origin).image(inpainter),
        { mask: pixel },
        { providerOptions: { replicate: { maxWaitTimeInSeconds: 5 } } },
      ),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "an edit by FLUX.2, as @ai-sdk/replicate asks for it",
    ours: ours(requestOf(replicate, plainEdit, target(flux2))),
    theirs: (origin) =>
      askEdit(
        ai(origin).image(flux2),
        {},
        { providerOptions: { replicate: { maxWaitTimeInSeconds: 5 } } },
      ),
    accepted: [saysJson, deadlineSaid, ...flux2Wording],
  },
  {
    name: "a large image, as npm replicate uploads it",
    ours: ours(
      replicate.operations.image_edit?.uploads?.request({
        kind: "bytes",
        bytes: pixel,
        mimeType: "image/png",
      }),
    ),
    theirs: (origin) =>
      sdk(origin).files.create(new File([pixel], "image.png", { type: "image/png" })),
    accepted: [saysJson, ...emptyMetadata],
  },
  {
    name: "how a prediction is, as npm replicate asks for it",
    ours: ours(replicate.operations.text_to_image?.job?.poll(job, target(model))),
    theirs: (origin) => sdk(origin).predictions.get(job.id),
    accepted: [saysJson, noBody],
  },
  {
    name: "the end of a prediction, as npm replicate asks for it",
    ours: ours(replicate.operations.text_to_image?.job?.cancel?.(job, target(model))),
    theirs: (origin) => sdk(origin).predictions.cancel(job.id),
    accepted: [saysJson, noBody],
  },
];

testSameRequests("our request to Replicate is its clients'", pairs);

function ours(call: HttpCall | undefined): RequestPair["ours"] {
  if (call === undefined) throw new Error("Replicate has no such call.");
  return send(replicate, "/v1", call);
}
