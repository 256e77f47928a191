import type { Operation } from "../domain/operation.ts";

/**
 * The GenAI conventions' name for a provider; our slug where they have none
 * (github.com/open-telemetry/semantic-conventions-genai, 2026-11).
 */
export function genAiProviderName(slug: string): string {
  return providerNames[slug] ?? slug;
}

const providerNames: Readonly<Record<string, string>> = {
  gemini: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  openai: "openai",
  xai: "x_ai",
};

/**
 * The GenAI conventions' name for an operation. They have none for making
 * images (2026-11), and allow a name of one's own then: "image_generation" is
 * the one in common use.
 */
export function genAiOperationName(operation: Operation): string {
  return operation === "chat" ? "chat" : "image_generation";
}
