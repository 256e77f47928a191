import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { OpenRouter } from "@openrouter/sdk";
import type { ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import { openrouter } from "../../src/providers/openrouter.ts";
import { type AcceptedDifference, loneText, saysJson, saysStream } from "./accepted-differences.ts";
import { askEdit, askImage, askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { citySchema, pixel, plainChat, plainEdit, plainImage, richChat } from "./tasks.ts";

const imageModel = "google/gemini-3-pro-image";
const chatModel = "google/gemini-3-flash-preview";
const fullImage: TextToImageTask = {
  ...plainImage,
  options: {
    count: 1,
    size: { kind: "aspect_ratio", width: 16, height: 9 },
    resolution: "2K",
    seed: 7,
    quality: "low",
    background: "opaque",
    format: "webp",
    compression: 80,
  },
};
const linkedEdit: ImageEditTask = {
  ...plainEdit,
  images: [...plainEdit.images, { kind: "url", url: "https://example.com/boat.png", mimeType: "" }],
  options: { count: 1, size: { kind: "aspect_ratio", width: 16, height: 9 }, seed: 7 },
};
const pixelUrl = `data:image/png;base64,${pixel.toString("base64")}`;
const messages = [{ role: "user" as const, content: "What is the capital of Peru?" }];
const sdk = (origin: string): OpenRouter =>
  new OpenRouter({
    apiKey: testKey,
    serverURL: `${origin}/api/v1`,
    retryConfig: { strategy: "none" },
  });
const ai = (origin: string) => createOpenRouter({ apiKey: testKey, baseURL: `${origin}/api/v1` });

const noCookie: AcceptedDifference = {
  at: "headers.cookie",
  theirs: "",
  because: "An empty cookie says nothing.",
};
const defaultSaid: AcceptedDifference = {
  at: "body.stream",
  theirs: false,
  because: "That is the default.",
};
/** How OpenRouter's provider for the AI SDK words what its own SDK words as we do. */
const aiSdkWording: readonly AcceptedDifference[] = [
  {
    at: "body.max_completion_tokens",
    ours: 200,
    because: "OpenRouter's document calls max_tokens the deprecated name of it.",
  },
  { at: "body.max_tokens", theirs: 200, because: "The other half of the same." },
  ...loneText("Be brief."),
  {
    at: "body.messages[3].name",
    theirs: "locate",
    because: "The id of the call says which tool it was; OpenAI's format has no name there.",
  },
];

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image, as @openrouter/sdk asks for it",
    ours: ours(requestOf(openrouter, plainImage, target(imageModel))),
    theirs: (origin) =>
      sdk(origin).images.generate({
        imageGenerationRequest: { model: imageModel, prompt: plainImage.prompt, n: 1 },
      }),
    accepted: [noCookie],
  },
  {
    name: "a plain image, as @openrouter/ai-sdk-provider asks for it",
    ours: ours(requestOf(openrouter, plainImage, target(imageModel))),
    theirs: (origin) => askImage(ai(origin).imageModel(imageModel)),
    accepted: [saysJson],
  },
  {
    name: "an image with every option, as @openrouter/sdk asks for it",
    ours: ours(requestOf(openrouter, fullImage, target(imageModel, { endUser: "user-1" }))),
    theirs: (origin) =>
      sdk(origin).images.generate({
        imageGenerationRequest: {
          model: imageModel,
          prompt: plainImage.prompt,
          n: 1,
          aspectRatio: "16:9",
          resolution: "2K",
          seed: 7,
          quality: "low",
          background: "opaque",
          outputFormat: "webp",
          outputCompression: 80,
          user: "user-1",
        },
      }),
    accepted: [noCookie],
  },
  {
    name: "a streamed image, as @openrouter/sdk asks for it",
    ours: ours(requestOf(openrouter, plainImage, target(imageModel), true)),
    theirs: (origin) =>
      sdk(origin).images.generate({
        imageGenerationRequest: {
          model: imageModel,
          prompt: plainImage.prompt,
          n: 1,
          stream: true,
        },
      }),
    accepted: [noCookie, saysStream("text/event-stream")],
  },
  {
    name: "an edit of two images, one by address, as @openrouter/sdk asks for it",
    ours: ours(requestOf(openrouter, linkedEdit, target(imageModel))),
    theirs: (origin) =>
      sdk(origin).images.generate({
        imageGenerationRequest: {
          model: imageModel,
          prompt: plainEdit.prompt,
          n: 1,
          aspectRatio: "16:9",
          seed: 7,
          inputReferences: [
            { type: "image_url", imageUrl: { url: pixelUrl } },
            { type: "image_url", imageUrl: { url: "https://example.com/boat.png" } },
          ],
        },
      }),
    accepted: [noCookie],
  },
  {
    name: "an edit, as @openrouter/ai-sdk-provider asks for it",
    ours: ours(requestOf(openrouter, plainEdit, target(imageModel))),
    theirs: (origin) => askEdit(ai(origin).imageModel(imageModel)),
    accepted: [saysJson],
  },
  {
    name: "a plain chat, as @openrouter/sdk asks for it",
    ours: ours(requestOf(openrouter, plainChat, target(chatModel))),
    theirs: (origin) => sdk(origin).chat.send({ chatRequest: { model: chatModel, messages } }),
    accepted: [noCookie, defaultSaid],
  },
  {
    name: "a plain chat, as @openrouter/ai-sdk-provider asks for it",
    ours: ours(requestOf(openrouter, plainChat, target(chatModel))),
    theirs: (origin) => askText(ai(origin)(chatModel)),
    accepted: [saysJson],
  },
  {
    name: "a chat with tools, an image and a schema, as @openrouter/sdk asks for it",
    ours: ours(requestOf(openrouter, richChat, target(chatModel))),
    theirs: (origin) =>
      sdk(origin).chat.send({
        chatRequest: {
          model: chatModel,
          messages: [
            { role: "system", content: "Be brief." },
            {
              role: "user",
              content: [
                { type: "text", text: "Where is this?" },
                {
                  type: "image_url",
                  imageUrl: { url: `data:image/png;base64,${pixel.toString("base64")}` },
                },
              ],
            },
            {
              role: "assistant",
              content: null,
              toolCalls: [
                {
                  id: "call_1",
                  type: "function",
                  function: { name: "locate", arguments: '{"city":"Lima"}' },
                },
              ],
            },
            { role: "tool", toolCallId: "call_1", content: "In the west." },
          ],
          temperature: 0.5,
          topP: 0.9,
          maxCompletionTokens: 200,
          stop: ["END"],
          seed: 7,
          tools: [
            {
              type: "function",
              function: { name: "locate", description: "Finds a city.", parameters: citySchema },
            },
          ],
          toolChoice: "auto",
          responseFormat: {
            type: "json_schema",
            jsonSchema: { name: "place", schema: citySchema, strict: true },
          },
        },
      }),
    accepted: [noCookie, defaultSaid],
  },
  {
    name: "a chat with tools, an image and a schema, as @openrouter/ai-sdk-provider asks for it",
    ours: ours(requestOf(openrouter, richChat, target(chatModel))),
    theirs: (origin) => askRich(ai(origin)(chatModel)),
    accepted: [saysJson, ...aiSdkWording],
  },
  {
    name: "a streamed chat, as @openrouter/sdk asks for it",
    ours: ours(requestOf(openrouter, plainChat, target(chatModel), true)),
    theirs: (origin) =>
      sdk(origin).chat.send({ chatRequest: { model: chatModel, messages, stream: true } }),
    accepted: [noCookie, saysStream("text/event-stream")],
  },
  {
    name: "a streamed chat, as @openrouter/ai-sdk-provider asks for it",
    ours: ours(requestOf(openrouter, plainChat, target(chatModel), true)),
    theirs: (origin) => askTextStream(ai(origin)(chatModel)),
    accepted: [saysStream("*/*")],
  },
];

testSameRequests("our request to OpenRouter is its clients'", pairs);

function ours(call: Parameters<typeof send>[2]): RequestPair["ours"] {
  return send(openrouter, "/api/v1", call);
}
