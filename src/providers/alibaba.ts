import type { ImageCapabilities } from "../domain/capabilities.ts";
import type { Job } from "../domain/job.ts";
import type { ImageTask } from "../domain/task.ts";
import { alibabaChatBody, alibabaChatCapabilities } from "./dialects/alibaba-chat-body.ts";
import { alibabaChatFailure, alibabaReplyFailure } from "./dialects/alibaba-errors.ts";
import { alibabaImages, alibabaPolled } from "./dialects/alibaba-image-answer.ts";
import { type AlibabaImageTask, alibabaImageCall } from "./dialects/alibaba-image-call.ts";
import { alibabaCapabilities, alibabaModel } from "./dialects/alibaba-models.ts";
import type { OpenAiAnswers } from "./dialects/openai-answers.ts";
import { completionsChat } from "./dialects/openai-chat-operation.ts";
import { postJson } from "./dialects/post-json.ts";
import type { OperationDialect, Provider } from "./provider.ts";

const chatAnswers: OpenAiAnswers = {
  embeddedFailure: alibabaChatFailure,
  requestIdHeaders: ["x-request-id"],
};

const chat = completionsChat({
  capabilities: alibabaChatCapabilities,
  // The shared hosts hang up after 600 seconds.
  timeouts: { totalMs: 600_000, firstContentMs: 120_000, idleMs: 120_000 },
  body: (task, { upstreamModel }, streamed) => alibabaChatBody(task, upstreamModel, streamed),
  answers: chatAnswers,
  call: (body) => postJson("/compatible-mode/v1/chat/completions", body),
});

/**
 * Alibaba Cloud's Model Studio: images by DashScope, its native API, as a call or as a
 * task; chat by its OpenAI-compatible mode (dashscope for Python of July 2026, Model
 * Studio's documentation and @ai-sdk/alibaba 2.0.58, read on 2026-11-21).
 *
 * The two lie side by side under one address, so that address is the base URL, and
 * calls name their whole path. Keys hold in one region only, so a key of another
 * region needs its own: https://dashscope.aliyuncs.com, Beijing, say.
 */
export const alibaba: Provider = {
  type: "alibaba",
  displayName: "Alibaba Cloud",
  description: "Qwen and Wan image models, and Qwen models for chat, by Model Studio.",
  kind: "image",
  websiteUri: "https://www.alibabacloud.com/en/product/modelstudio",
  statusPageUri: "https://status.alibabacloud.com",
  defaultBaseUrl: "https://dashscope-intl.aliyuncs.com",
  normalizeBaseUrl: (baseUrl) => baseUrl.replace(/\/(?:api|compatible-mode)\/v1$/, ""),
  keyVariable: "DASHSCOPE_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: { text_to_image: images("text_to_image"), image_edit: images("image_edit"), chat },
  failure: alibabaReplyFailure,
};

/** Images are asked for in the same ways, from words and from images. */
function images<T extends AlibabaImageTask>(
  operation: ImageTask["operation"],
): OperationDialect<T, ImageCapabilities> {
  return {
    capabilities: (upstreamModel) => alibabaCapabilities(upstreamModel, operation),
    // The slow models need up to three minutes, behind others' tasks more.
    timeouts: { totalMs: 300_000, firstContentMs: 300_000, idleMs: 300_000 },
    request: alibabaImageCall,
    result: (reply, _task, { upstreamModel }) =>
      alibabaImages(reply, alibabaModel(upstreamModel).dialect !== "messages"),
    job: {
      poll: (job) => ({ method: "GET", path: taskPath(job) }),
      result: alibabaPolled,
      // Only a task that has not begun can be cancelled; another one runs on, and is billed.
      cancel: (job) => ({ method: "POST", path: `${taskPath(job)}/cancel` }),
    },
  };
}

function taskPath(job: Job): string {
  return `/api/v1/tasks/${encodeURIComponent(job.id)}`;
}
