import type { JsonObject } from "../../domain/json.ts";
import type { ReasoningEffort } from "../../domain/task.ts";

/**
 * How a Gemini model is told how long to think, and to show its thoughts. Gemini 3
 * and later take a level, the ones before a number of tokens; each refuses the
 * other's. Gemini 3 cannot be kept from thinking: "none" is its lowest level there
 * (@ai-sdk/google 4.0.121; ai.google.dev/gemini-api/docs/thinking, 2026-11-21).
 */
export function thinkingConfig(upstreamModel: string, effort: ReasoningEffort): JsonObject {
  const includeThoughts = effort === "none" ? undefined : true;
  if (thinksInTokens(upstreamModel)) {
    // 2.5 Pro thinks 128 tokens at the least.
    const least = upstreamModel.includes("2.5-pro") ? 128 : 0;
    return { thinkingBudget: Math.max(least, budgets[effort]), includeThoughts };
  }
  const least = effort === "none" || effort === "minimal";
  return { thinkingLevel: least ? lowestLevel(upstreamModel) : effort, includeThoughts };
}

/** Whether it is a Gemini before the third: they think in tokens and want no signatures of thoughts. */
export function thinksInTokens(upstreamModel: string): boolean {
  return /\bgemini-[12]\b/.test(upstreamModel);
}

/** The budgets that Google's own OpenAI endpoint gives to these words (ai.google.dev/gemini-api/docs/openai). */
const budgets: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
};

/** Pro, Flash from 3.7 on and Hydrogen have no "minimal". */
function lowestLevel(upstreamModel: string): "minimal" | "low" {
  if (/gemini-(?:[\d.]+-pro|flash-latest|pro-latest|4-hydrogen)\b/.test(upstreamModel))
    return "low";
  const flash = /gemini-(\d+\.\d+)-flash(?!-lite)/.exec(upstreamModel);
  return flash !== null && Number(flash[1]) >= 3.7 ? "low" : "minimal";
}
