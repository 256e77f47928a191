import { googleFailure } from "./dialects/google-errors.ts";
import {
  type GoogleVariant,
  googleChat,
  googleImageEdit,
  googleTextToImage,
} from "./dialects/google-generate-content.ts";
import { usualImageTypes } from "./dialects/usual-image-types.ts";
import type { Provider } from "./provider.ts";

/** The Gemini API of Google AI Studio: v1beta, generateContent (ai.google.dev/api, 2026-11-21). */
const variant: GoogleVariant = {
  modelPath: (upstreamModel) => {
    const [, collection, id] = /^(models|tunedModels)\/(.+)$/.exec(upstreamModel) ?? [];
    return `/${collection ?? "models"}/${encodeURIComponent(id ?? upstreamModel)}`;
  },
  functionCallIds: true,
  imageOutputOptions: false,
  inputFile: { types: usualImageTypes },
};

/** Google's Gemini API, by key. */
export const gemini: Provider = {
  type: "gemini",
  displayName: "Google Gemini API",
  description: "Gemini models for images and text on Google's developer API, by API key.",
  kind: "image",
  websiteUri: "https://ai.google.dev",
  statusPageUri: "https://aistudio.google.com/status",
  defaultBaseUrl: "https://generativelanguage.googleapis.com/v1beta",
  keyVariable: "GEMINI_API_KEY",
  // Never as ?key=: addresses end up in logs.
  credential: { kind: "header", name: "x-goog-api-key", prefix: "" },
  operations: {
    text_to_image: googleTextToImage(variant),
    image_edit: googleImageEdit(variant),
    chat: googleChat(variant),
  },
  failure: googleFailure,
};
