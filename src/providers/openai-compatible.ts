import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../domain/task.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { chatBody, endUser, present } from "./dialects/openai-chat.ts";
import { completionsChat } from "./dialects/openai-chat-operation.ts";
import { openAiEmbeddedFailure, openAiReplyFailure } from "./dialects/openai-errors.ts";
import { openAiEditFiles, postEdit } from "./dialects/openai-image-edit.ts";
import { imageMedia, imagesResult, pixelSize } from "./dialects/openai-images.ts";
import { postJson } from "./dialects/post-json.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import type { EndpointSettings } from "./endpoint-settings.ts";
import type { HttpCall } from "./http-call.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect, Provider } from "./provider.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: openAiEmbeddedFailure,
  requestIdHeaders: ["x-request-id", "x-correlation-id"],
};

const timeouts: AttemptTimeouts = { totalMs: 600_000, firstContentMs: 300_000, idleMs: 120_000 };

const textToImage: OperationDialect<TextToImageTask, ImageCapabilities> = {
  capabilities: imageCapabilities,
  timeouts,
  request: (task, target) =>
    wantsJson(postJson("/images/generations", imagesBody(task, target), imageMedia)),
  result: (reply, _task, target) => imagesResult(reply, answers, target.baseUrl),
};

const imageEdit: OperationDialect<ImageEditTask, ImageCapabilities> = {
  capabilities: (model, settings) => ({
    ...imageCapabilities(model, settings),
    maxInputImages: 16,
    ...openAiEditFiles,
    mask: "transparent_is_edited",
  }),
  timeouts,
  // Small servers know one image by the first name only, and several by the second.
  request: (task, target) => {
    const name = task.images.length === 1 ? "image" : "image[]";
    return wantsJson(postEdit(task, imagesBody(task, target), name, imageMedia));
  },
  result: (reply, _task, target) => imagesResult(reply, answers, target.baseUrl),
};

const chat = completionsChat({
  capabilities: () => chatCapabilities,
  timeouts,
  body: completionBody,
  answers,
  call: (body) => wantsJson(postJson("/chat/completions", body)),
  usageOnRequest: (target) => target.settings.includeUsage !== false,
});

/**
 * Any server that speaks OpenAI's dialect: vLLM, LocalAI, Ollama, a proxy. It is
 * asked only what all of them understand, and every form in which they are known to
 * answer is read (their sources and documentation, 2026-11-21).
 */
export const openaiCompatible: Provider = {
  type: "openai-compatible",
  displayName: "OpenAI-compatible endpoint",
  description: "Any server that speaks OpenAI's API, at an address of the operator's.",
  kind: "custom",
  websiteUri: "",
  statusPageUri: "",
  defaultBaseUrl: "",
  keyVariable: "",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  ownFilesTakeKey: true,
  operations: { text_to_image: textToImage, image_edit: imageEdit, chat },
  failure: openAiReplyFailure,
};

/**
 * Nothing is known of the model, so sizes have only the grain that diffusion models
 * share, and a count that the server does not honour is made up by further calls.
 */
function imageCapabilities(_model: string, settings: EndpointSettings): ImageCapabilities {
  return {
    maxCountPerCall: 10,
    size: {
      kind: "free",
      multipleOf: 8,
      minEdge: 64,
      maxEdge: 8192,
      minPixels: 4096,
      maxPixels: 67_108_864,
      maxRatio: 16,
    },
    delivery: settings.responseFormat === "url" ? "url" : "bytes",
  };
}

/**
 * What a server does not know it ignores or refuses; which one, only it can say.
 * Images go as bytes, since some servers fetch none (Ollama, August 2026).
 */
const chatCapabilities: ChatCapabilities = {
  tools: true,
  imageInput: true,
  inputFile: { types: usualImageTypes },
  jsonFormat: true,
  jsonSchema: true,
  reasoningEffort: true,
  seed: true,
  temperature: true,
  topP: true,
  maxStop: 4,
};

function imagesBody(task: TextToImageTask | ImageEditTask, target: CallTarget): JsonObject {
  return {
    model: target.upstreamModel,
    prompt: task.prompt,
    n: task.options.count,
    ...present("size", pixelSize(task.options)),
    ...present("response_format", target.settings.responseFormat),
    ...endUser(target),
  };
}

function completionBody(task: ChatTask, target: CallTarget): JsonObject {
  return {
    ...chatBody(task, target.upstreamModel),
    [target.settings.maxTokensField ?? "max_tokens"]: task.maxOutputTokens,
    reasoning_effort: task.reasoningEffort,
    ...endUser(target),
  };
}

/** LocalAI answers with its web page to those who do not say that they want JSON. */
function wantsJson(call: HttpCall): HttpCall {
  return { ...call, headers: { accept: "application/json" } };
}
