import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { Usage } from "../../domain/usage.ts";
import { asCount, asObject } from "./read-json.ts";

/**
 * Reads `usage` in the words of chat (`prompt_tokens`, `completion_tokens`) or of
 * images (`input_tokens`, `output_tokens`). Every field may be missing. Servers that
 * do not count send zeros (LocalAI, 2026-11-21), and no call reads and writes
 * nothing, so then nothing is known.
 */
export function readUsage(value: JsonValue | undefined): Usage {
  const usage = asObject(value);
  if (usage === undefined) return {};
  const inputTokens = asCount(usage["prompt_tokens"]) ?? asCount(usage["input_tokens"]);
  const outputTokens = asCount(usage["completion_tokens"]) ?? asCount(usage["output_tokens"]);
  if (!inputTokens && !outputTokens) return {};
  const read = details(usage, "prompt_tokens_details", "input_tokens_details");
  const written = details(usage, "completion_tokens_details", "output_tokens_details");
  return {
    inputTokens,
    outputTokens,
    imageInputTokens: asCount(read?.["image_tokens"]),
    cachedInputTokens: asCount(read?.["cached_tokens"]),
    reasoningTokens: asCount(written?.["reasoning_tokens"]),
    imageOutputTokens: asCount(written?.["image_tokens"]),
  };
}

/** Reads the `usage` of images: whatever an image model writes is images, unless it says otherwise. */
export function readImageUsage(value: JsonValue | undefined): Usage {
  const usage = readUsage(value);
  return { ...usage, imageOutputTokens: usage.imageOutputTokens ?? usage.outputTokens };
}

function details(usage: JsonObject, chat: string, images: string): JsonObject | undefined {
  return asObject(usage[chat]) ?? asObject(usage[images]);
}
