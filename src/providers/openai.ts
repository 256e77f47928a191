import type {
  ChatCapabilities,
  ImageCapabilities,
  SizeCapability,
} from "../domain/capabilities.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ChatTask, ImageEditTask, ReasoningEffort, TextToImageTask } from "../domain/task.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { chatBody, present } from "./dialects/openai-chat.ts";
import { completionsChat } from "./dialects/openai-chat-operation.ts";
import { openAiEmbeddedFailure, openAiReplyFailure } from "./dialects/openai-errors.ts";
import { openAiEditFiles, postEdit } from "./dialects/openai-image-edit.ts";
import { readImageStream } from "./dialects/openai-image-stream.ts";
import { imageMedia, imageStreamMedia, imagesResult, pixelSize } from "./dialects/openai-images.ts";
import { postJson } from "./dialects/post-json.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import type { HttpCall } from "./http-call.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect, Provider } from "./provider.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: openAiEmbeddedFailure,
  requestIdHeaders: ["x-request-id"],
};

/** Several large images of the best quality take more than the five minutes that a first one may (2026-11-21). */
const imageTimeouts: AttemptTimeouts = {
  totalMs: 600_000,
  firstContentMs: 300_000,
  idleMs: 180_000,
};

const textToImage: OperationDialect<TextToImageTask, ImageCapabilities> = {
  capabilities: gptImageCapabilities,
  timeouts: imageTimeouts,
  request: (task, target) => imagesCall(imagesBody(task, target), imageMedia),
  result: (reply) => imagesResult(reply, answers),
  stream: {
    // No field ties an unfinished image to one of several.
    maxCountPerCall: 1,
    request: (task, target) => imagesCall(streamedBody(task, target), imageStreamMedia),
    open: (_task, target) => readImageStream(answers, target.partialImages > 0),
  },
};

const imageEdit: OperationDialect<ImageEditTask, ImageCapabilities> = {
  capabilities: (model) => ({
    ...gptImageCapabilities(model),
    maxInputImages: 16,
    ...openAiEditFiles,
    mask: "transparent_is_edited",
  }),
  timeouts: imageTimeouts,
  request: (task, target) => postEdit(task, imagesBody(task, target), "image[]", imageMedia),
  result: (reply) => imagesResult(reply, answers),
  stream: {
    maxCountPerCall: 1,
    request: (task, target) =>
      postEdit(task, streamedBody(task, target), "image[]", imageStreamMedia),
    open: (_task, target) => readImageStream(answers, target.partialImages > 0),
  },
};

const chat = completionsChat({
  capabilities: chatCapabilities,
  // A model that reasons can be silent for minutes before its first word.
  timeouts: { totalMs: 600_000, firstContentMs: 300_000, idleMs: 60_000 },
  body: completionBody,
  answers,
});

/** OpenAI, by its Images and Chat Completions APIs (SDK 7.57.0 and OpenAPI document, read on 2026-11-21). */
export const openai: Provider = {
  type: "openai",
  displayName: "OpenAI",
  description: "GPT Image models, and GPT models for chat, from their maker.",
  kind: "image",
  websiteUri: "https://openai.com",
  statusPageUri: "https://status.openai.com",
  defaultBaseUrl: "https://api.openai.com/v1",
  keyVariable: "OPENAI_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: { text_to_image: textToImage, image_edit: imageEdit, chat },
  failure: openAiReplyFailure,
};

/**
 * What images of the GPT Image family can be, wherever they are served in OpenAI's
 * words. A model that is not known gets the three sizes that all of them have.
 */
export function gptImageCapabilities(model: string): ImageCapabilities {
  return {
    maxCountPerCall: 10,
    size: /^gpt-image-2(?:\.\d+)?(?:-|$)/.test(model) ? freeSize : listedSizes,
    qualities: ["auto", "low", "medium", "high"],
    backgrounds: ["auto", "transparent", "opaque"],
    formats: ["png", "jpeg", "webp"],
    compressibleFormats: ["jpeg", "webp"],
    delivery: "bytes",
    maxPartialImages: 3,
  };
}

const listedSizes: SizeCapability = {
  kind: "listed",
  sizes: ["1024x1024", "1536x1024", "1024x1536"],
};

/** 3840 x 2160 pixels at most, in either direction; the lower limit is of OpenAI's image guide. */
const freeSize: SizeCapability = {
  kind: "free",
  multipleOf: 16,
  minEdge: 16,
  maxEdge: 3840,
  minPixels: 655_360,
  maxPixels: 8_294_400,
  maxRatio: 3,
};

/** `response_format` is not in here: every GPT Image model answers 400 to it. */
function imagesBody(task: TextToImageTask | ImageEditTask, target: CallTarget): JsonObject {
  const { options } = task;
  return {
    model: target.upstreamModel,
    prompt: task.prompt,
    n: options.count,
    ...present("size", pixelSize(options)),
    ...present("quality", options.quality),
    ...present("background", options.background),
    ...present("output_format", options.format),
    ...present("output_compression", options.compression),
    ...present("safety_identifier", target.endUser || undefined),
  };
}

function streamedBody(task: TextToImageTask | ImageEditTask, target: CallTarget): JsonObject {
  return {
    ...imagesBody(task, target),
    stream: true,
    ...present("partial_images", target.partialImages || undefined),
  };
}

function imagesCall(value: JsonObject, media: readonly string[]): HttpCall {
  return postJson("/images/generations", value, media);
}

function completionBody(task: ChatTask, target: CallTarget): JsonObject {
  return {
    ...chatBody(task, target.upstreamModel),
    max_completion_tokens: task.maxOutputTokens,
    reasoning_effort: task.reasoningEffort,
    safety_identifier: target.endUser || undefined,
  };
}

function chatCapabilities(model: string): ChatCapabilities {
  const family = reasoningFamilies.find(({ models }) => models.test(model));
  const samples = family?.samplingEfforts?.length !== 0;
  return {
    tools: true,
    imageInput: true,
    imageUrls: true,
    inputFile: { types: usualImageTypes },
    jsonFormat: true,
    jsonSchema: true,
    reasoningEffort: family?.efforts ?? false,
    seed: true,
    temperature: samples,
    topP: samples,
    samplingEfforts: family?.samplingEfforts,
    maxStop: 4,
  };
}

/** Models that reason, and what they let a caller choose. */
interface ReasoningFamily {
  readonly models: RegExp;
  /** Undefined: there is no choice. */
  readonly efforts?: readonly ReasoningEffort[] | undefined;
  /** As in `ChatCapabilities`. */
  readonly samplingEfforts?: readonly (ReasoningEffort | undefined)[] | undefined;
}

/**
 * The first that matches counts; what matches none does not reason. A temperature goes
 * only with the effort none, which those of GPT-5.1 to 5.4 have unless they are asked for
 * more (@ai-sdk/openai 4.0.118 and OpenAI's pages on its models, 2026-11-21).
 */
const reasoningFamilies: readonly ReasoningFamily[] = [
  { models: /^o\d/, efforts: ["low", "medium", "high"], samplingEfforts: [] },
  { models: /^gpt-5-chat/ },
  { models: /^gpt-5\.\d+-chat/, samplingEfforts: [] },
  { models: /^gpt-5(?:\.\d+)?-pro/, efforts: ["medium", "high"], samplingEfforts: [] },
  {
    models: /^gpt-5\.[1-4](?:-|$)/,
    efforts: ["none", "low", "medium", "high"],
    samplingEfforts: ["none", undefined],
  },
  {
    models: /^gpt-(?:5\.\d+|6-luna|6-sol|6\.1-terra)(?:-|$)/,
    efforts: ["none", "low", "medium", "high"],
    samplingEfforts: ["none"],
  },
  {
    models: /^gpt-5(?:-|$)/,
    efforts: ["minimal", "low", "medium", "high"],
    samplingEfforts: [],
  },
  { models: /^gpt-[6-9]/, efforts: ["low", "medium", "high"], samplingEfforts: [] },
];
