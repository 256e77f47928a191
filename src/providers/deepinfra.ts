import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import { type Cost, reportedCost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { JsonObject, JsonValue } from "../domain/json.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../domain/task.ts";
import type { Usage } from "../domain/usage.ts";
import type { FailedReply } from "./dialects/http-failure.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { chatBody, endUser, present } from "./dialects/openai-chat.ts";
import { completionsChat } from "./dialects/openai-chat-operation.ts";
import {
  openAiFailure,
  readEmbeddedError,
  readError,
  readReplyError,
} from "./dialects/openai-errors.ts";
import { openAiEditFiles, postEdit } from "./dialects/openai-image-edit.ts";
import { imageMedia, imagesResult, pixelSize } from "./dialects/openai-images.ts";
import { readUsage } from "./dialects/openai-usage.ts";
import { postJson } from "./dialects/post-json.ts";
import { asNumber, asObject, asText, at } from "./dialects/read-json.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect, Provider } from "./provider.ts";

const answers: OpenAiAnswers = {
  embeddedFailure,
  cost: readCost,
  usage: readChatUsage,
  requestIdHeaders: ["x-request-id"],
};

const imageTimeouts: AttemptTimeouts = {
  totalMs: 180_000,
  firstContentMs: 180_000,
  idleMs: 180_000,
};

const textToImage: OperationDialect<TextToImageTask, ImageCapabilities> = {
  capabilities: () => imageCapabilities,
  timeouts: imageTimeouts,
  request: (task, target) => postJson("/images/generations", imagesBody(task, target), imageMedia),
  result: (reply) => imagesResult(reply, answers),
};

const imageEdit: OperationDialect<ImageEditTask, ImageCapabilities> = {
  // Of several files it takes the last one and says nothing of the others.
  capabilities: () => ({
    ...imageCapabilities,
    maxInputImages: 1,
    ...openAiEditFiles,
    mask: "transparent_is_edited",
  }),
  timeouts: imageTimeouts,
  request: (task, target) => postEdit(task, imagesBody(task, target), "image", imageMedia),
  result: (reply) => imagesResult(reply, answers),
};

const chat = completionsChat({
  capabilities: () => chatCapabilities,
  // A model that is busy lets its callers wait before the first word.
  timeouts: { totalMs: 600_000, firstContentMs: 180_000, idleMs: 60_000 },
  body: completionBody,
  answers,
});

/**
 * DeepInfra, by its OpenAI-compatible API (docs.deepinfra.com of July 2026, OpenAPI
 * document of May 2026, @ai-sdk/deepinfra 3.0.57, read on 2026-11-22).
 */
export const deepinfra: Provider = {
  type: "deepinfra",
  displayName: "DeepInfra",
  description: "Open image and text models on hosted hardware, in OpenAI's words.",
  kind: "image",
  websiteUri: "https://deepinfra.com",
  statusPageUri: "https://status.deepinfra.com",
  defaultBaseUrl: "https://api.deepinfra.com/v1/openai",
  keyVariable: "DEEPINFRA_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: { text_to_image: textToImage, image_edit: imageEdit, chat },
  failure: (reply) => {
    const body = reply.body.kind === "json" ? reply.body.value : undefined;
    // The layers before the API say `{detail: {error: "…"}}`.
    const detail = asObject(at(body, "detail"));
    return openAiFailure(reply, detail === undefined ? readReplyError(reply) : readError(detail));
  },
};

/**
 * "Available sizes depend on the model"; these limits are what its FLUX models are
 * documented to share. `quality` and `style` are taken and ignored, and there is no
 * field for a seed.
 */
const imageCapabilities: ImageCapabilities = {
  maxCountPerCall: 4,
  size: {
    kind: "free",
    multipleOf: 32,
    minEdge: 256,
    maxEdge: 1440,
    minPixels: 65_536,
    maxPixels: 2_073_600,
    maxRatio: 5.625,
  },
  delivery: "bytes",
};

/** The effort of reasoning is ignored by models that do not reason. */
const chatCapabilities: ChatCapabilities = {
  tools: true,
  imageInput: true,
  imageUrls: true,
  inputFile: { types: usualImageTypes },
  jsonFormat: true,
  jsonSchema: true,
  reasoningEffort: ["none", "low", "medium", "high"],
  seed: true,
  temperature: true,
  topP: true,
  maxStop: 4,
};

/** `response_format` is left out: base64 is what it knows. */
function imagesBody(task: TextToImageTask | ImageEditTask, target: CallTarget): JsonObject {
  return {
    model: target.upstreamModel,
    prompt: task.prompt,
    n: task.options.count,
    ...present("size", pixelSize(task.options)),
    ...endUser(target),
  };
}

function completionBody(task: ChatTask, target: CallTarget): JsonObject {
  return {
    ...chatBody(task, target.upstreamModel),
    ...present("max_tokens", task.maxOutputTokens),
    ...present("reasoning_effort", task.reasoningEffort),
    ...endUser(target),
  };
}

/** The models that it passes on to Google count reasoning beside the answer and not within it. */
function readChatUsage(usage: JsonObject): Usage {
  const read = readUsage(usage);
  const { outputTokens, reasoningTokens = 0 } = read;
  if (outputTokens === undefined || reasoningTokens <= outputTokens) return read;
  return { ...read, outputTokens: outputTokens + reasoningTokens };
}

/** In dollars, and only of chats. */
function readCost(usage: JsonObject): Cost | undefined {
  const dollars = asNumber(usage["estimated_cost"]);
  return dollars === undefined || dollars < 0 ? undefined : reportedCost(Math.round(dollars * 1e6));
}

/**
 * Beside OpenAI's form a stream has one of its own, with the error as JSON in a text:
 * `{error_type, error_message: '{"error": {…}}'}`. The status is gone by then, so the
 * words that stand for one are read.
 */
function embeddedFailure(body: JsonObject, reply: FailedReply): Failure | undefined {
  const text = asText(body["error_message"]);
  const error = text === undefined ? readEmbeddedError(body) : readError(errorIn(text));
  if (error === undefined) return undefined;
  const status = statuses.get(error.code ?? asText(body["error_type"]) ?? "");
  return openAiFailure(reply, status === undefined ? error : { ...error, status });
}

function errorIn(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return { message: text };
  }
}

const statuses: ReadonlyMap<string, number> = new Map([
  ["engine_overloaded", 429],
  ["validation_error", 400],
]);
