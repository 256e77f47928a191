import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { Usage } from "../../domain/usage.ts";
import { asArray, asCount, at } from "./read-json.ts";

/**
 * Reads `usageMetadata` of a generateContent answer (2026-11-21). Input is the
 * prompt and what tools put in; output is what was written and what was thought.
 * Image tokens are those whose modality says so; the rest is text.
 */
export function googleUsage(metadata: JsonObject): Usage {
  const inputTokens = sum(
    asCount(metadata["promptTokenCount"]),
    asCount(metadata["toolUsePromptTokenCount"]),
  );
  const thoughts = asCount(metadata["thoughtsTokenCount"]);
  // A count of 0 is left out, as Protobuf does: without output the input is the total.
  const isAllInput = inputTokens !== undefined && inputTokens === metadata["totalTokenCount"];
  return {
    inputTokens,
    outputTokens:
      sum(asCount(metadata["candidatesTokenCount"]), thoughts) ?? (isAllInput ? 0 : undefined),
    imageInputTokens: imageTokens(metadata["promptTokensDetails"]),
    cachedInputTokens: asCount(metadata["cachedContentTokenCount"]),
    reasoningTokens: thoughts,
    imageOutputTokens: imageTokens(metadata["candidatesTokensDetails"]),
  };
}

function imageTokens(details: JsonValue | undefined): number | undefined {
  return asArray(details)
    .filter((row) => at(row, "modality") === "IMAGE")
    .map((row) => asCount(at(row, "tokenCount")))
    .reduce(sum, undefined);
}

function sum(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : left + right;
}
