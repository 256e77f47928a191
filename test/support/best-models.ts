import { models } from "../../src/catalog/models.ts";
import type { Operation } from "../../src/domain/operation.ts";

/** Each provider's best model for images, by its own name: the catalogue's first one where none is named here. */
export function bestImageModel(slug: string): string {
  return imageModels[slug] ?? firstOffer(slug, "text_to_image");
}

/** A model of each provider that chats, by its own name. */
export function bestChatModel(slug: string): string {
  return chatModels[slug] ?? firstOffer(slug, "chat");
}

function firstOffer(slug: string, operation: Operation): string {
  const found = models
    .flatMap(({ offers }) => offers)
    .find(({ provider, operations }) => provider === slug && operations.includes(operation));
  if (found === undefined) throw new Error(`The catalogue has no ${operation} of ${slug}.`);
  return found.upstreamModel;
}

const imageModels: Readonly<Record<string, string>> = {
  openrouter: "google/gemini-3-pro-image",
  vertex: "gemini-3-pro-image",
  gemini: "gemini-3-pro-image",
  openai: "gpt-image-2",
  replicate: "google/nano-banana-pro",
  fal: "fal-ai/nano-banana-pro",
  fireworks: "flux-1-schnell-fp8",
  runware: "bfl:5@1",
  xai: "grok-imagine-image-quality",
  alibaba: "qwen-image-2.0-pro",
};

const chatModels: Readonly<Record<string, string>> = {
  openrouter: "google/gemini-3-flash-preview",
  vertex: "gemini-3.5-flash",
  gemini: "gemini-3.5-flash",
  openai: "gpt-5.4",
  fireworks: "accounts/fireworks/models/deepseek-v4-pro",
  xai: "grok-4.3",
  alibaba: "qwen3.7-plus",
};
