import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import { type Cost, reportedCost } from "../domain/cost.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../domain/task.ts";
import { googleImageCapabilities } from "./dialects/google-image-models.ts";
import { imageAddress } from "./dialects/image-address.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { chatBody, endUser, present } from "./dialects/openai-chat.ts";
import { completionsChat } from "./dialects/openai-chat-operation.ts";
import { readEmbeddedError } from "./dialects/openai-errors.ts";
import { readImageStream } from "./dialects/openai-image-stream.ts";
import {
  aspectRatio,
  imageMedia,
  imageStreamMedia,
  imagesResult,
  pixelSize,
} from "./dialects/openai-images.ts";
import { openRouterFailure, openRouterReplyFailure } from "./dialects/openrouter-errors.ts";
import { postJson } from "./dialects/post-json.ts";
import { asNumber, at } from "./dialects/read-json.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import { gptImageCapabilities } from "./openai.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect, Provider } from "./provider.ts";

const answers: OpenAiAnswers = {
  embeddedFailure(body, reply) {
    const error = readEmbeddedError(body);
    return error && openRouterFailure(reply, error);
  },
  cost: costOf,
  requestIdHeaders: ["x-generation-id"],
};

const imageTimeouts: AttemptTimeouts = {
  totalMs: 300_000,
  firstContentMs: 300_000,
  idleMs: 300_000,
};

const textToImage: OperationDialect<TextToImageTask, ImageCapabilities> = {
  capabilities: imageCapabilities,
  timeouts: imageTimeouts,
  request: (task, target) => postJson("/images", imagesBody(task, target), imageMedia),
  result: (reply) => imagesResult(reply, answers),
  stream: {
    // No field ties an unfinished image to one of several.
    maxCountPerCall: 1,
    request: (task, target) =>
      postJson("/images", { ...imagesBody(task, target), stream: true }, imageStreamMedia),
    open: (_task, target) => readImageStream(answers, target.partialImages > 0),
  },
};

/** The same endpoint: what makes it an edit is that there are images. It has no mask. */
const imageEdit: OperationDialect<ImageEditTask, ImageCapabilities> = {
  capabilities: (model) => ({
    maxInputImages: 16,
    ...imageCapabilities(model),
    inputUrls: true,
    inputFile: { types: usualImageTypes },
  }),
  timeouts: imageTimeouts,
  request: (task, target) => postJson("/images", editBody(task, target), imageMedia),
  result: (reply) => imagesResult(reply, answers),
  stream: {
    maxCountPerCall: 1,
    request: (task, target) =>
      postJson("/images", { ...editBody(task, target), stream: true }, imageStreamMedia),
    open: (_task, target) => readImageStream(answers, target.partialImages > 0),
  },
};

const chat = completionsChat({
  capabilities: () => chatCapabilities,
  timeouts: { totalMs: 600_000, firstContentMs: 120_000, idleMs: 120_000 },
  body: completionBody,
  answers,
  // It comes by itself.
  usageOnRequest: () => false,
});

/** OpenRouter, by its Chat Completions and Images APIs (OpenAPI document and SDK 1.3.19, read on 2026-11-21). */
export const openrouter: Provider = {
  type: "openrouter",
  displayName: "OpenRouter",
  description: "More than 300 text models, and image models, of many makers behind one API.",
  kind: "text",
  websiteUri: "https://openrouter.ai",
  statusPageUri: "https://status.openrouter.ai",
  defaultBaseUrl: "https://openrouter.ai/api/v1",
  keyVariable: "OPENROUTER_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: { text_to_image: textToImage, image_edit: imageEdit, chat },
  failure: openRouterReplyFailure,
};

/**
 * GPT Image models are asked in OpenAI's words, and Google's for what Google says of
 * them. The others share the shapes that Gemini has. All but OpenAI's draw one image a
 * call, and have neither quality nor background.
 */
function imageCapabilities(model: string): ImageCapabilities {
  if (model.startsWith("openai/gpt-image")) {
    return gptImageCapabilities(model.slice("openai/".length));
  }
  if (model.startsWith("google/")) {
    const { size, resolutions, maxInputImages } = googleImageCapabilities(model, {
      imageOutputOptions: false,
    });
    return { ...onlyOne, size, resolutions, maxInputImages };
  }
  return {
    ...onlyOne,
    size: {
      kind: "ratio",
      ratios: ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"],
    },
    resolutions: ["1K", "2K", "4K"],
  };
}

const onlyOne = { maxCountPerCall: 1, seed: true, delivery: "bytes" } as const;

/** OpenRouter leaves out what the model behind it does not know. */
const chatCapabilities: ChatCapabilities = {
  tools: true,
  imageInput: true,
  imageUrls: true,
  inputFile: { types: usualImageTypes },
  jsonFormat: true,
  jsonSchema: true,
  reasoningEffort: true,
  seed: true,
  temperature: true,
  topP: true,
  maxStop: 4,
};

function editBody(task: ImageEditTask, target: CallTarget): JsonObject {
  return {
    ...imagesBody(task, target),
    input_references: task.images.map((image) => ({
      type: "image_url",
      image_url: { url: imageAddress(image) },
    })),
  };
}

function imagesBody(task: TextToImageTask | ImageEditTask, target: CallTarget): JsonObject {
  const { options } = task;
  return {
    model: target.upstreamModel,
    prompt: task.prompt,
    n: options.count,
    ...present("size", pixelSize(options)),
    ...present("aspect_ratio", aspectRatio(options)),
    ...present("resolution", options.resolution),
    ...present("quality", options.quality),
    ...present("background", options.background),
    ...present("seed", options.seed),
    ...present("output_format", options.format),
    ...present("output_compression", options.compression),
    ...endUser(target),
  };
}

function completionBody(task: ChatTask, target: CallTarget): JsonObject {
  return {
    ...chatBody(task, target.upstreamModel),
    ...present("max_completion_tokens", task.maxOutputTokens),
    ...present("reasoning", task.reasoningEffort && { effort: task.reasoningEffort }),
    ...endUser(target),
  };
}

/**
 * `usage.cost` in US dollars. With the account's own key at the provider behind it
 * is only the fee, to which comes what that provider bills; when that is not said,
 * the whole is not known.
 */
function costOf(usage: JsonObject): Cost | undefined {
  const fee = asNumber(usage["cost"]);
  if (fee === undefined || fee < 0) return undefined;
  if (usage["is_byok"] !== true) return reportedCost(Math.round(fee * 1e6));
  const upstream = asNumber(at(usage, "cost_details", "upstream_inference_cost"));
  return upstream === undefined ? undefined : reportedCost(Math.round((fee + upstream) * 1e6));
}
