import { RunwareServer } from "@runware/sdk-js";
import type { ImageEditTask, ImageUpscaleTask, TextToImageTask } from "../../src/domain/task.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import { runware } from "../../src/providers/runware.ts";
import { type AcceptedDifference, saysJson } from "./accepted-differences.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { openRunwareBridge } from "./runware-bridge.ts";
import { pixel, plainImage } from "./tasks.ts";

type Client = InstanceType<typeof RunwareServer>;

const ours = (call: HttpCall | undefined): RequestPair["ours"] => {
  if (call === undefined) throw new Error("Runware cannot do this.");
  return send(runware, "/v1", call);
};

/**
 * What npm `@runware/sdk-js` sends over its WebSocket, as the body of a POST. Its way
 * of presenting the key is the bridge's: the vendor's REST clients use the header.
 * No `@ai-sdk` package speaks to Runware; `@runware/ai-sdk-provider` is no dependency
 * here, since it sends what the server's own documents advise against.
 */
const theirs =
  (ask: (client: Client) => Promise<unknown>): RequestPair["theirs"] =>
  async (origin) => {
    await using bridge = await openRunwareBridge(`${origin}/v1`, false);
    const client = new RunwareServer({ apiKey: testKey, url: bridge.url, globalMaxRetries: 1 });
    ask(client).catch(() => undefined);
    await bridge.passedOn;
    await client.disconnect();
  };

const base64 = pixel.toString("base64");
const { callId } = target("any");
const model = "runware:101@1";
const said = {
  model,
  positivePrompt: plainImage.prompt,
  width: 1024,
  height: 1024,
  outputType: "base64Data",
  includeCost: true,
  customTaskUUID: callId,
} as const;
const fullImage: TextToImageTask = {
  ...plainImage,
  negativePrompt: "waves",
  options: {
    count: 3,
    size: { kind: "pixels", width: 1024, height: 1024 },
    seed: 7,
    format: "webp",
    compression: 80,
    delivery: "url",
  },
};
const edit: ImageEditTask = {
  operation: "image_edit",
  prompt: plainImage.prompt,
  images: [
    { kind: "bytes", bytes: pixel, mimeType: "image/png", size: { width: 1024, height: 1024 } },
  ],
  mask: { kind: "bytes", bytes: pixel, mimeType: "image/png" },
  maskPolarity: "white_is_edited",
  options: { count: 1 },
};
const larger: ImageUpscaleTask = {
  operation: "image_upscale",
  image: { kind: "bytes", bytes: pixel, mimeType: "image/png" },
  scaleFactor: 4,
  options: { count: 1 },
};

const delivered: AcceptedDifference = {
  at: "body[0].deliveryMethod",
  ours: "sync",
  because: "The default of the API is another one than that of the vendor's newer client.",
};

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image",
    ours: ours(requestOf(runware, plainImage, target(model))),
    theirs: theirs((client) => client.requestImages(said)),
    accepted: [saysJson, delivered],
  },
  {
    name: "an image with every option",
    ours: ours(requestOf(runware, fullImage, target(model))),
    theirs: theirs((client) =>
      client.requestImages({
        ...said,
        negativePrompt: "waves",
        numberResults: 3,
        seed: 7,
        outputType: "URL",
        outputFormat: "WEBP",
        outputQuality: 80,
        deliveryMethod: "sync",
      }),
    ),
    accepted: [saysJson],
  },
  {
    name: "an image of a partner's, as a job",
    ours: ours(requestOf(runware, plainImage, target("openai:4@1"))),
    theirs: theirs((client) =>
      client.requestImages({ ...said, model: "openai:4@1", deliveryMethod: "async" }),
    ),
    accepted: [saysJson],
  },
  {
    name: "an edit with a mask",
    ours: ours(requestOf(runware, edit, target(model))),
    theirs: theirs((client) =>
      client.requestImages({ ...said, inputs: { seedImage: base64, maskImage: base64 } }),
    ),
    accepted: [saysJson, delivered],
  },
  {
    name: "an edit with a mask, by the older names",
    ours: ours(requestOf(runware, edit, target(model))),
    theirs: theirs((client) =>
      client.requestImages({ ...said, seedImage: base64, maskImage: base64 }),
    ),
    accepted: [
      saysJson,
      delivered,
      ...["seedImage", "maskImage"].flatMap((name): AcceptedDifference[] => {
        const because = "The generated types of the newer client have these names under `inputs`.";
        return [
          { at: `body[0].inputs.${name}`, ours: base64, because },
          { at: `body[0].${name}`, theirs: base64, because },
        ];
      }),
    ],
  },
  {
    name: "a larger image",
    ours: ours(runware.operations.image_upscale?.request(larger, target("runware:503@1"))),
    theirs: theirs((client) =>
      client.upscale({
        model: "runware:503@1",
        inputs: { image: base64 },
        upscaleFactor: 4,
        outputType: "base64Data",
        includeCost: true,
        customTaskUUID: callId,
      }),
    ),
    accepted: [saysJson],
  },
  {
    name: "what became of a task",
    ours: ours(
      runware.operations.text_to_image?.job?.poll(
        { id: callId, waitMs: 1000, state: {} },
        target(model),
      ),
    ),
    theirs: theirs((client) => client.getResponse({ taskUUID: callId })),
    accepted: [saysJson],
  },
];

testSameRequests("our request to Runware is its client's", pairs);
