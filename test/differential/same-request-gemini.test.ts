import { createGoogle } from "@ai-sdk/google";
import {
  FunctionCallingConfigMode,
  type GenerateContentParameters,
  GoogleGenAI,
} from "@google/genai";
import type { TextToImageTask } from "../../src/domain/task.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { askImage, askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import {
  type AcceptedDifference,
  type RequestPair,
  saysJson,
  saysStream,
  testSameRequests,
} from "./compare-requests.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { citySchema, pixel, plainChat, plainImage, richChat } from "./tasks.ts";

const imageModel = "gemini-3-pro-image";
const chatModel = "gemini-3.8-flash";
const fullImage: TextToImageTask = {
  ...plainImage,
  options: {
    count: 1,
    size: { kind: "aspect_ratio", width: 16, height: 9 },
    resolution: "2K",
    seed: 7,
  },
};
const question = "What is the capital of Peru?";
const image: GenerateContentParameters = {
  model: imageModel,
  contents: plainImage.prompt,
  config: { responseModalities: ["IMAGE"] },
};
const full = { aspectRatio: "16:9", imageSize: "2K" };
const genai = (origin: string): GoogleGenAI =>
  new GoogleGenAI({
    apiKey: testKey,
    httpOptions: { baseUrl: origin, apiVersion: "v1beta", timeout: 60_000 },
  });
const ai = (origin: string) => createGoogle({ apiKey: testKey, baseURL: `${origin}/v1beta` });

const deadlineSaid: AcceptedDifference = {
  at: "headers.x-server-timeout",
  ours: "60",
  because: "Google shall give up when we do; its own client says so, the AI SDK does not.",
};
const emptyConfig: AcceptedDifference = {
  at: "body.generationConfig",
  ours: "{}",
  because: "A message without fields is the same as none in Protobuf.",
};
const genaiChat: readonly AcceptedDifference[] = [
  {
    at: "body.contents[1].parts[0].thoughtSignature",
    ours: "skip_thought_signature_validator",
    because: "Gemini 3 refuses a call without one; the AI SDK sends the same stand-in.",
  },
  {
    at: "body.systemInstruction.role",
    theirs: "user",
    because: "Instructions have no role; the AI SDK sends none either.",
  },
];
const toolResult: readonly AcceptedDifference[] = [
  {
    at: "body.contents[2].parts[0].functionResponse.response.output",
    ours: "In the west.",
    because: "Google's document names this key for the output of a function.",
  },
  {
    at: "body.contents[2].parts[0].functionResponse.response.content",
    theirs: "In the west.",
    because: "The AI SDK has keys of its own for it.",
  },
  {
    at: "body.contents[2].parts[0].functionResponse.response.name",
    theirs: "locate",
    because: "The name is beside it already.",
  },
];

const pairs: readonly RequestPair[] = [
  {
    name: "a plain image, as @google/genai asks for it",
    ours: ours(requestOf(gemini, plainImage, target(imageModel))),
    theirs: (origin) => genai(origin).models.generateContent(image),
    accepted: [saysJson],
  },
  {
    name: "a plain image, as @ai-sdk/google asks for it",
    ours: ours(requestOf(gemini, plainImage, target(imageModel))),
    theirs: (origin) => askImage(ai(origin).image(imageModel)),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "an image with every option, as @google/genai asks for it",
    ours: ours(requestOf(gemini, fullImage, target(imageModel))),
    theirs: (origin) =>
      genai(origin).models.generateContent({
        ...image,
        config: { ...image.config, seed: 7, imageConfig: full },
      }),
    accepted: [saysJson],
  },
  {
    name: "an image with every option, as @ai-sdk/google asks for it",
    ours: ours(requestOf(gemini, fullImage, target(imageModel))),
    theirs: (origin) =>
      askImage(ai(origin).image(imageModel), {
        aspectRatio: "16:9",
        seed: 7,
        providerOptions: { google: { imageConfig: { imageSize: "2K" } } },
      }),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "a streamed image, as @google/genai asks for it",
    ours: ours(requestOf(gemini, plainImage, target(imageModel), true)),
    theirs: (origin) => genai(origin).models.generateContentStream(image),
    accepted: [saysStream("*/*")],
  },
  {
    name: "a plain chat, as @google/genai asks for it",
    ours: ours(requestOf(gemini, plainChat, target(chatModel))),
    theirs: (origin) =>
      genai(origin).models.generateContent({ model: chatModel, contents: question }),
    accepted: [saysJson, emptyConfig],
  },
  {
    name: "a plain chat, as @ai-sdk/google asks for it",
    ours: ours(requestOf(gemini, plainChat, target(chatModel))),
    theirs: (origin) => askText(ai(origin)(chatModel)),
    accepted: [saysJson, deadlineSaid],
  },
  {
    name: "a chat with tools, an image and a schema, as @google/genai asks for it",
    ours: ours(requestOf(gemini, richChat, target(chatModel))),
    theirs: (origin) =>
      genai(origin).models.generateContent({
        model: chatModel,
        contents: [
          {
            role: "user",
            parts: [
              { text: "Where is this?" },
              { inlineData: { mimeType: "image/png", data: pixel.toString("base64") } },
            ],
          },
          {
            role: "model",
            parts: [{ functionCall: { id: "call_1", name: "locate", args: { city: "Lima" } } }],
          },
          {
            role: "user",
            parts: [
              {
                functionResponse: {
                  id: "call_1",
                  name: "locate",
                  response: { output: "In the west." },
                },
              },
            ],
          },
        ],
        config: {
          systemInstruction: "Be brief.",
          temperature: 0.5,
          topP: 0.9,
          maxOutputTokens: 200,
          stopSequences: ["END"],
          seed: 7,
          tools: [
            {
              functionDeclarations: [
                {
                  name: "locate",
                  description: "Finds a city.",
                  parametersJsonSchema: citySchema,
                },
              ],
            },
          ],
          toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.AUTO } },
          responseMimeType: "application/json",
          responseJsonSchema: citySchema,
        },
      }),
    accepted: [saysJson, ...genaiChat],
  },
  {
    name: "a chat with tools, an image and a schema, as @ai-sdk/google asks for it",
    ours: ours(requestOf(gemini, richChat, target(chatModel))),
    theirs: (origin) => askRich(ai(origin)(chatModel)),
    accepted: [saysJson, deadlineSaid, ...toolResult],
  },
  {
    name: "a streamed chat, as @google/genai asks for it",
    ours: ours(requestOf(gemini, plainChat, target(chatModel), true)),
    theirs: (origin) =>
      genai(origin).models.generateContentStream({ model: chatModel, contents: question }),
    accepted: [saysStream("*/*"), emptyConfig],
  },
  {
    name: "a streamed chat, as @ai-sdk/google asks for it",
    ours: ours(requestOf(gemini, plainChat, target(chatModel), true)),
    theirs: (origin) => askTextStream(ai(origin)(chatModel)),
    accepted: [saysStream("*/*"), deadlineSaid],
  },
];

testSameRequests("our request to the Gemini API is its clients'", pairs);

function ours(call: Parameters<typeof send>[2]): RequestPair["ours"] {
  return send(gemini, "/v1beta", call);
}
