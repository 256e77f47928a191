import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../domain/task.ts";
import type { Usage } from "../domain/usage.ts";
import { imageAddress } from "./dialects/image-address.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { chatBody, endUser, present } from "./dialects/openai-chat.ts";
import { completionsChat } from "./dialects/openai-chat-operation.ts";
import { aspectRatio, imageMedia } from "./dialects/openai-images.ts";
import { readUsage } from "./dialects/openai-usage.ts";
import { postJson } from "./dialects/post-json.ts";
import { asCount } from "./dialects/read-json.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import { xaiCost, xaiEmbeddedFailure, xaiReplyFailure } from "./dialects/xai-errors.ts";
import { xaiImagesResult } from "./dialects/xai-images.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect, Provider } from "./provider.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: xaiEmbeddedFailure,
  cost: xaiCost,
  usage: readChatUsage,
  requestIdHeaders: ["x-request-id"],
};

const imageTimeouts: AttemptTimeouts = {
  totalMs: 120_000,
  firstContentMs: 120_000,
  idleMs: 120_000,
};

const textToImage: OperationDialect<TextToImageTask, ImageCapabilities> = {
  capabilities: imageCapabilities,
  timeouts: imageTimeouts,
  request: (task, target) => postJson("/images/generations", imagesBody(task, target), imageMedia),
  result: (reply) => xaiImagesResult(reply, answers),
};

const imageEdit: OperationDialect<ImageEditTask, ImageCapabilities> = {
  capabilities: editCapabilities,
  timeouts: imageTimeouts,
  request: (task, target) =>
    postJson("/images/edits", { ...imagesBody(task, target), ...inputsOf(task) }, imageMedia),
  result: (reply) => xaiImagesResult(reply, answers),
};

const chat = completionsChat({
  capabilities: chatCapabilities,
  // A reasoning model can be silent for minutes before its first word.
  timeouts: { totalMs: 600_000, firstContentMs: 300_000, idleMs: 120_000 },
  body: completionBody,
  answers,
});

/** xAI, by its Images and Chat Completions APIs (OpenAPI document of September 2026, SDKs, read on 2026-11-21). */
export const xai: Provider = {
  type: "xai",
  displayName: "xAI",
  description: "Grok Imagine models for images, and Grok models for chat, from their maker.",
  kind: "image",
  websiteUri: "https://x.ai",
  statusPageUri: "https://status.x.ai",
  defaultBaseUrl: "https://api.x.ai/v1",
  keyVariable: "XAI_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: { text_to_image: textToImage, image_edit: imageEdit, chat },
  failure: xaiReplyFailure,
};

/** The models before Grok Imagine take a prompt and a count. Only version 2.0 has a quality. */
function imageCapabilities(model: string): ImageCapabilities {
  if (model.startsWith("grok-2")) return { maxCountPerCall: 10, delivery: "bytes" };
  return {
    maxCountPerCall: 10,
    size: { kind: "ratio", ratios },
    resolutions: ["1K", "2K"],
    qualities: /-2\.0\b/.test(model) ? ["low", "medium"] : undefined,
    delivery: "bytes",
  };
}

const ratios = [
  ...["1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9"],
  ...["9:20", "20:9", "1:2", "2:1"],
];

/**
 * How many images an edit takes is documented nowhere: these are the most that
 * resellers agree on (2026-11-21). An address would be fetched by xAI within five
 * seconds or fail the call, so it gets the bytes.
 */
function editCapabilities(model: string): ImageCapabilities {
  return {
    ...imageCapabilities(model),
    maxInputImages: /-(?:quality|pro)$/.test(model) ? 3 : 4,
    inputFile: { types: usualImageTypes, maxBytes: 10 * 1024 * 1024 },
    minInputsForShape: 2,
  };
}

/**
 * Always as base64: an address leads nowhere for long. A seed, a size in pixels and
 * a format are arguments that xAI answers 400 to. A shape that the caller leaves open
 * stays open, although sources differ in what xAI makes of that ("auto" in its OpenAPI
 * document, "1:1" in its proto, 2026-11-21): either would be our choice and not its own.
 */
function imagesBody(task: TextToImageTask | ImageEditTask, target: CallTarget): JsonObject {
  const { options } = task;
  return {
    model: target.upstreamModel,
    prompt: task.prompt,
    n: options.count,
    response_format: "b64_json",
    ...present("aspect_ratio", aspectRatio(options)),
    ...present("resolution", options.resolution?.toLowerCase()),
    ...present("quality", options.quality),
    ...endUser(target),
  };
}

/** One image and several have fields of their own: a list under `image` is answered with 422. */
function inputsOf({ images }: ImageEditTask): JsonObject {
  const inputs = images.map((image) => ({ url: imageAddress(image), type: "image_url" }));
  const [first] = inputs;
  return inputs.length === 1 ? present("image", first) : { images: inputs };
}

function completionBody(task: ChatTask, target: CallTarget): JsonObject {
  return {
    ...chatBody(task, target.upstreamModel),
    ...present("max_completion_tokens", task.maxOutputTokens),
    ...present("reasoning_effort", task.reasoningEffort),
    ...endUser(target),
  };
}

/**
 * Models that reason refuse stop texts, and most of them let the effort be chosen
 * (@ai-sdk/xai 5.0.12 and docs.x.ai, 2026-11-21).
 */
function chatCapabilities(model: string): ChatCapabilities {
  const reasons = !/non-reasoning|^grok-2|^grok-3(?!-mini)/.test(model);
  const choosesEffort = reasons && !/^grok-4(?:$|-\d|-fast|\.20(?:-\d{4})?-reasoning$)/.test(model);
  return {
    tools: true,
    imageInput: true,
    inputFile: { types: ["image/png", "image/jpeg"], maxBytes: 20 * 1024 * 1024 },
    jsonFormat: true,
    jsonSchema: true,
    reasoningEffort: choosesEffort ? ["none", "low", "medium", "high"] : false,
    seed: true,
    temperature: true,
    topP: true,
    maxStop: reasons ? 0 : 4,
  };
}

/**
 * xAI counts reasoning beside the tokens of the answer and not among them, and at
 * times more cached tokens than there were; the total holds either way.
 */
function readChatUsage(usage: JsonObject): Usage {
  const read = readUsage(usage);
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens = 0 } = read;
  if (inputTokens === undefined || outputTokens === undefined) return read;
  const total = asCount(usage["total_tokens"]) ?? 0;
  const all = inputTokens + outputTokens;
  return {
    ...read,
    outputTokens: total >= all ? total - inputTokens : outputTokens + reasoningTokens,
    cachedInputTokens: cachedInputTokens && Math.min(cachedInputTokens, inputTokens),
  };
}
