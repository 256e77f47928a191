import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../domain/task.ts";
import { fireworksEmbeddedFailure, fireworksReplyFailure } from "./dialects/fireworks-errors.ts";
import {
  fireworksImage,
  fireworksLegacyCall,
  fireworksWorkflowCall,
} from "./dialects/fireworks-images.ts";
import {
  fireworksJobCall,
  fireworksPoll,
  fireworksPolled,
  fireworksSubmitted,
} from "./dialects/fireworks-jobs.ts";
import {
  fireworksCapabilities,
  fireworksEditCapabilities,
  fireworksModel,
  fireworksProtocol,
} from "./dialects/fireworks-models.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { chatBody, endUser, present } from "./dialects/openai-chat.ts";
import { completionsChat } from "./dialects/openai-chat-operation.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect, Provider } from "./provider.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: fireworksEmbeddedFailure,
  requestIdHeaders: ["x-request-id"],
};

/** What a job may take; models that answer with the image are done long before. */
const imageTimeouts: AttemptTimeouts = {
  totalMs: 120_000,
  firstContentMs: 120_000,
  idleMs: 120_000,
};

const textToImage: OperationDialect<TextToImageTask, ImageCapabilities> = {
  capabilities: fireworksCapabilities,
  timeouts: imageTimeouts,
  request: (task, { upstreamModel }) => {
    switch (fireworksProtocol(upstreamModel)) {
      case "workflow":
        return fireworksWorkflowCall(task, upstreamModel);
      case "job":
        return fireworksJobCall(task, upstreamModel);
      case "legacy":
        return fireworksLegacyCall(task, upstreamModel);
    }
  },
  result: (reply, _task, { upstreamModel }) =>
    fireworksProtocol(upstreamModel) === "job" ? fireworksSubmitted(reply) : fireworksImage(reply),
  job: {
    poll: (job, { upstreamModel }) => fireworksPoll(job, upstreamModel),
    result: fireworksPolled,
  },
};

const imageEdit: OperationDialect<ImageEditTask, ImageCapabilities> = {
  capabilities: fireworksEditCapabilities,
  timeouts: imageTimeouts,
  request: (task, { upstreamModel }) => fireworksJobCall(task, upstreamModel),
  result: fireworksSubmitted,
  job: {
    poll: (job, { upstreamModel }) => fireworksPoll(job, upstreamModel),
    result: fireworksPolled,
  },
};

const chat = completionsChat({
  capabilities: () => chatCapabilities,
  timeouts: { totalMs: 600_000, firstContentMs: 120_000, idleMs: 60_000 },
  body: completionBody,
  answers,
});

/** Fireworks AI: FLUX and SDXL images by three protocols, and chat in OpenAI's words (docs.fireworks.ai, 2026-11-21). */
export const fireworks: Provider = {
  type: "fireworks",
  displayName: "Fireworks AI",
  description: "Open image and text models on hosted hardware.",
  kind: "image",
  websiteUri: "https://fireworks.ai",
  statusPageUri: "https://status.fireworks.ai",
  defaultBaseUrl: "https://api.fireworks.ai/inference/v1",
  keyVariable: "FIREWORKS_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: { text_to_image: textToImage, image_edit: imageEdit, chat },
  failure: fireworksReplyFailure,
};

/** What is no property of a model Fireworks leaves out; of the efforts it has three, and none. */
const chatCapabilities: ChatCapabilities = {
  tools: true,
  imageInput: true,
  inputFile: { types: usualImageTypes },
  jsonFormat: true,
  jsonSchema: true,
  reasoningEffort: ["none", "low", "medium", "high"],
  seed: true,
  temperature: true,
  topP: true,
  maxStop: 4,
};

function completionBody(task: ChatTask, target: CallTarget): JsonObject {
  return {
    ...chatBody(task, fireworksModel(target.upstreamModel)),
    ...present("max_tokens", task.maxOutputTokens),
    ...present("reasoning_effort", task.reasoningEffort),
    ...endUser(target),
  };
}
