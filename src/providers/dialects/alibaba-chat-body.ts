import type { ChatCapabilities } from "../../domain/capabilities.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ChatTask, ReasoningEffort } from "../../domain/task.ts";
import { alibabaInputFile } from "./alibaba-models.ts";
import { chatBody, present } from "./openai-chat.ts";

/**
 * The body of a chat in the OpenAI-compatible mode, where thinking is switched on and
 * off, and limited in tokens (Model Studio, 2026-11-21).
 */
export function alibabaChatBody(task: ChatTask, model: string, streamed: boolean): JsonObject {
  return {
    ...chatBody(task, model),
    ...present("max_tokens", task.maxOutputTokens),
    ...thinking(task.reasoningEffort, model, streamed),
  };
}

/**
 * What chat models can be asked. Which of them read images, only the vendor can say;
 * a schema is kept by the newer ones only (@ai-sdk/alibaba 2.0.58).
 */
export function alibabaChatCapabilities(model: string): ChatCapabilities {
  return {
    tools: true,
    imageInput: true,
    imageUrls: true,
    inputFile: alibabaInputFile,
    jsonFormat: true,
    jsonSchema: /^qwen3\.(?:7-(?:plus|flash|max)|8-(?:max|flash))(?:-|$)/.test(model),
    reasoningEffort: true,
    seed: true,
    temperature: true,
    // Model Studio takes those below 2, and 2 is a fault of the caller's there.
    maxTemperature: 1.99,
    topP: true,
    maxStop: 4,
  };
}

function thinking(
  effort: ReasoningEffort | undefined,
  model: string,
  streamed: boolean,
): JsonObject {
  if (effort === "none") return { enable_thinking: false };
  if (effort !== undefined) return { enable_thinking: true, thinking_budget: budgets[effort] };
  // Open models think unless told otherwise, and answer 400 when they would without a stream.
  return !streamed && thinksByItself.test(model) ? { enable_thinking: false } : {};
}

/** "qwen3-32b", "qwen3-235b-a22b": the open models that can think or not. */
const thinksByItself = /^qwen3(?:\.\d+)?-\d+(?:\.\d+)?b(?:-a\d+b)?$/;

/** 2, 10, 30 and 60 % of 16,384 tokens, but at least 1,024, as the AI SDK words an effort. */
const budgets: Readonly<Record<Exclude<ReasoningEffort, "none">, number>> = {
  minimal: 1024,
  low: 1638,
  medium: 4915,
  high: 9830,
};
