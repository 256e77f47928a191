import { createXai } from "@ai-sdk/xai";
import OpenAI from "openai";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import { xai } from "../../src/providers/xai.ts";
import { saysJson, saysStream } from "./accepted-differences.ts";
import { askEdit, askImage } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { noAccount, richCompletion } from "./openai-sdk-chat.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { pixel, plainChat, plainEdit, plainImage, richChat } from "./tasks.ts";

const imageModel = "grok-imagine-image-2.0";
const chatModel = "grok-4.3";
const fullImage: TextToImageTask = {
  ...plainImage,
  options: {
    count: 3,
    size: { kind: "aspect_ratio", width: 9, height: 19.5 },
    resolution: "2K",
    quality: "low",
  },
};
const severalImages: ImageEditTask = {
  ...plainEdit,
  images: [...plainEdit.images, ...plainEdit.images],
  options: { count: 1, size: { kind: "aspect_ratio", width: 3, height: 2 } },
};
/** Without stop texts, which models that reason refuse. */
const fullChat: ChatTask = { ...richChat, stop: [], reasoningEffort: "low" };
const { stop: _stop, ...withoutStop } = richCompletion;
const ai = (origin: string) => createXai({ apiKey: testKey, baseURL: `${origin}/v1` });
/** xAI's chat completions have no client of its own in npm: @ai-sdk/xai asks `/responses`. */
const sdk = (origin: string): OpenAI =>
  new OpenAI({ ...noAccount, apiKey: testKey, baseURL: `${origin}/v1`, maxRetries: 0 });
const messages = [{ role: "user" as const, content: "What is the capital of Peru?" }];

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image, as @ai-sdk/xai asks for it",
    ours: ours(requestOf(xai, plainImage, target(imageModel))),
    theirs: (origin) => askImage(ai(origin).image(imageModel)),
    accepted: [saysJson],
  },
  {
    name: "an image with every option, as @ai-sdk/xai asks for it",
    ours: ours(requestOf(xai, fullImage, target(imageModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      askImage(ai(origin).image(imageModel), {
        n: 3,
        aspectRatio: "9:19.5" as `${number}:${number}`,
        providerOptions: { xai: { resolution: "2k", quality: "low", user: "user-1" } },
      }),
    accepted: [saysJson],
  },
  {
    name: "an edit, as @ai-sdk/xai asks for it",
    ours: ours(requestOf(xai, plainEdit, target(imageModel))),
    theirs: (origin) => askEdit(ai(origin).image(imageModel)),
    accepted: [saysJson],
  },
  {
    name: "an edit of several images, as @ai-sdk/xai asks for it",
    ours: ours(requestOf(xai, severalImages, target(imageModel))),
    theirs: (origin) =>
      askEdit(ai(origin).image(imageModel), { images: [pixel, pixel] }, { aspectRatio: "3:2" }),
    accepted: [saysJson],
  },
  {
    name: "a plain chat, as npm openai asks for it",
    ours: ours(requestOf(xai, plainChat, target(chatModel))),
    theirs: (origin) => sdk(origin).chat.completions.create({ model: chatModel, messages }),
    accepted: [],
  },
  {
    name: "a streamed chat, as npm openai asks for it",
    ours: ours(requestOf(xai, plainChat, target(chatModel), true)),
    theirs: (origin) =>
      sdk(origin).chat.completions.create({
        model: chatModel,
        messages,
        stream: true,
        stream_options: { include_usage: true },
      }),
    accepted: [saysStream("application/json")],
  },
  {
    name: "a chat with tools, an image and a schema, as npm openai asks for it",
    ours: ours(requestOf(xai, fullChat, target(chatModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      sdk(origin).chat.completions.create({
        ...withoutStop,
        model: chatModel,
        max_completion_tokens: 200,
        reasoning_effort: "low",
        user: "user-1",
      }),
    accepted: [],
  },
];

testSameRequests("our request to xAI is its clients'", pairs);

function ours(call: Parameters<typeof send>[2]): RequestPair["ours"] {
  return send(xai, "/v1", call);
}
