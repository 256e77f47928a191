import {
  FunctionCallingConfigMode,
  type GenerateContentConfig,
  type GenerateContentParameters,
  type GoogleGenAI,
} from "@google/genai";
import type { ImageModel, LanguageModel } from "ai";
import type { ImageOptions } from "../../src/domain/image-options.ts";
import type { CallTarget, Provider } from "../../src/providers/provider.ts";
import { type AcceptedDifference, saysJson, saysStream } from "./accepted-differences.ts";
import { askEdit, askImage, askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import type { RequestPair } from "./compare-requests.ts";
import { requestOf, send, target } from "./our-request.ts";
import { citySchema, pixel, plainChat, plainEdit, plainImage, richChat } from "./tasks.ts";

/** Which of Google's APIs is asked, and by which clients. */
export interface GoogleSide {
  readonly provider: Provider;
  /** What the base URL has after the origin. */
  readonly prefix: string;
  /** What of a target is its own. */
  readonly targeted: Partial<CallTarget>;
  readonly genai: (origin: string) => GoogleGenAI;
  /** The AI SDK's package, and its models. */
  readonly aiName: string;
  readonly ai: (origin: string) => {
    readonly chat: (model: string) => LanguageModel;
    readonly image: (model: string) => ImageModel;
  };
  /** Whether calls of functions have ids. */
  readonly idsOfCalls: boolean;
  /** Every option that an image can have here, as the task, @google/genai and the AI SDK say it. */
  readonly fullImage: {
    readonly options: ImageOptions;
    readonly genai: GenerateContentConfig;
    readonly ai: NonNullable<Parameters<typeof askImage>[1]>;
  };
}

/** Every task that we ask of Google, beside the same asked by @google/genai and by the AI SDK. */
export function googlePairs(side: GoogleSide): readonly RequestPair[] {
  const { genai, ai, aiName } = side;
  const ours = (
    task: Parameters<typeof requestOf>[1],
    upstreamModel: string,
    streamed = false,
  ): RequestPair["ours"] => {
    const place = target(upstreamModel, side.targeted);
    return send(side.provider, side.prefix, requestOf(side.provider, task, place, streamed));
  };
  const fullImage = { ...plainImage, options: side.fullImage.options };
  const callId = side.idsOfCalls ? { id: "call_1" } : {};
  return [
    {
      name: "a plain image, as @google/genai asks for it",
      ours: ours(plainImage, imageModel),
      theirs: (origin) => genai(origin).models.generateContent(image),
      accepted: [saysJson],
    },
    {
      name: `a plain image, as ${aiName} asks for it`,
      ours: ours(plainImage, imageModel),
      theirs: (origin) => askImage(ai(origin).image(imageModel)),
      accepted: [saysJson, deadlineSaid],
    },
    {
      name: "an image with every option, as @google/genai asks for it",
      ours: ours(fullImage, imageModel),
      theirs: (origin) =>
        genai(origin).models.generateContent({
          ...image,
          config: { ...image.config, ...side.fullImage.genai },
        }),
      accepted: [saysJson],
    },
    {
      name: `an image with every option, as ${aiName} asks for it`,
      ours: ours(fullImage, imageModel),
      theirs: (origin) => askImage(ai(origin).image(imageModel), side.fullImage.ai),
      accepted: [saysJson, deadlineSaid],
    },
    {
      name: "a streamed image, as @google/genai asks for it",
      ours: ours(plainImage, imageModel, true),
      theirs: (origin) => genai(origin).models.generateContentStream(image),
      accepted: [saysStream("*/*")],
    },
    {
      name: "a plain edit, as @google/genai asks for it",
      ours: ours(plainEdit, imageModel),
      theirs: (origin) =>
        genai(origin).models.generateContent({
          ...image,
          contents: [{ inlineData: { mimeType: "image/png", data: imageData } }, plainEdit.prompt],
        }),
      accepted: [saysJson],
    },
    {
      name: `a plain edit, as ${aiName} asks for it`,
      ours: ours(plainEdit, imageModel),
      theirs: (origin) => askEdit(ai(origin).image(imageModel)),
      accepted: [saysJson, deadlineSaid, ...wordsFirst],
    },
    {
      name: "a plain chat, as @google/genai asks for it",
      ours: ours(plainChat, chatModel),
      theirs: (origin) =>
        genai(origin).models.generateContent({ model: chatModel, contents: question }),
      accepted: [saysJson, emptyConfig],
    },
    {
      name: `a plain chat, as ${aiName} asks for it`,
      ours: ours(plainChat, chatModel),
      theirs: (origin) => askText(ai(origin).chat(chatModel)),
      accepted: [saysJson, deadlineSaid],
    },
    {
      name: "a chat with tools, an image and a schema, as @google/genai asks for it",
      ours: ours(richChat, chatModel),
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
              parts: [{ functionCall: { ...callId, name: "locate", args: { city: "Lima" } } }],
            },
            {
              role: "user",
              parts: [
                {
                  functionResponse: {
                    ...callId,
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
      name: `a chat with tools, an image and a schema, as ${aiName} asks for it`,
      ours: ours(richChat, chatModel),
      theirs: (origin) => askRich(ai(origin).chat(chatModel)),
      accepted: [saysJson, deadlineSaid, ...toolResult],
    },
    {
      name: "a streamed chat, as @google/genai asks for it",
      ours: ours(plainChat, chatModel, true),
      theirs: (origin) =>
        genai(origin).models.generateContentStream({ model: chatModel, contents: question }),
      accepted: [saysStream("*/*"), emptyConfig],
    },
    {
      name: `a streamed chat, as ${aiName} asks for it`,
      ours: ours(plainChat, chatModel, true),
      theirs: (origin) => askTextStream(ai(origin).chat(chatModel)),
      accepted: [saysStream("*/*"), deadlineSaid],
    },
  ];
}

const imageModel = "gemini-3-pro-image";
const chatModel = "gemini-3.8-flash";
const question = "What is the capital of Peru?";
const image: GenerateContentParameters = {
  model: imageModel,
  contents: plainImage.prompt,
  config: { responseModalities: ["IMAGE"] },
};

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

const imageData = pixel.toString("base64");
const order = "Google's own examples have the image first, as ours; the AI SDK has it last.";
const wordsFirst: readonly AcceptedDifference[] = [
  { at: "body.contents[0].parts[0].inlineData.data", ours: imageData, because: order },
  { at: "body.contents[0].parts[0].inlineData.mimeType", ours: "image/png", because: order },
  { at: "body.contents[0].parts[0].text", theirs: plainEdit.prompt, because: order },
  { at: "body.contents[0].parts[1].inlineData.data", theirs: imageData, because: order },
  { at: "body.contents[0].parts[1].inlineData.mimeType", theirs: "image/png", because: order },
  { at: "body.contents[0].parts[1].text", ours: plainEdit.prompt, because: order },
];
