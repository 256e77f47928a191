import { createOpenAI } from "@ai-sdk/openai";
import OpenAI, { toFile } from "openai";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import { openai } from "../../src/providers/openai.ts";
import { fitChat } from "../../src/router/fit-chat.ts";
import {
  type AcceptedDifference,
  namelessFile,
  saysJson,
  saysStream,
} from "./accepted-differences.ts";
import { askEdit, askImage, askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { noAccount, richCompletion } from "./openai-sdk-chat.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { pixel, plainChat, plainEdit, plainImage, richChat } from "./tasks.ts";

const imageModel = "gpt-image-2";
const chatModel = "gpt-5.4";
const fullImage: TextToImageTask = {
  ...plainImage,
  options: {
    count: 3,
    size: { kind: "pixels", width: 1536, height: 1024 },
    quality: "low",
    background: "opaque",
    format: "webp",
    compression: 80,
  },
};
const fullTarget = target(imageModel, { endUser: "user-1" });
const [pixelInput] = plainEdit.images;
const fullEdit: ImageEditTask = {
  ...plainEdit,
  images: [...plainEdit.images, ...plainEdit.images],
  mask: pixelInput,
  options: fullImage.options,
};
const pngFile = (name: string) => toFile(pixel, name, { type: "image/png" });
const sdk = (origin: string): OpenAI =>
  new OpenAI({ ...noAccount, apiKey: testKey, baseURL: `${origin}/v1`, maxRetries: 0 });
const ai = (origin: string) => createOpenAI({ apiKey: testKey, baseURL: `${origin}/v1` });
const sampled = { temperature: 0.5, topP: 0.9 };
const messages = [{ role: "user" as const, content: "What is the capital of Peru?" }];

/** What @ai-sdk/openai does for every model of the line that can reason. */
const reasoningModel: readonly AcceptedDifference[] = [
  {
    at: "body.messages[0].role",
    ours: "system",
    theirs: "developer",
    because: "OpenAI reads both as the same, and compatible servers know only the first.",
  },
  {
    at: "body.temperature",
    ours: 0.5,
    because: "GPT-5.4 reasons only when asked to, and takes it then; theirs wants that said.",
  },
  { at: "body.top_p", ours: 0.9, because: "The same as for the temperature." },
];

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image, as npm openai asks for it",
    ours: ours(requestOf(openai, plainImage, target(imageModel))),
    theirs: (origin) =>
      sdk(origin).images.generate({ model: imageModel, prompt: plainImage.prompt, n: 1 }),
    accepted: [],
  },
  {
    name: "a plain image, as @ai-sdk/openai asks for it",
    ours: ours(requestOf(openai, plainImage, target(imageModel))),
    theirs: (origin) => askImage(ai(origin).image(imageModel)),
    accepted: [saysJson],
  },
  {
    name: "an image with every option, as npm openai asks for it",
    ours: ours(requestOf(openai, fullImage, fullTarget)),
    theirs: (origin) =>
      sdk(origin).images.generate({
        model: imageModel,
        prompt: plainImage.prompt,
        n: 3,
        size: "1536x1024",
        quality: "low",
        background: "opaque",
        output_format: "webp",
        output_compression: 80,
        safety_identifier: "user-1",
      }),
    accepted: [],
  },
  {
    name: "an image with every option, as @ai-sdk/openai asks for it",
    ours: ours(requestOf(openai, fullImage, fullTarget)),
    theirs: (origin) =>
      askImage(ai(origin).image(imageModel), {
        n: 3,
        size: "1536x1024",
        providerOptions: {
          openai: {
            quality: "low",
            background: "opaque",
            outputFormat: "webp",
            outputCompression: 80,
            safetyIdentifier: "user-1",
          },
        },
      }),
    accepted: [saysJson],
  },
  {
    name: "a streamed image, as npm openai asks for it",
    ours: ours(requestOf(openai, plainImage, target(imageModel, { partialImages: 2 }), true)),
    theirs: (origin) =>
      sdk(origin).images.generate({
        model: imageModel,
        prompt: plainImage.prompt,
        n: 1,
        stream: true,
        partial_images: 2,
      }),
    accepted: [saysStream("application/json")],
  },
  {
    name: "an edit, as npm openai asks for it",
    ours: ours(requestOf(openai, plainEdit, target(imageModel))),
    theirs: async (origin) =>
      sdk(origin).images.edit({
        model: imageModel,
        prompt: plainEdit.prompt,
        n: 1,
        image: [await pngFile("image-1.png")],
      }),
    accepted: [],
  },
  {
    name: "an edit with a mask and every option, as npm openai asks for it",
    ours: ours(requestOf(openai, fullEdit, fullTarget)),
    theirs: async (origin) =>
      sdk(origin).images.edit({
        model: imageModel,
        prompt: plainEdit.prompt,
        image: [await pngFile("image-1.png"), await pngFile("image-2.png")],
        mask: await pngFile("mask.png"),
        n: 3,
        size: "1536x1024",
        quality: "low",
        background: "opaque",
        output_format: "webp",
        output_compression: 80,
        safety_identifier: "user-1",
      }),
    accepted: [],
  },
  {
    name: "an edit with a mask and every option, as @ai-sdk/openai asks for it",
    ours: ours(requestOf(openai, fullEdit, fullTarget)),
    theirs: (origin) =>
      askEdit(
        ai(origin).image(imageModel),
        { images: [pixel, pixel], mask: pixel },
        {
          n: 3,
          size: "1536x1024",
          providerOptions: {
            openai: {
              quality: "low",
              background: "opaque",
              outputFormat: "webp",
              outputCompression: 80,
              safetyIdentifier: "user-1",
            },
          },
        },
      ),
    accepted: [
      saysJson,
      namelessFile("image[]", 0, "image-1.png"),
      namelessFile("image[]", 1, "image-2.png"),
      namelessFile("mask", 0, "mask.png"),
    ],
  },
  {
    name: "a streamed edit, as npm openai asks for it",
    ours: ours(requestOf(openai, plainEdit, target(imageModel, { partialImages: 2 }), true)),
    theirs: async (origin) =>
      sdk(origin).images.edit({
        model: imageModel,
        prompt: plainEdit.prompt,
        n: 1,
        image: [await pngFile("image-1.png")],
        stream: true,
        partial_images: 2,
      }),
    accepted: [saysStream("application/json")],
  },
  {
    name: "a plain chat, as npm openai asks for it",
    ours: ours(requestOf(openai, plainChat, target(chatModel))),
    theirs: (origin) => sdk(origin).chat.completions.create({ model: chatModel, messages }),
    accepted: [],
  },
  {
    name: "a plain chat, as @ai-sdk/openai asks for it",
    ours: ours(requestOf(openai, plainChat, target(chatModel))),
    theirs: (origin) => askText(ai(origin).chat(chatModel)),
    accepted: [saysJson],
  },
  ...(["high", "none"] as const).map((reasoningEffort) => ({
    name: `a chat with the effort ${reasoningEffort} and a temperature, as @ai-sdk/openai asks for it`,
    ours: ours(requestOf(openai, fitted({ ...sampled, reasoningEffort }), target(chatModel))),
    theirs: (origin: string) =>
      askText(ai(origin).chat(chatModel), { ...sampled, reasoning: reasoningEffort }),
    accepted: [saysJson],
  })),
  {
    name: "a chat with tools, an image and a schema, as npm openai asks for it",
    ours: ours(requestOf(openai, richChat, target(chatModel))),
    theirs: (origin) =>
      sdk(origin).chat.completions.create({
        ...richCompletion,
        model: chatModel,
        max_completion_tokens: 200,
      }),
    accepted: [],
  },
  {
    name: "a chat with tools, an image and a schema, as @ai-sdk/openai asks for it",
    ours: ours(requestOf(openai, richChat, target(chatModel))),
    theirs: (origin) => askRich(ai(origin).chat(chatModel)),
    accepted: [saysJson, ...reasoningModel],
  },
  {
    name: "a streamed chat, as npm openai asks for it",
    ours: ours(requestOf(openai, plainChat, target(chatModel), true)),
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
    name: "a streamed chat, as @ai-sdk/openai asks for it",
    ours: ours(requestOf(openai, plainChat, target(chatModel), true)),
    theirs: (origin) => askTextStream(ai(origin).chat(chatModel)),
    accepted: [saysStream("*/*")],
  },
];

testSameRequests("our request to OpenAI is its clients'", pairs);

/** A chat in the terms of its model, as the gateway puts it before the provider words it. */
function fitted(change: Partial<ChatTask>): ChatTask {
  const capabilities = openai.operations.chat?.capabilities(chatModel, {});
  if (capabilities === undefined) throw new Error("OpenAI does not chat.");
  const fit = fitChat({ ...plainChat, ...change }, capabilities, "openai");
  if (fit.kind === "unsupported") throw new Error(fit.reason);
  return fit.task;
}

function ours(call: Parameters<typeof send>[2]): RequestPair["ours"] {
  return send(openai, "/v1", call);
}
