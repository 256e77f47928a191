import type {
  ChatCapabilities,
  ImageCapabilities,
  SizeCapability,
} from "../domain/capabilities.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../domain/task.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { chatBody, present } from "./dialects/openai-chat.ts";
import { chatResult } from "./dialects/openai-chat-answer.ts";
import { readChatStream } from "./dialects/openai-chat-stream.ts";
import { openAiEmbeddedFailure, openAiReplyFailure } from "./dialects/openai-errors.ts";
import { editForm } from "./dialects/openai-image-edit.ts";
import { readImageStream } from "./dialects/openai-image-stream.ts";
import { imageMedia, imageStreamMedia, imagesResult, pixelSize } from "./dialects/openai-images.ts";
import type { HttpCall } from "./http-call.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect, Provider } from "./provider.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: openAiEmbeddedFailure,
  requestIdHeaders: ["x-request-id"],
};

const imageTimeouts: AttemptTimeouts = {
  totalMs: 300_000,
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
    mask: "transparent_is_edited",
  }),
  timeouts: imageTimeouts,
  request: (task, target) => editsCall(task, imagesBody(task, target), imageMedia),
  result: (reply) => imagesResult(reply, answers),
  stream: {
    maxCountPerCall: 1,
    request: (task, target) => editsCall(task, streamedBody(task, target), imageStreamMedia),
    open: (_task, target) => readImageStream(answers, target.partialImages > 0),
  },
};

const chat: OperationDialect<ChatTask, ChatCapabilities> = {
  capabilities: chatCapabilities,
  timeouts: { totalMs: 600_000, firstContentMs: 180_000, idleMs: 60_000 },
  request: (task, target) => chatCall(completionBody(task, target)),
  result: (reply) => chatResult(reply, answers),
  stream: {
    request: (task, target) =>
      chatCall({
        ...completionBody(task, target),
        stream: true,
        // Without it a stream says nothing of tokens, and so of cost.
        stream_options: { include_usage: true },
      }),
    open: () => readChatStream(answers),
  },
};

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
  return { method: "POST", path: "/images/generations", body: { kind: "json", value }, media };
}

function editsCall(task: ImageEditTask, fields: JsonObject, media: readonly string[]): HttpCall {
  const body = editForm(task, fields, "image[]");
  return { method: "POST", path: "/images/edits", body, media };
}

function completionBody(task: ChatTask, target: CallTarget): JsonObject {
  return {
    ...chatBody(task, target.upstreamModel),
    max_completion_tokens: task.maxOutputTokens,
    reasoning_effort: task.reasoningEffort,
    safety_identifier: target.endUser || undefined,
  };
}

function chatCall(value: JsonObject): HttpCall {
  return { method: "POST", path: "/chat/completions", body: { kind: "json", value } };
}

/**
 * Reasoning models take no temperature, except GPT-5.1 and later ones of that
 * generation, which do not reason unless asked to (@ai-sdk/openai 4.0.118).
 */
function chatCapabilities(model: string): ChatCapabilities {
  const reasons = /^(?:o\d|gpt-[5-9])/.test(model) && !/^gpt-\d(?:\.\d+)?-chat/.test(model);
  const samples = !reasons || /^gpt-5\.[1-9]/.test(model);
  return {
    tools: true,
    imageInput: true,
    imageUrls: true,
    jsonFormat: true,
    jsonSchema: true,
    reasoningEffort: reasons,
    seed: true,
    temperature: samples,
    topP: samples,
    maxStop: 4,
  };
}
