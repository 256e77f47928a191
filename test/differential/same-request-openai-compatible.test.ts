import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import { openaiCompatible } from "../../src/providers/openai-compatible.ts";
import { namelessFile, saysJson } from "./accepted-differences.ts";
import { askEdit, askImage, askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { pixel, plainChat, plainEdit, plainImage, richChat } from "./tasks.ts";

const imageModel = "sd-turbo";
const chatModel = "llama-3.3-70b";
const fullImage: TextToImageTask = {
  ...plainImage,
  options: { count: 3, size: { kind: "pixels", width: 512, height: 768 } },
};
const [pixelInput] = plainEdit.images;
const fullEdit: ImageEditTask = {
  ...plainEdit,
  images: [...plainEdit.images, ...plainEdit.images],
  mask: pixelInput,
  options: fullImage.options,
};
const ai = (origin: string) =>
  createOpenAICompatible({
    name: "local",
    apiKey: testKey,
    baseURL: `${origin}/v1`,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image",
    ours: ours(requestOf(openaiCompatible, plainImage, target(imageModel))),
    theirs: (origin) => askImage(ai(origin).imageModel(imageModel)),
    accepted: [saysJson],
  },
  {
    name: "an image with every option",
    ours: ours(
      requestOf(
        openaiCompatible,
        fullImage,
        target(imageModel, { endUser: "user-1", settings: { responseFormat: "b64_json" } }),
      ),
    ),
    theirs: (origin) =>
      askImage(ai(origin).imageModel(imageModel), {
        n: 3,
        size: "512x768",
        providerOptions: { local: { response_format: "b64_json", user: "user-1" } },
      }),
    accepted: [saysJson],
  },
  {
    name: "an edit",
    ours: ours(requestOf(openaiCompatible, plainEdit, target(imageModel))),
    theirs: (origin) => askEdit(ai(origin).imageModel(imageModel)),
    accepted: [saysJson, namelessFile("image", 0, "image-1.png")],
  },
  {
    name: "an edit with a mask and every option",
    ours: ours(requestOf(openaiCompatible, fullEdit, target(imageModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      askEdit(
        ai(origin).imageModel(imageModel),
        { images: [pixel, pixel], mask: pixel },
        { n: 3, size: "512x768", providerOptions: { local: { user: "user-1" } } },
      ),
    accepted: [
      saysJson,
      namelessFile("image[]", 0, "image-1.png"),
      namelessFile("image[]", 1, "image-2.png"),
      namelessFile("mask", 0, "mask.png"),
    ],
  },
  {
    name: "a plain chat",
    ours: ours(requestOf(openaiCompatible, plainChat, target(chatModel))),
    theirs: (origin) => askText(ai(origin)(chatModel)),
    accepted: [saysJson],
  },
  {
    name: "a chat with tools, an image and a schema",
    ours: ours(requestOf(openaiCompatible, richChat, target(chatModel))),
    theirs: (origin) => askRich(ai(origin)(chatModel)),
    accepted: [saysJson],
  },
  {
    name: "a streamed chat",
    ours: ours(requestOf(openaiCompatible, plainChat, target(chatModel), true)),
    theirs: (origin) => askTextStream(ai(origin)(chatModel)),
    accepted: [saysJson],
  },
];

testSameRequests("our request to an OpenAI-compatible server is the AI SDK's", pairs);

function ours(call: Parameters<typeof send>[2]): RequestPair["ours"] {
  return send(openaiCompatible, "/v1", call);
}
