import { createDeepInfra } from "@ai-sdk/deepinfra";
import OpenAI, { toFile } from "openai";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import { deepinfra } from "../../src/providers/deepinfra.ts";
import { namelessFile, saysJson, saysStream } from "./accepted-differences.ts";
import { askEdit, askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { noAccount, richCompletion } from "./openai-sdk-chat.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { pixel, plainChat, plainEdit, plainImage, richChat } from "./tasks.ts";

const imageModel = "black-forest-labs/FLUX-2-pro";
const editModel = "Qwen/Qwen-Image-Edit";
const chatModel = "deepseek-ai/DeepSeek-V4-Pro";
const fullImage: TextToImageTask = {
  ...plainImage,
  options: { count: 3, size: { kind: "pixels", width: 1024, height: 576 } },
};
const [pixelInput] = plainEdit.images;
const fullEdit: ImageEditTask = { ...plainEdit, mask: pixelInput, options: fullImage.options };
const fullChat: ChatTask = { ...richChat, reasoningEffort: "low" };
/** It adds what comes after `/v1` itself, and draws by another API: `/v1/inference/<model>`. */
const ai = (origin: string) => createDeepInfra({ apiKey: testKey, baseURL: `${origin}/v1` });
/** The client that DeepInfra's documentation uses. */
const sdk = (origin: string): OpenAI =>
  new OpenAI({ ...noAccount, apiKey: testKey, baseURL: `${origin}/v1/openai`, maxRetries: 0 });
const file = (name: string): Promise<File> => toFile(pixel, name, { type: "image/png" });

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image, as npm openai asks for it",
    ours: ours(requestOf(deepinfra, plainImage, target(imageModel))),
    theirs: (origin) =>
      sdk(origin).images.generate({ model: imageModel, prompt: plainImage.prompt, n: 1 }),
    accepted: [],
  },
  {
    name: "an image with every option, as npm openai asks for it",
    ours: ours(requestOf(deepinfra, fullImage, target(imageModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      sdk(origin).images.generate({
        model: imageModel,
        prompt: plainImage.prompt,
        n: 3,
        size: "1024x576" as "1024x1024",
        user: "user-1",
      }),
    accepted: [],
  },
  {
    name: "an edit with a mask and every option, as npm openai asks for it",
    ours: ours(requestOf(deepinfra, fullEdit, target(editModel, { endUser: "user-1" }))),
    theirs: async (origin) =>
      sdk(origin).images.edit({
        model: editModel,
        prompt: plainEdit.prompt,
        image: await file("image-1.png"),
        mask: await file("mask.png"),
        n: 3,
        size: "1024x576" as "1024x1024",
        user: "user-1",
      }),
    accepted: [],
  },
  {
    name: "an edit, as @ai-sdk/deepinfra asks for it",
    ours: ours(requestOf(deepinfra, plainEdit, target(editModel))),
    theirs: (origin) => askEdit(ai(origin).image(editModel)),
    accepted: [saysJson, namelessFile("image", 0, "image-1.png")],
  },
  {
    name: "an edit with a mask and every option, as @ai-sdk/deepinfra asks for it",
    ours: ours(requestOf(deepinfra, fullEdit, target(editModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      askEdit(
        ai(origin).image(editModel),
        { mask: pixel },
        {
          n: 3,
          size: "1024x576",
          maxImagesPerCall: 3,
          providerOptions: { deepinfra: { user: "user-1" } },
        },
      ),
    accepted: [
      saysJson,
      namelessFile("image", 0, "image-1.png"),
      namelessFile("mask", 0, "mask.png"),
    ],
  },
  {
    name: "a streamed chat, as npm openai asks for it",
    ours: ours(requestOf(deepinfra, plainChat, target(chatModel), true)),
    theirs: (origin) =>
      sdk(origin).chat.completions.create({
        model: chatModel,
        messages: [{ role: "user", content: "What is the capital of Peru?" }],
        stream: true,
        stream_options: { include_usage: true },
      }),
    accepted: [saysStream("application/json")],
  },
  {
    name: "a plain chat, as @ai-sdk/deepinfra asks for it",
    ours: ours(requestOf(deepinfra, plainChat, target(chatModel))),
    theirs: (origin) => askText(ai(origin)(chatModel)),
    accepted: [saysJson],
  },
  {
    name: "a chat with tools, an image and a schema, as npm openai asks for it",
    ours: ours(requestOf(deepinfra, fullChat, target(chatModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      sdk(origin).chat.completions.create({
        ...richCompletion,
        model: chatModel,
        max_tokens: 200,
        reasoning_effort: "low",
        user: "user-1",
      }),
    accepted: [],
  },
  {
    name: "a chat with tools, an image and a schema, as @ai-sdk/deepinfra asks for it",
    ours: ours(requestOf(deepinfra, fullChat, target(chatModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      askRich(ai(origin)(chatModel), {
        providerOptions: { deepinfra: { user: "user-1", reasoningEffort: "low" } },
      }),
    accepted: [saysJson],
  },
  {
    name: "a streamed chat, as @ai-sdk/deepinfra asks for it",
    ours: ours(requestOf(deepinfra, plainChat, target(chatModel), true)),
    theirs: (origin) => askTextStream(ai(origin)(chatModel)),
    accepted: [
      saysStream("*/*"),
      {
        at: "body.stream_options.include_usage",
        ours: true,
        because: "The schema has it, and that usage comes without it only the guide says.",
      },
    ],
  },
];

testSameRequests("our request to DeepInfra is its clients'", pairs);

function ours(call: Parameters<typeof send>[2]): RequestPair["ours"] {
  return send(deepinfra, "/v1/openai", call);
}
